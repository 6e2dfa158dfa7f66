/** What is known of a session without its conversation. */
import * as z from "zod/mini";
import { providerId } from "./provider_id.ts";

const sessionRef = z.strictObject({ provider: providerId, session: z.string() });
export type SessionRef = z.infer<typeof sessionRef>;

/** Shown by `kato sessions`, and at the head of every recording. Times are ISO 8601 UTC. */
export const sessionMeta = z.strictObject({
  provider: providerId,
  session: z.string(),
  /** The name that the person or the client gave, else the first words typed; null when there are none yet. */
  title: z.nullable(z.string()),
  /** The person or the client gave the title. Missing where it is first words, or where an older kato wrote this. */
  named: z.optional(z.literal(true)),
  /** The working directory, from the records: folder names cannot be converted back. */
  project: z.nullable(z.string()),
  started: z.nullable(z.string()),
  client: z.nullable(z.string()),
});
export type SessionMeta = z.infer<typeof sessionMeta>;

/** One key for a session in maps and tables. */
export function sessionKey(ref: SessionRef): string {
  return `${ref.provider}/${ref.session}`;
}

/**
 * Sessions share their first characters where the id begins with a word, and those of the same minute where it is a
 * UUID of version 7, which begins with the time.
 */
const BEGINS_ALIKE =
  /^(?:[a-z]+_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]|[0-9a-f]{8}-[0-9a-f]{4}-7)[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id that people type: the first eight characters, or the last eight when the first ones may be those of others. */
export function shortId(session: string): string {
  return BEGINS_ALIKE.test(session) ? session.slice(-8) : session.slice(0, 8);
}
