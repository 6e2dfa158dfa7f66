import { placesOf } from "../../settings/places.ts";
import { command, flag } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

export const init = command({
  path: "init",
  summary: "write settings files with comments, if there are none",
  description:
    "Writes ~/.kato/config/config.toml and policy.toml with every key explained and commented out, unless they are there " +
    "already. With --auto, policy.toml also gets a rule that has kato record each new session below your home without a command.",
  example: "kato init",
  takes: { json: JSON_FLAG, auto: flag("--auto", "add a rule that records new sessions by itself") },
  plan: ({ auto }, { home }) =>
    auto ? { profile: "policy:edit", looks: placesOf(home).exports } : { profile: "init" },
  run: async (given, context) => (await import("../actions/init.ts")).writeSettings(given, context),
});
