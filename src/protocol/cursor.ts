/**
 * Where reading stands. A cursor names a place in one file; a checkpoint is everything needed to read a session
 * on from there, and becomes durable only together with what was written up to it. Room: protocol; no authority.
 */
import * as z from "zod/mini";

/** A file by what it is, not by its name: files move, and inodes are reused. */
export const fileCursor = z.strictObject({
  dev: z.number(),
  ino: z.number(),
  /** Fingerprint of the first `headBytes` bytes. One that was made otherwise is of no log: it is read anew. */
  head: z.string(),
  headBytes: z.int(),
  /** The last bytes before `offset`, in hex: a log rewritten in place does not have them there. */
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
  /** Events to pass over, because an earlier reading of this log, since rewritten, had them already. */
  skip: z.int(),
  /** It was written anew: events that are remembered are no news in it. */
  anew: z.optional(z.literal(true)),
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
  }),
  main: logState,
  /** Where a session has several logs that follow one another: which of them `main` is, and the bytes of those before. */
  part: z.optional(z.strictObject({ name: z.string(), before: z.int() })),
  agents: z.record(z.string(), logState),
  /** The main log's latest events, oldest first, for recognising them after a rewrite; and sub-agents'. */
  recent: z.array(z.string()),
  recentOfAgents: z.optional(z.array(z.string())),
  /** Which ids of events came before, where there were more: see parser/event_ids.ts. */
  ids: z.optional(z.string()),
});
export type Checkpoint = z.infer<typeof checkpoint>;
