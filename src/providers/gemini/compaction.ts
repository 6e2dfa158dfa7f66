/** One notice for one compaction, which the client tells in two places, in either order. Pure. */
import type { Origin } from "../provider.ts";
import { digestOf } from "./digests.ts";
import { type Fold, rememberSaid, wasSaid } from "./fold.ts";
import type { MessageEvents } from "./message_events.ts";

/** The summary with which the conversation goes on; it comes again with every later history. */
export function readSnapshot(text: string, fold: Fold, events: MessageEvents): Origin {
  if (wasSaid(fold, text)) return "repeat";
  rememberSaid(fold, text);
  if (fold.compaction === "told") {
    fold.compaction = null;
    return "summary";
  }
  fold.compaction = "snapshot";
  events.addNotice("compaction", text, `compaction:${digestOf(text)}`);
  return "summary";
}

/** What the client tells the person; without the summary. */
const COMPRESSED =
  /^(?:(?:Chat |Conversation )?(?:history|context|chat)\b.{0,40}\bcompressed\b|IMPORTANT: This conversation\b.{0,200}\bcompressed\b)/i;

export function isCompressionInfo(text: string): boolean {
  return COMPRESSED.test(text.slice(0, 400));
}

export function readCompressionInfo(text: string, fold: Fold, events: MessageEvents): void {
  if (fold.compaction === "snapshot") {
    fold.compaction = null;
    return;
  }
  fold.compaction = "told";
  events.addNotice("compaction", text);
}
