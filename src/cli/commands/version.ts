import { command, flag } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

export const version = command({
  path: "version",
  summary: "print which kato this is",
  description: "Prints kato's version, the commit that it was built from, and the version of its runtime.",
  example: "kato version",
  takes: {
    attest: flag("--attest", "print what it was made of, and compare its files with the sums of its build"),
    json: JSON_FLAG,
  },
  plan: () => ({ profile: "help" }),
  run: async (given, context) =>
    given.attest
      ? await (await import("../actions/attest.ts")).attestInstallation(given, context)
      : (await import("../actions/version.ts")).printVersion(given, context),
});
