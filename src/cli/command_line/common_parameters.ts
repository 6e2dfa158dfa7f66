/** Parameters that several commands take. Pure. */
import { PROVIDERS } from "../../protocol/closed_sets.ts";
import { flag, type Given, option, optional, required } from "./command.ts";
import { FOLDER, PROVIDER, SESSION, SINCE, TEXT } from "./kinds.ts";

export const JSON_FLAG = flag("--json", "print JSON");

const names = PROVIDERS.map((id, index) => index < PROVIDERS.length - 1 ? id : `or ${id}`);
const provider = option("--provider <provider>", names.join(", ").replace(", or", " or"), PROVIDER);

/** Which sessions are meant; null filters nothing. */
export const FILTER = {
  provider,
  project: option("--project <dir>", "sessions held in this folder or below it", FOLDER),
  since: option("--since <when>", "sessions active since: 30m, 12h, 7d, 2w or a date", SINCE),
};

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
