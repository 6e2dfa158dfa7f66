/**
 * Sends one session's events in batches. A feed goes as fast as its batches are taken, and never past a command that
 * the orchestrator has not dealt with.
 */
import type { Checkpoint } from "../protocol/cursor.ts";
import { BATCH_BYTES, BATCH_EVENTS, FEED_CREDIT } from "../protocol/limits.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { SessionReader } from "./session_reader.ts";

export interface Batch {
  readonly meta: SessionMeta;
  readonly first: number;
  readonly count: number;
  /** Inherited events among them, which are left out. */
  readonly skipped: number;
  readonly checkpoint: Checkpoint;
  readonly end: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** How far feeds may go: the first command that the orchestrator has not dealt with, or where watching has come to. */
export interface FeedLimit {
  readonly command: number;
  /** The first event of its record, which a feed reads whole. */
  readonly record: number;
}

export interface SessionFeed {
  readonly session: string;
  until: number | null;
  credit: number;
  /**
   * Reads on below the record of `limit`; a feed that ends before the command itself reads that record, too. Gives a batch
   * when one is full, or when there is nothing more to read.
   */
  step(limit: FeedLimit): Batch | "more" | "wait" | "linger" | "gone" | "unreadable";
}

const encoder = new TextEncoder();

/**
 * Events below `start` are read but not sent: the checkpoint may lie before it. `isInherited`: whether the event with
 * this id of its client was recorded with the session where it was said.
 */
export function feedSession(
  session: string,
  reader: SessionReader,
  start: number,
  until: number | null,
  isInherited: (own: string) => boolean,
): SessionFeed {
  let lines: string[] = [];
  let characters = 0;
  let skipped = 0;
  let first = start;
  let next = start;

  function close(end: boolean): Batch {
    const batch = {
      meta: reader.meta(),
      first,
      count: lines.length,
      skipped,
      checkpoint: reader.checkpoint(),
      end,
      payload: encoder.encode(lines.join("")),
    };
    lines = [];
    characters = 0;
    skipped = 0;
    first = next;
    return batch;
  }

  const feed: SessionFeed = {
    session,
    until,
    credit: FEED_CREDIT,
    step(limit) {
      const stopAt = feed.until !== null && feed.until <= limit.command ? feed.until : limit.record;
      if (feed.until !== null && next >= feed.until) return close(true);
      const holdsSome = lines.length + skipped > 0;
      if (next >= stopAt) return holdsSome ? close(false) : "wait";
      const advance = reader.advance();
      if (typeof advance === "string") return advance !== "more" && holdsSome ? close(false) : advance;
      for (const { event, own } of advance.events) {
        if (event.seq < start || (feed.until !== null && event.seq >= feed.until)) continue;
        next = event.seq + 1;
        if (isInherited(own)) {
          skipped += 1;
          continue;
        }
        const line = JSON.stringify(event) + "\n";
        lines.push(line);
        characters += line.length;
      }
      return characters >= BATCH_BYTES || lines.length >= BATCH_EVENTS ? close(false) : "more";
    },
  };
  return feed;
}
