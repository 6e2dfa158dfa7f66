import { command } from "../command_line/command.ts";

export const version = command({
  path: "version",
  summary: "print which kato this is",
  description: "Prints kato's version, the commit that it was built from, and the version of its runtime.",
  example: "kato version",
  takes: {},
  plan: () => ({ profile: "help" }),
  run: async (_, context) => (await import("../actions/version.ts")).printVersion(context),
});
