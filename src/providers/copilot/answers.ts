/** Answers of the model: one record holds thought, text and calls, in this order. Pure. */
import { pageOfModel } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { isRow, listOf, type Row, textOf } from "../unknown_value.ts";
import { announce, type Fold } from "./fold.ts";
import type { RecordEvents } from "../record_events.ts";

const PHASES: ReadonlyMap<unknown, "commentary" | "final"> = new Map([
  ["commentary", "commentary"],
  ["final", "final"],
  ["final_answer", "final"],
]);

export function readAnswer(data: Row, fold: Fold, events: RecordEvents): Reading {
  const model = textOf(data["model"]) || null;
  const thought = textOf(data["reasoningText"]);
  const isRepeat = fold.thought !== null && fold.thought === sampleOf(thought);
  fold.thought = null;
  if (thought.trim() !== "" && !isRepeat) {
    events.add({ type: "thinking", text: thought, ...pageOfModel(model) });
  }
  const text = textOf(data["content"]);
  if (text.trim() !== "") {
    events.add({ type: "assistant", text, model, phase: PHASES.get(data["phase"]) ?? null });
  }
  for (const request of listOf(data["toolRequests"])) {
    if (!isRow(request)) continue;
    const call = textOf(request["toolCallId"]);
    const input = request["arguments"] ?? {};
    announce(fold, call);
    events.add({ type: "tool_call", call, name: textOf(request["name"]), input, ...pageOfModel(model) });
  }
  return events.reading("assistant-text");
}

/** A thought of its own. The answer behind it may have it, too. */
export function readReasoning(data: Row, fold: Fold, events: RecordEvents): Reading {
  const text = textOf(data["content"]);
  if (text.trim() !== "") {
    fold.thought = sampleOf(text);
    events.add({ type: "thinking", text });
  }
  return events.reading("assistant-text");
}

/** Letters of a text that recognise its copy right behind it. */
const SAMPLE = 64;

function sampleOf(text: string): string {
  return `${text.length}:${text.slice(0, SAMPLE)}:${text.slice(-SAMPLE)}`.toWellFormed();
}
