/** The report of `kato search`. Loaded by tools and tests alone: the command takes its type. */
import * as z from "zod/mini";
import { EVENT_TYPES } from "../../protocol/closed_sets.ts";
import { providerId } from "../../protocol/provider_id.ts";

const { array, boolean, int, nullable, string } = z;
const text = nullable(string());

export const searchBody = z.strictObject({
  /** As it was typed. */
  query: array(string()),
  /** What was indexed last comes first. */
  hits: array(z.strictObject({
    provider: providerId,
    session: string(),
    short: string(),
    title: text,
    project: text,
    /** The recording; null for a hit in a session. */
    file: text,
    /** The number of the event in its session; of a recording, the line in which the passage begins. */
    seq: int(),
    role: z.enum(EVENT_TYPES),
    time: text,
    /** Pieces side by side; `hit`: it was searched for. */
    snippet: array(z.strictObject({ text: string(), hit: boolean() })),
    /** Whether the session's logs are gone. */
    gone: boolean(),
    /** The command that shows the event in its session; null where the logs are gone, and for recordings. */
    show: text,
  })),
  /** Whether there are other hits, or texts that were not looked at. */
  rest: z.enum(["none", "more", "unlooked"]),
  index: z.strictObject({
    sessions: int(),
    recordings: int(),
    /** Sessions of which the redaction let only a part into the index. */
    blocked: int(),
    /** Bytes of logs that are not indexed yet; null where nobody looked. */
    left: nullable(int()),
    /** Sessions whose logs could not be read to their end this time; null where nobody looked. */
    unreadable: nullable(int()),
    bytes: int(),
  }),
});
