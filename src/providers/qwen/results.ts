/** Records of type `tool_result`: one for each call. A result may hand back a sub-agent. Pure. */
import type { ResultPage } from "../../protocol/event.ts";
import { isError, partsOf, responseText } from "../model_parts.ts";
import type { HandBack, Reading } from "../provider.ts";
import { readOthers } from "./other_parts.ts";
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
    const page = pageOf(text, outcome);
    const call = textOf(response["id"]) || textOf(outcome["callId"]);
    events.add({ type: "tool_result", call, text, error, ...(page === undefined ? {} : { page }) });
    readOthers(partsOf(response["parts"]), events);
  }
  readOthers(parts, events);
  return events.reading("tool-output");
}

const SHELL_END =
  /^\nError: \(none\)\nExit Code: (\d+|\(none\))\nSignal: (\w+|\(none\))\nProcess Group PGID: /;

/** The part of a result that is no frame of the client's; undefined for another form. */
function pageOf(text: string, outcome: Row): ResultPage | undefined {
  if (outcome["status"] === "cancelled") return { from: 0, to: text.length, outcome: "cancelled" };
  const shown = rowOf(outcome["resultDisplay"]);
  const output = textOf(shown["output"]);
  if (shown["type"] !== "shell_result" || !text.startsWith("Command: ")) return undefined;
  // The command and the output may hold the words of the frame. The last place where they fit is the frame.
  const mark = output === "" ? "\nOutput: (empty)\nError:" : `\nOutput: ${output}\nError:`;
  const at = text.lastIndexOf(mark);
  if (at === -1) return undefined;
  const from = at + "\nOutput: ".length;
  const end = from + (output === "" ? "(empty)" : output).length;
  const [, code, signal] = SHELL_END.exec(text.slice(end)) ?? [];
  if (code === undefined || signal === undefined) return undefined;
  const facts = [
    ...(code === "0" || code === "(none)" ? [] : [`exit code ${code}`]),
    ...(signal === "(none)" ? [] : [`signal ${signal}`]),
    ...(output === "" ? ["no output"] : []),
  ];
  return { from, to: output === "" ? from : end, ...(facts.length === 0 ? {} : { facts }) };
}

const LAUNCHED = "Background agent launched";

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
