/** Thoughts of the model. The raw form holds all of a thought; older clients write an event for each part. Pure. */
import { listOf, type Row, rowOf, textOf } from "../unknown_value.ts";
import { pageOfModel } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { findNew } from "./copies.ts";
import type { Family, Waiting } from "./fold.ts";
import { ownId, placeId } from "./ids.ts";
import type { LineEvents } from "./line_events.ts";
import { mayWait, reportUpTo, wait } from "./waiting.ts";

type WaitingThought = Extract<Waiting, { kind: "thought" }>;

/** Stands between the parts, as between paragraphs. */
const BETWEEN = "\n\n";

/** A `Reasoning` item. */
export function readThoughtItem(item: Row, events: LineEvents): Reading {
  const id = ownId(item["id"], events.fold, events.line);
  return readShown(id, shownParts(item["summary_text"], item["raw_content"]), "item", events);
}

/** An `agent_reasoning` event. */
export function readThoughtEvent(payload: Row, events: LineEvents): Reading {
  return readShown(placeId(events.fold, events.line), partsOf([payload["text"]]), "event", events);
}

/** A thought as the client shows it. */
function readShown(id: string, shown: readonly string[], family: Family, events: LineEvents): Reading {
  const { fold } = events;
  if (shown.length === 0) return events.reading("repeat");
  const { parts, keys } = findNew(fold, family, "thought", shown, BETWEEN);
  const text = parts.join(BETWEEN);
  if (text === "") return events.reading("repeat");
  const entry: WaitingThought = { kind: "thought", id, time: events.time, family, keys, text };
  const before = fold.waiting.at(-1);
  const joined = before?.kind === "thought" && before.family === "event" && family === "event"
    ? { ...before, text: before.text + BETWEEN + text, keys: [...before.keys, ...keys] }
    : entry;
  if (!mayWait(joined.text)) {
    reportThought(entry, events);
  } else {
    if (joined !== entry) fold.waiting.pop();
    wait(joined, events);
  }
  return events.reading("assistant-text");
}

/** A `reasoning` item: its summary, else its text. Most texts are encrypted. */
export function readReasoning(item: Row, events: LineEvents): Reading {
  const { fold } = events;
  const shown = shownParts(item["summary"], item["content"]);
  if (shown.length === 0) return events.reading("repeat");
  const { parts, keys } = findNew(fold, "raw", "thought", shown, BETWEEN);
  const id = ownId(item["id"], fold, events.line);
  const index = fold.waiting.findIndex((entry) =>
    entry.kind === "thought" && entry.keys.some((key) => keys.includes(key))
  );
  const entry: WaitingThought = {
    kind: "thought",
    id,
    time: events.time,
    family: "raw",
    keys,
    text: (index === -1 ? parts : shown).join(BETWEEN),
  };
  if (index !== -1) reportUpTo(index, entry, events);
  else if (entry.text !== "") reportBeforeAnswer(entry, events);
  return events.reading("assistant-text");
}

/** While an answer waits for its raw form, a raw thought belongs in front of that answer. */
function reportBeforeAnswer(entry: WaitingThought, events: LineEvents): void {
  const { waiting } = events.fold;
  const answer = waiting.findIndex((other) => other.kind === "answer" && other.family !== "raw");
  waiting.splice(answer === -1 ? waiting.length : answer, 0, entry);
  events.settle(answer === -1 ? waiting.length : answer + 1);
}

/** Reports a thought that has waited. */
export function reportThought({ id, time, text }: WaitingThought, events: LineEvents): void {
  events.addAt(id, time, { type: "thinking", text, ...pageOfModel(events.fold.model) });
}

function shownParts(summary: unknown, content: unknown): string[] {
  const parts = partsOf(summary);
  return parts.length > 0 ? parts : partsOf(content);
}

function partsOf(parts: unknown): string[] {
  return listOf(parts).map((part) => textOf(part) || textOf(rowOf(part)["text"])).filter((text) =>
    text.trim() !== ""
  );
}
