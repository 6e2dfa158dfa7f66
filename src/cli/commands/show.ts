import { command, type Given, required } from "../command_line/command.ts";
import { FILTER, findRangeContradiction, RANGE } from "../command_line/common_parameters.ts";
import { SESSION } from "../command_line/kinds.ts";

const takes = {
  session: required("session", "an id from 'kato sessions', or its beginning", SESSION),
  provider: FILTER.provider,
  ...RANGE,
};

export type ShowGiven = Given<typeof takes>;

export const show = command({
  path: "show",
  summary: "read a session in the terminal",
  description:
    "Shows a session for reading: what was said, each tool call in a line with its outcome, results cut " +
    "short. Secrets are replaced as in exports. Works whether kato runs or not.",
  example: "kato show 5d8aa099 --last 3",
  takes,
  contradiction: (given) => findRangeContradiction(given),
  plan: () => ({ profile: "cli-read:sessions" }),
  run: async (given, context) => (await import("../actions/show.ts")).showSession(given, context),
});
