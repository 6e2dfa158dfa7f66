/**
 * Where reading stands. A cursor names a place in one file. A checkpoint is everything needed to read a session on
 * from there; it becomes durable only together with the text that was written up to it.
 */
import * as z from "zod/mini";

/** Identifies a file by what it is, not by its name: files move, and inodes are reused. */
export const fileCursor = z.strictObject({
  dev: z.number(),
  ino: z.number(),
  /** Fingerprint of the first `headBytes` bytes. A fingerprint of another kind matches no log, so the log is read anew. */
  head: z.string(),
  headBytes: z.int(),
  /** The last bytes before `offset`, in hex: a log that was rewritten in place has others there. */
  tail: z.string(),
  /** Byte offset of the next unread line. */
  offset: z.int(),
  /** Number of that line, from 0. */
  line: z.int(),
});
export type FileCursor = z.infer<typeof fileCursor>;

/** Reading state of one log: the main one, or a sub-agent's. `fold` belongs to the provider's parser. */
const logState = z.strictObject({
  cursor: z.nullable(fileCursor),
  fold: z.unknown(),
  /** Events to skip: they were already read before this log was rewritten. */
  skip: z.int(),
  /** It was written anew: remembered events are no news in it. */
  anew: z.optional(z.literal(true)),
  /** ... and so are its first events up to this time. */
  until: z.optional(z.string()),
  /** Records of the next line that were read: a crash can glue several together. */
  within: z.optional(z.int()),
});
export type LogState = z.infer<typeof logState>;

export const checkpoint = z.strictObject({
  v: z.literal(1),
  /** `seq` of the next event. */
  seq: z.int(),
  /** What is known of the session so far; `rank` says how good the title is. */
  meta: z.strictObject({
    title: z.nullable(z.strictObject({ text: z.string(), rank: z.number() })),
    project: z.nullable(z.string()),
    started: z.nullable(z.string()),
    client: z.nullable(z.string()),
    /** Its log says that it began as a copy of another session. */
    isCopy: z.optional(z.literal(true)),
  }),
  main: logState,
  /** For a session of several logs: which of them `main` is, and the bytes of the logs before it. */
  part: z.optional(z.strictObject({ name: z.string(), before: z.int() })),
  agents: z.record(z.string(), logState),
  /** The main log's latest events, oldest first, to recognise them after a rewrite; then those of sub-agents. */
  recent: z.array(z.string()),
  recentOfAgents: z.optional(z.array(z.string())),
  /** Filter of all earlier ids, once `recent` does not hold them all: see parser/event_ids.ts. */
  ids: z.optional(z.string()),
  /** Records since the last event that kato did not understand. */
  unknown: z.optional(z.int()),
});
export type Checkpoint = z.infer<typeof checkpoint>;
