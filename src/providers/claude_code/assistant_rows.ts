/** Rows of type `assistant`. Each holds one content block; the blocks of a reply share an id and are no repeats. Pure. */
import { pageOfModel } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { type Fold, inlineAgent, rememberCall } from "./fold.ts";
import { isRow, listOf, messageOf, type Row, rowOf, textOf, typeName } from "./records.ts";
import { createRowEvents, type RowEvents } from "./row_events.ts";
import { readServerResult } from "./tool_results.ts";

/** The client writes this in the model's place when it resumes a turn that was cut. */
const NO_RESPONSE = "No response requested.";

/** The client's name for itself in the model's place. */
const SYNTHETIC = "<synthetic>";

export function readAssistantRow(row: Row, line: number, fold: Fold): Reading {
  const events = createRowEvents(row, line, inlineAgent(fold, row));
  const message = messageOf(row);
  const content = message["content"];
  if (typeof content !== "string" && !Array.isArray(content)) events.addUnknown("assistant/no-content");
  if (typeof content === "string") readText(textOf(content), row, message, events);
  for (const block of listOf(content)) {
    if (isRow(block)) readBlock(block, row, message, fold, events);
    else events.addUnknown(`assistant/${typeName(typeof block)}`);
  }
  return events.reading("assistant-text");
}

function readBlock(block: Row, row: Row, message: Row, fold: Fold, events: RowEvents): void {
  const type = textOf(block["type"]);
  switch (type) {
    case "text":
      readText(textOf(block["text"]), row, message, events);
      return;
    case "thinking": {
      const text = textOf(block["thinking"]);
      if (text !== "") events.add({ type: "thinking", text, ...pageOfModel(modelOf(message)) });
      return;
    }
    case "redacted_thinking":
      return;
    case "tool_use":
    case "server_tool_use":
    case "mcp_tool_use": {
      const call = textOf(block["id"]);
      const name = textOf(block["name"]);
      rememberCall(fold, call, name);
      const input = block["input"] ?? {};
      events.add({ type: "tool_call", call, name, input, ...pageOfModel(modelOf(message)) });
      return;
    }
    default:
      if (type.endsWith("_tool_result")) readServerResult(block, events);
      else events.addUnknown(`assistant/${typeName(type)}`);
  }
}

/** "" where nobody is named. */
function modelOf(message: Row): string {
  const model = textOf(message["model"]);
  return model === SYNTHETIC ? "" : model;
}

function readText(text: string, row: Row, message: Row, events: RowEvents): void {
  if (text === "") return;
  const model = textOf(message["model"]);
  if (row["isApiErrorMessage"] === true) {
    events.addNotice("api-error", text);
  } else if (model !== SYNTHETIC) {
    events.add({ type: "assistant", text, model: model === "" ? null : model, phase: null });
  } else if (text !== NO_RESPONSE) {
    events.addNotice(text.startsWith("API Error") ? "api-error" : "info", text);
  }
}

/** Whether the row ends a reply without a call. The run may still go on with another prompt. */
export function endsReply(row: Row): boolean {
  const message = messageOf(row);
  if (row["isApiErrorMessage"] === true) return true;
  const reason = message["stop_reason"];
  if (typeof reason !== "string" || reason === "tool_use" || reason === "pause_turn") return false;
  // Every row of a reply has its stop reason. A thinking block is never the last row.
  const last = rowOf(listOf(message["content"]).at(-1))["type"];
  return last !== "thinking" && last !== "redacted_thinking";
}
