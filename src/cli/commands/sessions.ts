import { command, flag, type Given, option, optionOr } from "../command_line/command.ts";
import { FILTER, JSON_FLAG } from "../command_line/common_parameters.ts";
import { COUNT, ORDER, TEXT } from "../command_line/kinds.ts";

const takes = {
  json: JSON_FLAG,
  limit: option("--limit <n>", "show at most this many (0: all; 25 on a terminal)", COUNT),
  search: option("--search <text>", "only those with this text in their title, in any letter case", TEXT),
  sort: optionOr(
    "--sort <order>",
    "by active (the default), started, size, title or project",
    ORDER,
    "active",
  ),
  expiring: flag("--expiring", "only those whose logs the client may delete within a week"),
  ...FILTER,
};

export type SessionsGiven = Given<typeof takes>;

export const sessions = command({
  path: "sessions",
  summary: "list the sessions on this machine, newest first",
  description:
    "Lists the sessions on this machine, newest first. A dot before an id: it is being recorded; a circle: " +
    "it was. On a terminal, titles are cut to its width; elsewhere nothing is cut. Works whether kato runs or not.",
  example: "kato sessions --search parser --since 7d",
  takes,
  plan: () => ({ profile: "cli-read:sessions" }),
  run: async (given, context) => (await import("../actions/sessions.ts")).listSessions(given, context),
});
