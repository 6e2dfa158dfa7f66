/** Calls of tools in the form of the model's interface. Pure. */
import { isRow, listOf, type Row, rowOf, textOf } from "../unknown_value.ts";
import { imageNotice, pageOfModel } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { rememberCall, rememberQuestions } from "./call_memory.ts";
import type { Question } from "./fold.ts";
import { placeId } from "./ids.ts";
import type { LineEvents } from "./line_events.ts";
import { readImage } from "../image_url.ts";

/** The type names a call of the service's own tools: `web_search_call`. */
const OWN_TOOL = /_call$/;

/** Whether an item is a call. */
export function isCall(type: string): boolean {
  return OWN_TOOL.test(type);
}

export function readCall(item: Row, events: LineEvents): Reading {
  const type = textOf(item["type"]);
  const call = textOf(item["call_id"]) || textOf(item["id"]) || placeId(events.fold, events.line);
  rememberCall(events.fold, call);
  dropStep(call, events);
  const name = type === "function_call" || type === "custom_tool_call"
    ? nameOf(item)
    : type.replace(OWN_TOOL, "");
  const input = inputOf(type, item);
  events.add(call, { type: "tool_call", call, name, input, ...pageOfModel(events.fold.model) });
  if (name === "request_user_input") rememberQuestions(events.fold, call, questionsOf(input));
  const image = type === "image_generation_call" ? textOf(item["result"]) : "";
  if (image !== "") {
    events.add(`${call}:image`, imageNotice(readImage(`data:image/png;base64,${image}`)));
  }
  return events.reading("assistant-text");
}

/** For some calls the client's own form comes first. */
function dropStep(call: string, { fold }: LineEvents): void {
  const index = fold.waiting.findIndex((entry) => entry.kind === "step" && entry.call === call);
  if (index !== -1) fold.waiting.splice(index, 1);
}

/** `mcp__server__tool`: the client's usual name for a tool of a server. */
function nameOf(item: Row): string {
  const name = textOf(item["name"]);
  const namespace = textOf(item["namespace"]);
  if (namespace === "") return name;
  if (!namespace.startsWith("mcp__")) return `${namespace}.${name}`;
  return `${namespace}${namespace.endsWith("__") ? "" : "__"}${name}`;
}

function inputOf(type: string, item: Row): unknown {
  switch (type) {
    case "custom_tool_call":
      return textOf(item["input"]);
    case "function_call":
      return parseArguments(item["arguments"]);
    case "tool_search_call":
      return parseArguments(item["arguments"]);
    case "image_generation_call":
      return { prompt: textOf(item["revised_prompt"]) };
    default:
      return item["action"] ?? {};
  }
}

function parseArguments(written: unknown): unknown {
  if (typeof written !== "string") return written ?? {};
  if (written.trim() === "") return {};
  try {
    return JSON.parse(written);
  } catch {
    // The model may write a text that is no JSON. Then the event holds that text.
    return written.toWellFormed();
  }
}

function questionsOf(input: unknown): Question[] {
  return listOf(rowOf(input)["questions"]).filter(isRow).map((asked) => ({
    id: textOf(asked["id"]),
    question: textOf(asked["question"]),
    options: listOf(asked["options"]).map((option) => textOf(option) || textOf(rowOf(option)["label"]))
      .filter((label) => label !== ""),
  }));
}
