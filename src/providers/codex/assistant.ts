/** What the model said and thought. Pure. */
import { isRow, listOf, type Row, textOf, typeName } from "../narrow.ts";
import type { Reading } from "../provider.ts";
import { type Held, ownId, placeId } from "./fold.ts";
import type { LineEvents } from "./line_events.ts";

/** An `AgentMessage` item. */
export function readAgentItem(item: Row, events: LineEvents): Reading {
  const text = listOf(item["content"]).filter(isRow).map((part) => textOf(part["text"])).join("");
  return readMessage(ownId(item["id"], events.fold, events.line), text, item["phase"], events);
}

/** What the client itself says after a compaction, in the model's place: until late 2025. */
const COMPACTED = "Compact task completed";

/** An `agent_message` event. */
export function readAgentEvent(payload: Row, events: LineEvents): Reading {
  const text = textOf(payload["message"]);
  if (events.fold.compacted && text === COMPACTED) return events.reading("repeat");
  return readMessage(placeId(events.fold, events.line), text, payload["phase"], events);
}

/** In plan mode a message comes without the plan in it: its raw form is in the next line. */
function readMessage(id: string, text: string, phase: unknown, events: LineEvents): Reading {
  const { fold } = events;
  if (fold.planning) {
    const plan = fold.held?.text ?? "";
    fold.held = { id, text: text + plan, phase: phaseOf(phase), time: events.time };
  } else {
    say({ id, text, phase: phaseOf(phase), time: events.time }, events);
  }
  return events.reading("assistant-text");
}

/** A `Plan` item: its message follows. */
export function readPlan(item: Row, events: LineEvents): Reading {
  const { fold } = events;
  sayHeld(events);
  const text = textOf(item["text"]);
  fold.held = {
    id: ownId(item["id"], fold, events.line),
    text: `<proposed_plan>\n${text}${text.endsWith("\n") ? "" : "\n"}</proposed_plan>`,
    phase: null,
    time: events.time,
  };
  return events.reading("assistant-text");
}

/** A `response_item` of the model's: a second copy, but for a message that is held. */
export function readRawMessage(item: Row, events: LineEvents): Reading {
  const { fold } = events;
  const { held } = fold;
  const text = rawText(item, events);
  if (fold.bare) {
    const id = ownId(item["id"], fold, events.line);
    say({ id, text, phase: phaseOf(item["phase"]), time: events.time }, events);
    return events.reading("assistant-text");
  }
  if (held === null) return events.reading("repeat");
  fold.held = null;
  say({ ...held, text, phase: held.phase ?? phaseOf(item["phase"]) }, events);
  return events.reading("assistant-text");
}

function rawText(item: Row, events: LineEvents): string {
  const texts: string[] = [];
  for (const part of listOf(item["content"]).filter(isRow)) {
    const type = textOf(part["type"]);
    if (type === "output_text" || type === "text" || type === "input_text") texts.push(textOf(part["text"]));
    else if (type === "refusal") texts.push(textOf(part["refusal"]));
    else events.addUnknown(`assistant/${typeName(type)}`);
  }
  return texts.join("");
}

/** Says what is held, where its raw form does not follow. */
export function sayHeld(events: LineEvents): void {
  const { held } = events.fold;
  events.fold.held = null;
  if (held !== null) say(held, events);
}

function say({ id, text, phase, time }: Held, events: LineEvents): void {
  events.addAt(id, time, { type: "assistant", text, model: events.fold.model, phase });
}

function phaseOf(phase: unknown): "commentary" | "final" | null {
  if (phase === "final_answer") return "final";
  return phase === "commentary" ? "commentary" : null;
}

/** A `reasoning` item: its summary, or what the model thought where there is none; most of it is encrypted. */
export function readReasoning(item: Row, events: LineEvents): Reading {
  const text = partTexts(item["summary"]) || partTexts(item["content"]);
  if (text.trim() !== "") events.add(ownId(item["id"], events.fold, events.line), { type: "thinking", text });
  return events.reading("assistant-text");
}

function partTexts(parts: unknown): string {
  return listOf(parts).map((part) => isRow(part) ? textOf(part["text"]) : textOf(part))
    .filter((text) => text !== "").join("\n\n");
}
