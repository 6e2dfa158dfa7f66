import { command } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

export const status = command({
  path: "status",
  summary: "say whether kato runs, and what it records",
  description:
    "Says whether kato runs, what it follows and what it records. Exit status 69 when it does not run; the reason is " +
    "said: it was never started, could not start, was stopped by the person or by policy, or ended by itself.",
  example: "kato status",
  takes: { json: JSON_FLAG },
  plan: () => ({ profile: "cli-read:status" }),
  run: async (given, context) => (await import("../actions/status.ts")).showStatus(given, context),
});
