/** Records of type `tool_result`: one for each call. A result may hand back a sub-agent. Pure. */
import { isError, partsOf, responseText } from "../model_parts.ts";
import type { HandBack, Reading } from "../provider.ts";
import { readOthers } from "./other_parts.ts";
import { LAUNCHED, pageOf } from "./result_page.ts";
import type { RecordEvents } from "../record_events.ts";
import { firstTagged, isRow, type Row, rowOf, textOf, timeOf } from "../unknown_value.ts";

export function readToolResult(record: Row, events: RecordEvents): Reading {
  const outcome = rowOf(record["toolCallResult"]);
  const parts = partsOf(rowOf(record["message"])["parts"]);
  for (const part of parts) {
    const response = part["functionResponse"];
    if (!isRow(response)) continue;
    const text = responseText(response);
    const { status } = outcome;
    const error = typeof status === "string" ? status !== "success" : isError(part);
    const page = pageOf(text, textOf(response["name"]), outcome);
    const call = textOf(response["id"]) || textOf(outcome["callId"]);
    events.add({ type: "tool_result", call, text, error, ...(page === undefined ? {} : { page }) });
    readOthers(partsOf(response["parts"]), events);
  }
  readOthers(parts, events);
  return events.reading("tool-output");
}

/**
 * A call that waited for its sub-agent hands back with its result. A sub-agent in the background hands back with its
 * notification.
 */
export function handBackOf(record: Row): HandBack | null {
  const time = timeOf(record["timestamp"]);
  const parts = partsOf(rowOf(record["message"])["parts"]);
  if (record["type"] === "user" && record["subtype"] === "notification") {
    const [text = ""] = parts.map((part) => textOf(part["text"]));
    const call = firstTagged(text, "tool-use-id");
    return call === "" ? null : { agent: null, call, time };
  }
  if (record["type"] !== "tool_result") return null;
  const shown = rowOf(rowOf(record["toolCallResult"])["resultDisplay"]);
  for (const part of parts) {
    const response = rowOf(part["functionResponse"]);
    const isAgents = shown["type"] === "task_execution";
    const call = textOf(response["id"]);
    if (call === "" || (!isAgents && response["name"] !== "agent" && response["name"] !== "task")) continue;
    if (shown["executionMode"] === "background" || responseText(response).startsWith(LAUNCHED)) return null;
    // A call that was refused started none.
    const isCertain = isAgents && shown["subagentSessionReady"] === true;
    return { agent: null, call, time, ...(isCertain ? { certain: true } : {}) };
  }
  return null;
}
