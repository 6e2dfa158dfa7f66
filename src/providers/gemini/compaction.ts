/** One notice for one compaction. The client writes it in two places, in either order. Pure. */
import type { Origin } from "../provider.ts";
import { digestOf } from "./digests.ts";
import { type Fold, rememberSaid, wasSaid } from "./fold.ts";
import type { MessageEvents } from "./message_events.ts";

/** The summary after a compaction. Every later history repeats it. */
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

/** The client's message to the person, without the summary. */
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
