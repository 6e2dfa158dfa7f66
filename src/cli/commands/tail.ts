import { command, type Given, option, required } from "../command_line/command.ts";
import { FILTER } from "../command_line/common_parameters.ts";
import { SESSION, SOME } from "../command_line/kinds.ts";

const takes = {
  session: required("session", "an id from 'kato sessions', or its beginning", SESSION),
  provider: FILTER.provider,
  last: option("--last <n>", "begin with the last N turns (default: 3)", SOME),
};

export type TailGiven = Given<typeof takes>;

export const tail = command({
  path: "tail",
  summary: "follow a session in the terminal",
  description:
    "Shows the last turns of a session as 'kato show' does, and then what comes. A tool call comes with its " +
    "outcome, and the work of a sub-agent when it reports back. Ctrl-C ends it. Works whether kato runs or not.",
  example: "kato tail 5d8aa099",
  takes,
  plan: () => ({ profile: "cli-read:sessions" }),
  run: async (given, context) => (await import("../actions/tail.ts")).tailSession(given, context),
});
