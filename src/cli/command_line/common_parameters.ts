/** Parameters that several commands take. Pure. */
import { PROVIDERS } from "../../protocol/closed_sets.ts";
import { flag, type Given, option, optional, required } from "./command.ts";
import { COUNT, FOLDER, PROVIDER, SESSION, SINCE, SOME, TEXT } from "./kinds.ts";

export const JSON_FLAG = flag("--json", "print JSON");

const names = PROVIDERS.map((id, index) => index < PROVIDERS.length - 1 ? id : `or ${id}`);
const provider = option("--provider <provider>", names.join(", ").replace(", or", " or"), PROVIDER);

/** Which sessions are meant; null filters nothing. */
export const FILTER = {
  provider,
  project: option("--project <dir>", "sessions held in this folder or below it", FOLDER),
  since: option("--since <when>", "sessions active since: 30m, 12h, 7d, 2w or a date", SINCE),
};

/** Which part of a session is meant; null: all of it. */
export const RANGE = {
  last: option("--last <n>", "only the last N turns", SOME),
  from: option(
    "--from <seq>",
    "only from this event on; JSON Lines and links of pages have its number",
    COUNT,
  ),
  since: option("--since <when>", "only what came since: 30m, 12h, 7d, 2w, a date or a time", SINCE),
};

/** What is wrong with a range; without a full stop. */
export function findRangeContradiction({ last, from, since }: Given<typeof RANGE>): string | null {
  const given = [
    last === null ? [] : "--last",
    from === null ? [] : "--from",
    since === null ? [] : "--since",
  ].flat();
  return given.length > 1 ? `${given.join(" and ")} both say where to begin; give one of them` : null;
}

export type SessionFilter = Given<typeof FILTER>;

/** What the daemon is asked to do something with. */
const ONE_SESSION = {
  json: JSON_FLAG,
  session: required("session", "an id from 'kato sessions', or its beginning", SESSION),
};

export const STOP_REQUEST = { ...ONE_SESSION, provider };

export const RECORDING_REQUEST = {
  ...ONE_SESSION,
  // A path below the export root: the shell's own folder says nothing of it.
  destination: optional(
    "dest",
    "where to; relative to the export root (default: the session's file)",
    TEXT,
  ),
  provider,
};
