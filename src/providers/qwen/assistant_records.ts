/** Records of type `assistant`: thoughts, texts and calls in the model's order. Pure. */
import { pageOfModel } from "../../protocol/event.ts";
import { isThought, partsOf } from "../model_parts.ts";
import type { Reading } from "../provider.ts";
import { readOthers } from "./other_parts.ts";
import type { RecordEvents } from "../record_events.ts";
import { isRow, type Row, rowOf, textOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";

export function readAssistantRecord(record: Row, fold: Fold, events: RecordEvents): Reading {
  delete fold.template;
  const model = textOf(record["model"]);
  const parts = partsOf(rowOf(record["message"])["parts"]);
  for (const run of runsOf(parts)) {
    const [first = {}] = run;
    if (isRow(first["functionCall"])) {
      const { id, name, args } = first["functionCall"];
      const call = { call: textOf(id), name: textOf(name), input: args ?? {} };
      events.add({ type: "tool_call", ...call, ...pageOfModel(model) });
      continue;
    }
    // One text comes in pieces.
    const text = run.map((part) => textOf(part["text"])).join("");
    if (text.trim() === "") continue;
    if (isThought(first)) events.add({ type: "thinking", text, ...pageOfModel(model) });
    else events.add({ type: "assistant", text, model: model === "" ? null : model, phase: null });
  }
  readOthers(parts, events);
  return events.reading("assistant-text");
}

/** The parts, each run of texts of one kind together. */
function runsOf(parts: readonly Row[]): readonly (readonly Row[])[] {
  const runs: Row[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    const before = last?.[0];
    const isMore = before !== undefined && isText(before) && isText(part) &&
      isThought(before) === isThought(part);
    if (isMore) last?.push(part);
    else runs.push([part]);
  }
  return runs;
}

function isText(part: Row): boolean {
  return typeof part["text"] === "string" && !isRow(part["functionCall"]);
}

/** Whether the record ends a run: it holds a text and calls nothing. */
export function isAnswer(record: Row): boolean {
  const parts = partsOf(rowOf(record["message"])["parts"]);
  return parts.some((part) => !isThought(part) && textOf(part["text"]).trim() !== "") &&
    !parts.some((part) => isRow(part["functionCall"]));
}
