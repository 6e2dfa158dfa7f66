/**
 * The client's queue: texts that a person types while the model works. Before 2.1.97 the queue alone holds a text that the
 * client put behind a tool's result: kato reports it when the client takes it out for that (`remove`). Other texts get a
 * row of their own (`dequeue`), or go back to the person (`popAll`). Pure.
 */
import { MAIN_AGENT } from "../../protocol/event.ts";
import { type Fold, isOlder } from "./fold.ts";
import { type Row, textOf } from "./records.ts";

/** From this version on, such a text is an attachment, too. */
const ATTACHED_SINCE = [2, 1, 97] as const;

/** At most so many texts and characters of the queue are kept: every checkpoint holds them. */
const QUEUED_TEXTS = 64;
const QUEUED_CHARS = 100_000;

/** Whether rows of the queue may be the only place of a typed text. They may while no row named a version. */
export function needsQueue(fold: Fold): boolean {
  return fold.agent === MAIN_AGENT && (fold.version === undefined || isOlder(fold.version, ATTACHED_SINCE));
}

/** The text that only this row of the queue holds; null for none. Changes no state. */
export function absorbedText(row: Row, fold: Fold): string | null {
  // Versions with attachments give a reason here.
  if (row["operation"] !== "remove" || row["reason"] !== undefined) return null;
  if (fold.version === undefined || !needsQueue(fold)) return null;
  const text = textOf(row["content"]) || fold.queue?.[0] || "";
  return text === "" ? null : text;
}

/** Follows the queue; false where it grew beyond the bound. */
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
      // A row without a text means the first text, or all of them.
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
