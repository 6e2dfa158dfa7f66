import { command, flag, type Given } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

const takes = {
  watch: flag("--watch", "show it live on the terminal, until interrupted"),
  json: JSON_FLAG,
};

export type StatusGiven = Given<typeof takes>;

export const status = command({
  path: "status",
  summary: "say whether kato runs, and what it records",
  description:
    "Says whether kato runs, what it follows, what it records and what it denied. Exit status 69 when it does not run; " +
    "the reason is said: it was never started, could not start, was stopped by the person or by policy, or ended by " +
    "itself.",
  example: "kato status --watch",
  takes,
  contradiction: ({ watch, json }) =>
    watch && json ? "--watch is for people; leave --json or --watch out" : null,
  plan: () => ({ profile: "cli-read:status" }),
  run: async (given, context) => (await import("../actions/status.ts")).showStatus(given, context),
});
