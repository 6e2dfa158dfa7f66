/** The closed table of messages between orchestrator and parser. */
import * as z from "zod/mini";
import { checkpoint } from "./cursor.ts";
import { scan } from "./command.ts";
import { providerId } from "./provider_id.ts";
import { logInHand, logsInHand } from "./in_hand.ts";
import { authorship } from "./evidence.ts";
import { redaction } from "./redaction.ts";
import { sessionMeta } from "./session.ts";

const session = z.string().check(z.minLength(1), z.maxLength(256));
const feed = z.int();

/** A session's main log on disk. */
const seenSession = z.strictObject({
  session,
  path: z.string(),
  dev: z.number(),
  ino: z.number(),
  size: z.int(),
  /** Milliseconds since 1970. */
  modified: z.number(),
  /** The session whose log this one began as a copy of, if any. */
  parent: z.nullable(session),
  /** Whether it was there at the first scan but could not be read then. */
  late: z.boolean(),
});
export type SeenSession = z.infer<typeof seenSession>;

export const toParser = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("start"),
    provider: providerId,
    roots: z.array(z.string()),
    /** Logs that may have ended a parser: looked at one by one, after all others. */
    suspects: z.array(z.string()),
    /** Logs that ended a parser too often: left alone as long as they have this size. */
    quarantined: z.array(logInHand),
    /** Which secrets titles are without. */
    redaction,
  }),
  /** Follow this session for commands. Records that end at or before `baseline` are history. */
  z.strictObject({
    type: z.literal("watch"),
    session,
    from: z.nullable(checkpoint),
    baseline: z.int(),
    parent: z.nullable(session),
  }),
  /** Send this session's events from `seq` `start` on, up to `until` (exclusive), or for as long as it grows. */
  z.strictObject({
    type: z.literal("feed"),
    feed,
    session,
    /** At or before `start`. */
    from: z.nullable(checkpoint),
    start: z.int(),
    until: z.nullable(z.int()),
    /** Leave out everything that it has from this session, which goes on in it. */
    inherits: z.nullable(session),
    /** With the bytes of images. */
    images: z.optional(z.literal(true)),
  }),
  /** Change where a feed ends. */
  z.strictObject({ type: z.literal("until"), feed, until: z.int() }),
  z.strictObject({ type: z.literal("credit"), feed, batches: z.int().check(z.positive()) }),
  z.strictObject({ type: z.literal("unfeed"), feed }),
  /** The message `found` at `seq` was dealt with: feeds of its session may go past it. */
  z.strictObject({ type: z.literal("handled"), session, seq: z.int() }),
  /** The mark is kept: go on. */
  z.strictObject({ type: z.literal("marked") }),
  /** Leave this session alone until it has grown. */
  z.strictObject({ type: z.literal("quarantine"), session }),
  /**
   * Say which of these logs are not there any more. `session`: null for one that did not say whose it is. With `letGo`, the
   * sessions that are gone are watched no longer, and are new when they come back.
   */
  z.strictObject({
    type: z.literal("find-absent"),
    n: z.int(),
    logs: z.array(z.strictObject({ session: z.nullable(session), path: z.string() })),
    letGo: z.boolean(),
  }),
  z.strictObject({ type: z.literal("ping"), n: z.int() }),
  z.strictObject({ type: z.literal("stop") }),
]);
export type ToParser = z.infer<typeof toParser>;

export const fromParser = z.discriminatedUnion("type", [
  /** The first scan is complete: every session on disk was sent as `seen`. */
  z.strictObject({
    type: z.literal("ready"),
    sessions: z.int(),
    watching: z.enum(["inotify", "poll"]),
    missing: z.array(z.string()),
    /** When that scan began, in milliseconds since 1970. */
    looked: z.number(),
  }),
  z.strictObject({ type: z.literal("watching"), how: z.enum(["inotify", "poll"]), why: z.string() }),
  z.strictObject({ type: z.literal("seen"), sessions: z.array(seenSession) }),
  /** About to parse this session: mark it, then say `marked`. Null: no session is being parsed, but perhaps `logs`. */
  z.strictObject({ type: z.literal("mark"), session: z.nullable(session), logs: z.optional(logsInHand) }),
  /** A message with command lines or look-alikes; or a record that says where the session goes on. */
  z.strictObject({
    type: z.literal("found"),
    session,
    meta: sessionMeta,
    event: z.string(),
    seq: z.int(),
    time: z.nullable(z.string()),
    scan,
    /** Who wrote the message; null for a record that is no message, and so has no commands. */
    author: z.nullable(authorship),
    /** Why nothing in it may be obeyed, whoever wrote it; null when it may. */
    barred: z.nullable(z.enum(["history", "inherited"])),
    /** The session in which this one goes on, as a record of its main log says. */
    continues: z.nullable(session),
    /** Somewhere before this message; null at the session's beginning, or when there is no command. */
    before: z.nullable(checkpoint),
  }),
  /** The session's log was rewritten: everything found from now on came with that change, or later. */
  z.strictObject({ type: z.literal("rewritten"), session }),
  /** Everything before this checkpoint was looked at. */
  z.strictObject({
    type: z.literal("watched"),
    session,
    meta: sessionMeta,
    checkpoint,
    /** Bytes of the main log that were read. */
    size: z.int(),
  }),
  /**
   * Events of a feed from `first` on, as JSON Lines in the payload, without those that are left out. `end`: the feed
   * has reached its `until`.
   */
  z.strictObject({
    type: z.literal("batch"),
    feed,
    session,
    meta: sessionMeta,
    first: z.int(),
    count: z.int(),
    /** Inherited events among them, which are left out. */
    skipped: z.int(),
    checkpoint,
    end: z.boolean(),
  }),
  /** A feed cannot go on: its session is gone. */
  z.strictObject({ type: z.literal("lost"), feed, session, why: z.string() }),
  /** Something a person should know of: counted, never fatal. `what` is a record type or a reason, never content. */
  z.strictObject({
    type: z.literal("trouble"),
    /** Null when the session is not known. */
    session: z.nullable(session),
    kind: z.enum([
      "unknown-record",
      "malformed-line",
      "oversized-line",
      "elided-value",
      "rewritten",
      "repeated",
      "unreadable",
      "gone",
      /** A link, which is not followed; or an entry that is neither file nor folder, which is never opened. */
      "special-file",
      "link",
    ]),
    what: z.string().check(z.maxLength(200)),
    count: z.int(),
  }),
  /** The logs that are not there, by their paths. With `letGo`, no message about their sessions follows until they are seen again. */
  z.strictObject({ type: z.literal("absent"), n: z.int(), paths: z.array(z.string()) }),
  /** `looked`: every session that began before this was reported, in milliseconds since 1970. */
  z.strictObject({ type: z.literal("pong"), n: z.int(), looked: z.int() }),
  z.strictObject({ type: z.literal("stopped") }),
]);
export type FromParser = z.infer<typeof fromParser>;
