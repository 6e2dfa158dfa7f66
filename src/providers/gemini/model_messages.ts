/** Messages of type `gemini`: thoughts, text, calls of tools with their results. Pure. */
import { isRow, listOf, type Row, rowOf, textOf, timeOf } from "../unknown_value.ts";
import { pageOfModel } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { SUMMARY_REPLY } from "./client_text.ts";
import type { Fold } from "./fold.ts";
import { type MessageEvents, silent } from "./message_events.ts";
import { isThought, partsOf, readOtherParts } from "../model_parts.ts";
import { readFunctionCalls, readToolCalls } from "./tool_calls.ts";

export function readModelMessage(record: Row, fold: Fold, events: MessageEvents): Reading {
  fold.begun = true;
  if (isLive(record)) fold.replay = null;
  if (fold.replay === "repeat") return silent("repeat");
  const model = textOf(record["model"]);
  const parts = partsOf(record["content"]);
  readThoughts(record, parts, events);
  // One response comes in pieces.
  const text = parts.filter((part) => !isThought(part)).map((part) => textOf(part["text"])).join("");
  // The client's words in the model's place after a compaction.
  if (model !== "" || text !== SUMMARY_REPLY) {
    events.addText({ type: "assistant", text, model: model === "" ? null : model, phase: null });
  }
  readFunctionCalls(parts, record, fold, events);
  readToolCalls(record, fold, events);
  readOtherParts(parts, "part", events, "gemini");
  return events.reading("assistant-text");
}

/** Whether the record is from the time of the answer. A replay has lists of parts, no model and no count of tokens. */
export function isLive(record: Row): boolean {
  return typeof record["content"] === "string" || isRow(record["tokens"]) || textOf(record["model"]) !== "";
}

function readThoughts(record: Row, parts: readonly Row[], events: MessageEvents): void {
  const thoughts = listOf(record["thoughts"]);
  const model = textOf(record["model"]);
  for (const [index, thought] of thoughts.entries()) {
    const { subject, description, timestamp } = rowOf(thought);
    const head = textOf(subject).trim();
    const texts = [head === "" ? "" : `**${head}**`, textOf(description) || textOf(thought)];
    const text = texts.filter((part) => part !== "").join("\n\n");
    addThought(`thought:${index}`, timeOf(timestamp) ?? events.time, text, model, events);
  }
  if (thoughts.length > 0) return;
  for (const [index, part] of parts.entries()) {
    if (isThought(part)) addThought(`thought:${index}`, events.time, textOf(part["text"]), model, events);
  }
}

function addThought(
  key: string,
  time: string | null,
  text: string,
  model: string,
  events: MessageEvents,
): void {
  if (text.trim() === "") return;
  events.add(`${events.id}:${key}`, time, { type: "thinking", text, ...pageOfModel(model) });
}
