import { command } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

export const version = command({
  path: "version",
  summary: "print which kato this is",
  description: "Prints kato's version, the commit that it was built from, and the version of its runtime.",
  example: "kato version",
  takes: { json: JSON_FLAG },
  plan: () => ({ profile: "help" }),
  run: async (given, context) => (await import("../actions/version.ts")).printVersion(given, context),
});
