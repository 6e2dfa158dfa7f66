import { command } from "../command_line/command.ts";

export const init = command({
  path: "init",
  summary: "write settings files with comments, if there are none",
  description:
    "Writes ~/.kato/config/config.toml and policy.toml, all comment, unless they are there already.",
  example: "kato init",
  takes: {},
  plan: () => ({ profile: "init" }),
  run: async (_, context) => (await import("../actions/init.ts")).writeSettings(context),
});
