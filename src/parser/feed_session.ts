/**
 * Sends one session's events in batches, as fast as they are taken and never past a command that is not dealt
 * with. Room: parser; edge through SessionReader.
 */
import type { Checkpoint } from "../protocol/cursor.ts";
import { BATCH_BYTES, BATCH_EVENTS, FEED_CREDIT } from "../protocol/limits.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { SessionReader } from "./session_reader.ts";

export interface Batch {
  readonly meta: SessionMeta;
  readonly first: number;
  readonly count: number;
  readonly checkpoint: Checkpoint;
  readonly end: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export interface SessionFeed {
  readonly session: string;
  until: number | null;
  credit: number;
  /** Reads on below `limit`; a batch when one is full, or when there is nothing more to read. */
  step(limit: number): Batch | "more" | "wait" | "linger" | "gone";
}

const encoder = new TextEncoder();

/** Events below `start` are read and not sent: the checkpoint that a feed begins at may lie before it. */
export function feedSession(
  session: string,
  reader: SessionReader,
  start: number,
  until: number | null,
): SessionFeed {
  let lines: string[] = [];
  let characters = 0;
  let first = start;
  let next = start;

  function close(end: boolean): Batch {
    const batch = {
      meta: reader.meta(),
      first,
      count: lines.length,
      checkpoint: reader.checkpoint(),
      end,
      payload: encoder.encode(lines.join("")),
    };
    lines = [];
    characters = 0;
    first = next;
    return batch;
  }

  const feed: SessionFeed = {
    session,
    until,
    credit: FEED_CREDIT,
    step(limit) {
      const stopAt = feed.until === null ? limit : Math.min(limit, feed.until);
      if (feed.until !== null && next >= feed.until) return close(true);
      if (next >= stopAt) return lines.length > 0 ? close(false) : "wait";
      const advance = reader.advance();
      if (typeof advance === "string") return advance !== "more" && lines.length > 0 ? close(false) : advance;
      for (const { event } of advance.events) {
        if (event.seq < start || (feed.until !== null && event.seq >= feed.until)) continue;
        const line = JSON.stringify(event) + "\n";
        lines.push(line);
        characters += line.length;
        next = event.seq + 1;
      }
      return characters >= BATCH_BYTES || lines.length >= BATCH_EVENTS ? close(false) : "more";
    },
  };
  return feed;
}
