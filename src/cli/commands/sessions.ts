import { command, type Given, option } from "../command_line/command.ts";
import { FILTER, JSON_FLAG } from "../command_line/common_parameters.ts";
import { COUNT } from "../command_line/kinds.ts";

const takes = {
  json: JSON_FLAG,
  limit: option("--limit <n>", "show at most this many (0: all; 25 unless --json is given)", COUNT),
  ...FILTER,
};

export type SessionsGiven = Given<typeof takes>;

export const sessions = command({
  path: "sessions",
  summary: "list the sessions on this machine, newest first",
  description:
    "Lists the sessions on this machine, newest first. A dot before an id: it is being recorded; a circle: " +
    "it was. Works whether kato runs or not.",
  example: "kato sessions --since 7d --project .",
  takes,
  plan: () => ({ profile: "cli-read:sessions" }),
  run: async (given, context) => (await import("../actions/sessions.ts")).listSessions(given, context),
});
