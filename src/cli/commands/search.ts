import { choice, command, flag, type Given, option, several } from "../command_line/command.ts";
import { FILTER, JSON_FLAG } from "../command_line/common_parameters.ts";
import { SEARCHED, SINCE, SOME, SPEAKERS, TEXT } from "../command_line/kinds.ts";

const takes = {
  words: several("word", "words, 'two words' side by side, or begin*", TEXT),
  json: JSON_FLAG,
  limit: option("--limit <n>", "show at most this many hits (default: 20)", SOME),
  in: option(
    "--in <where>",
    "sessions or recordings (default: sessions, and recordings whose sessions are not indexed)",
    SEARCHED,
  ),
  role: option(
    "--role <roles>",
    "only what these said: user, assistant, thinking, tool_call, tool_result, decision, notice",
    SPEAKERS,
  ),
  ...FILTER,
  since: option("--since <when>", "only what was said since: 30m, 12h, 7d, 2w, a date or a time", SINCE),
  update: choice("--update", "bring the index up to date first, however much is new"),
  noUpdate: choice("--no-update", "search what is indexed, and read no log"),
  rebuild: flag("--rebuild", "make the index anew from the logs"),
};

export type SearchGiven = Given<typeof takes>;

export const search = command({
  path: "search",
  summary: "find words in what was said",
  description:
    "Finds words in the sessions on this machine and in recordings, by an index that policy must allow (search.enabled). Takes what is " +
    "new in the logs into the index first. Secrets are replaced before a text is indexed. Works whether kato runs or not.",
  example: "kato search 'disk full' 'retr*' --since 7d",
  takes,
  contradiction({ words, update, rebuild }) {
    if (update === false && rebuild) return "--rebuild reads all logs; leave --no-update out";
    if (words.length === 0 && update !== true && !rebuild) return "say what to search for";
    return null;
  },
  plan: ({ update }) => ({ profile: update === false ? "search:read" : "search" }),
  run: async (given, context) => (await import("../actions/search.ts")).searchSessions(given, context),
});
