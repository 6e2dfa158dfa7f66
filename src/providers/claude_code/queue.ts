/**
 * The client's queue: what a person types while the model works. Before 2.1.97 a text that the client put behind a tool's
 * result stands nowhere else: it is told when it is taken out for that (`remove`). What leaves the queue otherwise
 * becomes a row of its own (`dequeue`), or goes back to the person (`popAll`). Pure.
 */
import { MAIN_AGENT } from "../../protocol/event.ts";
import { type Fold, isOlder } from "./fold.ts";
import { type Row, textOf } from "./records.ts";

/** Since then such a text is an attachment, too. */
const ATTACHED_SINCE = [2, 1, 97] as const;

/** Texts, and characters in all, that are kept of the queue: it is part of every checkpoint. */
const QUEUED_TEXTS = 64;
const QUEUED_CHARS = 100_000;

/** Whether texts that were typed into this log may stand in rows of the queue only; so too while no row said a version. */
export function needsQueue(fold: Fold): boolean {
  return fold.agent === MAIN_AGENT && (fold.version === undefined || isOlder(fold.version, ATTACHED_SINCE));
}

/** The text that this row of the queue alone holds; null for none. Changes nothing. */
export function absorbedText(row: Row, fold: Fold): string | null {
  // The reason came with the attachments.
  if (row["operation"] !== "remove" || row["reason"] !== undefined) return null;
  if (fold.version === undefined || !needsQueue(fold)) return null;
  const text = textOf(row["content"]) || fold.queue?.[0] || "";
  return text === "" ? null : text;
}

/** Follows the queue; false where it grew beyond what is kept. */
export function followQueue(row: Row, fold: Fold): boolean {
  if (!needsQueue(fold)) {
    delete fold.queue;
    return true;
  }
  const text = textOf(row["content"]);
  const queue = fold.queue ?? [];
  switch (row["operation"]) {
    case "enqueue":
      queue.push(text);
      break;
    case "dequeue":
      queue.shift();
      break;
    case "remove":
    case "popAll": {
      // Without its text, the first is meant, or all.
      const at = text === "" ? 0 : queue.indexOf(text);
      if (at !== -1) queue.splice(at, text === "" && row["operation"] === "popAll" ? queue.length : 1);
    }
  }
  const kept = queue.length <= QUEUED_TEXTS &&
    queue.reduce((all, { length }) => all + length, 0) <= QUEUED_CHARS;
  if (!kept) queue.pop();
  if (queue.length > 0) fold.queue = queue;
  else delete fold.queue;
  return kept;
}
