import { command } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

export const init = command({
  path: "init",
  summary: "write settings files with comments, if there are none",
  description:
    "Writes ~/.kato/config/config.toml and policy.toml, all comment, unless they are there already.",
  example: "kato init",
  takes: { json: JSON_FLAG },
  plan: () => ({ profile: "init" }),
  run: async (given, context) => (await import("../actions/init.ts")).writeSettings(given, context),
});
