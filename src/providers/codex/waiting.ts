/**
 * Waiting texts. The next lines may hold another form of a text that says more about it: the phase of an answer, its plan,
 * its author, or that it is a summary. The order of events is the order of the log, so a new event first reports the texts
 * that wait. Pure.
 */
import type { LoggedImage } from "../../protocol/event.ts";
import { WHOLE_LINE } from "../../protocol/limits.ts";
import { type Row, rowOf, textOf } from "../unknown_value.ts";
import type { Fold, Waiting } from "./fold.ts";
import { SILENT_EVENTS, SILENT_ITEMS, SILENT_RESPONSE_ITEMS } from "./known_types.ts";
import type { LineEvents } from "./line_events.ts";

/** Every checkpoint holds the waiting texts, and two checkpoints must fit in a frame's header. So long their JSON may be. */
const WAITING_CHARS = 64 * 1024;

function sizeOf(entry: Waiting): number {
  return JSON.stringify(entry).length;
}

/** Whether a text may wait. A longer one is reported at once. */
export function mayWait(text: string, ...more: readonly string[]): boolean {
  return text.length < WAITING_CHARS && JSON.stringify([text, ...more]).length < WAITING_CHARS / 2;
}

export function wait(entry: Waiting, events: LineEvents): void {
  const { waiting } = events.fold;
  let size = sizeOf(entry);
  for (const other of waiting) size += sizeOf(other);
  while (waiting.length > 0 && size > WAITING_CHARS) {
    size -= sizeOf(waiting[0] as Waiting);
    events.settle(1);
  }
  waiting.push(entry);
}

/**
 * Images with their bytes, which no checkpoint holds: an export has them, because it reads the whole log. As much may wait
 * as one line can hold. A poisoned log has hundreds of such lines in a row.
 */
const IMAGES = new WeakMap<Waiting, readonly LoggedImage[]>();

/** Keeps the images of a message that will wait, if the reader wants them. */
export function keepImages(entry: Waiting, images: readonly LoggedImage[], events: LineEvents): void {
  if (!events.images) return;
  const lengths = [images, ...events.fold.waiting.map(imagesOf)].flat().map(({ data }) => data.length);
  if (lengths.reduce((sum, length) => sum + length, 0) <= WHOLE_LINE) IMAGES.set(entry, images);
}

/** The images of a waiting message. */
export function imagesOf(entry: Waiting | undefined): readonly LoggedImage[] {
  if (entry?.kind !== "words") return [];
  return IMAGES.get(entry) ?? entry.images.map((words) => ({ words, data: "" }));
}

/** The place of a waiting text with one of the keys; -1 for none. */
export function findWaiting(fold: Fold, kind: Waiting["kind"], keys: readonly string[]): number {
  return fold.waiting.findIndex((entry) =>
    entry.kind === kind && "keys" in entry && entry.keys.some((key) => keys.includes(key))
  );
}

/** Reports the entry at `index`, and all entries before it. */
export function reportUpTo(index: number, entry: Waiting, events: LineEvents): void {
  events.fold.waiting[index] = entry;
  events.settle(index + 1);
}

/** The content of a line: it decides which entries go on waiting. */
export type Passing = "nothing" | "everything" | "model" | "person" | "compaction" | "call";

/** Reports the entries that need not wait any longer after this line. */
export function settleBefore(passing: Passing, events: LineEvents): void {
  const { waiting } = events.fold;
  let count = waiting.length;
  while (count > 0 && waitsOn(waiting[count - 1] as Waiting, passing)) count -= 1;
  events.settle(count);
}

function waitsOn(entry: Waiting, passing: Passing): boolean {
  if (passing === "everything") return true;
  switch (entry.kind) {
    case "words":
      return passing === "person";
    case "answer":
      // The raw form comes last, except for the answer of a review and the summary of a compaction.
      return entry.family === "raw" ? passing === "compaction" || passing === "model" : passing === "model";
    case "thought":
      return passing === "model";
    case "step":
      return passing === "model" || passing === "call";
  }
}

export function passingOf(row: Row): Passing {
  const payload = rowOf(row["payload"]);
  const type = textOf(payload["type"]);
  switch (row["type"]) {
    case "turn_context":
      return "person";
    case "compacted":
      return "compaction";
    case "event_msg":
      return type === "item_completed"
        ? passingOfItem(textOf(rowOf(payload["item"])["type"]))
        : passingOfEvent(type);
    case "response_item":
      return passingOfRaw(type, payload);
    default:
      return "nothing";
  }
}

function passingOfEvent(type: string): Passing {
  if (type === "agent_message" || type === "agent_reasoning") return "model";
  if (type === "user_message") return "person";
  return SILENT_EVENTS.has(type) ? "everything" : "nothing";
}

function passingOfItem(type: string): Passing {
  if (type === "AgentMessage" || type === "Plan" || type === "Reasoning") return "model";
  if (type === "UserMessage") return "person";
  return SILENT_ITEMS.has(type) ? "everything" : "nothing";
}

function passingOfRaw(type: string, payload: Row): Passing {
  if (type === "reasoning") return "model";
  if (type === "message") return payload["role"] === "assistant" ? "model" : "person";
  if (SILENT_RESPONSE_ITEMS.has(type)) return "everything";
  return type.endsWith("_call") ? "call" : "nothing";
}

/** Whether the waiting text is the summary of a compaction. The line of the compaction reports it. */
export function dropSummary(message: string, fold: Fold): void {
  const last = fold.waiting.at(-1);
  if (last?.kind !== "answer" || last.family !== "raw") return;
  if (last.text.trim() !== "" && message.includes(last.text.trim())) fold.waiting.pop();
}
