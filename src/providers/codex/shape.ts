/** The type of a line by its fields, where it has none: other programs write such logs, too, and lines lose parts. Pure. */
import { isRow, type Row, textOf } from "../unknown_value.ts";
import {
  ERROR_EVENTS,
  SILENT_EVENTS,
  SILENT_RESPONSE_ITEMS,
  STATE_LINES,
  TOLD_EVENTS,
} from "./known_types.ts";

const LINES: ReadonlySet<unknown> = new Set([
  "compacted",
  "event_msg",
  "response_item",
  "session_meta",
  "turn_context",
]);
const ITEMS: ReadonlySet<string> = new Set([
  "custom_tool_call_output",
  "function_call_output",
  "local_shell_call_output",
  "message",
  "reasoning",
  "tool_search_output",
]);
const EVENTS: ReadonlySet<string> = new Set([
  "agent_reasoning",
  "entered_review_mode",
  "exec_command_end",
  "exited_review_mode",
  "item_completed",
  "mcp_tool_call_end",
  "patch_apply_end",
  "task_complete",
  "task_started",
  "turn_aborted",
  "turn_complete",
  "turn_started",
  "user_message",
  "web_search_end",
]);

/** The line in an envelope with its type: the row itself, where it has one. */
export function inEnvelope(row: Row): Row {
  const { type, payload } = row;
  const isLine = LINES.has(type);
  if (isRow(payload)) {
    if (isLine && type !== "event_msg" && type !== "response_item") return row;
    if (isLine && typeof payload["type"] === "string") return row;
    if (STATE_LINES.has(textOf(type))) return row;
    return wrap(row, payload, textOf(payload["type"]) || (isLine ? "" : textOf(type)));
  }
  if (type === "session_meta") return { ...row, payload: row };
  if (isLine || STATE_LINES.has(textOf(type)) || row["record_type"] !== undefined || isBareMeta(row)) {
    return row;
  }
  return wrap(row, row, textOf(type));
}

/** Whether the row can be a line of such a log. */
export function isOfLog(row: Row): boolean {
  return LINES.has(row["type"]) || isBareMeta(row);
}

/** The text of an event with a message. Other programs use other names for it. */
export function messageOf(payload: Row): string {
  return textOf(payload["message"]) || textOf(payload["text"]) || textOf(payload["content"]);
}

/** The first line of a bare log. */
export function isBareMeta(row: Row): boolean {
  return row["type"] === undefined && row["record_type"] === undefined && row["payload"] === undefined &&
    textOf(row["id"]) !== "" && itemOf(row) === "";
}

function wrap(row: Row, body: Row, name: string): Row {
  const item = isItem(name, body) ? name : name === "" ? itemOf(body) : "";
  if (item !== "") return { ...row, type: "response_item", payload: { ...body, type: item } };
  if (name === "" && isMeta(body)) return { ...row, type: "session_meta", payload: body };
  const event = isEvent(name) ? name : name === "" ? eventOf(body) : "";
  return event === "" ? row : { ...row, type: "event_msg", payload: { ...body, type: event } };
}

/** There are two kinds of `agent_message`: one holds a text, the other a letter between agents. */
function isItem(name: string, body: Row): boolean {
  if (name === "agent_message") return typeof body["message"] !== "string";
  return ITEMS.has(name) || SILENT_RESPONSE_ITEMS.has(name) || name.endsWith("_call");
}

function isEvent(name: string): boolean {
  return EVENTS.has(name) || name === "agent_message" || SILENT_EVENTS.has(name) || TOLD_EVENTS.has(name) ||
    ERROR_EVENTS.has(name);
}

function isMeta(body: Row): boolean {
  return typeof body["cwd"] === "string" && textOf(body["id"]) + textOf(body["session_id"]) !== "";
}

/** The type of an item of the model's interface; "" for none. */
function itemOf(body: Row): string {
  const has = (key: string) => body[key] !== undefined;
  if (typeof body["role"] === "string" && has("content")) return "message";
  if (typeof body["call_id"] === "string" && has("output")) return "function_call_output";
  if (typeof body["name"] === "string" && has("arguments")) return "function_call";
  if (typeof body["call_id"] === "string" && has("input")) return "custom_tool_call";
  return has("encrypted_content") || Array.isArray(body["summary"]) ? "reasoning" : "";
}

/** The type of an event; "" for none. */
function eventOf(body: Row): string {
  const has = (key: string) => body[key] !== undefined;
  if (isRow(body["item"])) return "item_completed";
  if (has("last_agent_message")) return "task_complete";
  if (has("model_context_window")) return "task_started";
  if (typeof body["turn_id"] === "string" && has("reason")) return "turn_aborted";
  if (typeof body["message"] === "string") {
    if (["images", "local_images", "text_elements", "kind"].some(has)) return "user_message";
    // A text without an author is reported as the client's.
    return has("phase") || has("memory_citation") ? "agent_message" : "warning";
  }
  return typeof body["text"] === "string" ? "agent_reasoning" : "";
}
