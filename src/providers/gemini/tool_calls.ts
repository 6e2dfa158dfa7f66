/** Calls of tools and their results: in `toolCalls` of a live record, in the parts of a replayed one. Pure. */
import { imageNotice, type NoticeKind, pageOfCall } from "../../protocol/event.ts";
import { isRow, listOf, type Row, rowOf, textOf, timeOf } from "../unknown_value.ts";
import { closeCall, type Fold, openCall, shortId, wasEmitted } from "./fold.ts";
import { type MessageEvents, recordId } from "./message_events.ts";
import { isError, partsOf, readOtherParts, responseText } from "../model_parts.ts";
import { notePlan, planOf } from "./plans.ts";
import { pageOf } from "./result_page.ts";

/** A call in one of these states has no result yet. */
const UNFINISHED: ReadonlySet<unknown> = new Set([
  undefined,
  "validating",
  "scheduled",
  "awaiting_approval",
  "executing",
]);

export function callsOf(record: Row): readonly Row[] {
  return listOf(record["toolCalls"]).filter(isRow);
}

function callId(call: Row, record: string, index: number): string {
  return shortId(textOf(call["id"])) || `${record}:call:${index}`;
}

function resultId(call: string): string {
  return `${call}:result`;
}

/** The key of a call and its result, for a record that comes again: a service may use the id for another call, too. */
function keyOf(record: string, calls: readonly string[], index: number): string {
  const id = calls[index] ?? "";
  const before = calls.slice(0, index).filter((other) => other === id).length;
  return `${record}/${id}${before === 0 ? "" : `#${before}`}`;
}

/** Reports each call with its result. The client writes them together when all have ended. */
export function readToolCalls(record: Row, fold: Fold, events: MessageEvents): void {
  const calls = callsOf(record);
  const ids = calls.map((call, index) => callId(call, events.id, index));
  for (const [index, call] of calls.entries()) {
    const id = ids[index] ?? "";
    const key = keyOf(events.id, ids, index);
    const name = textOf(call["name"]);
    const body = callBody(record, id, name, call, planOf(fold, name, call));
    events.add(`${id}:call`, events.time, body, `${key}:call`);
    if (UNFINISHED.has(call["status"]) && partsOf(call["result"]).length === 0) continue;
    // A record that comes again changes no plan.
    if (!wasEmitted(fold, resultId(key))) notePlan(fold, name, call);
    readResult(call, id, name, withKeys(events, id, key));
  }
}

function callBody(record: Row, id: string, name: string, { args }: Row, plan: string | null) {
  const page = pageOfCall(textOf(record["model"]), plan);
  return { type: "tool_call", call: id, name, input: args ?? {}, ...page } as const;
}

/** The key of a result: the call's key, where the result is named after the id of the call. */
function withKeys(events: MessageEvents, id: string, key: string): MessageEvents {
  return {
    ...events,
    add: (eventId, time, body) => events.add(eventId, time, body, key + eventId.slice(id.length)),
  };
}

function readResult(call: Row, id: string, name: string, events: MessageEvents): void {
  const time = timeOf(call["timestamp"]) ?? events.time;
  const parts = ownParts(partsOf(call["result"]), textOf(call["id"]));
  const shown = call["resultDisplay"];
  const text = parts.length > 0 ? resultText(parts) : textOf(shown);
  const isCancelled = call["status"] === "cancelled";
  const failed = call["status"] === "error" || isCancelled || parts.some(isError);
  const body = resultBody(id, name, text, failed);
  // The client mostly says so in the text, too, and may say there that the person denied the call.
  const page = { from: 0, to: text.length, outcome: "cancelled" } as const;
  events.add(resultId(id), time, isCancelled && body.page === undefined ? { ...body, page } : body);
  readMedia(parts, id, events);
  if (name === "ask_user" && call["status"] !== "error") readDecisions(call, text, id, time, events);
}

function resultBody(call: string, name: string, text: string, error: boolean) {
  const page = pageOf(text, name);
  return { type: "tool_result", call, text, error, ...(page === undefined ? {} : { page }) } as const;
}

/** After a masking, a result may hold the results of the other calls, too. */
function ownParts(parts: readonly Row[], id: string): readonly Row[] {
  const isOwn = (part: Row) => rowOf(part["functionResponse"])["id"] === id;
  if (!parts.some(isOwn)) return parts;
  return parts.filter((part) => isOwn(part) || !isRow(part["functionResponse"]));
}

function resultText(parts: readonly Row[]): string {
  return parts.map((part) =>
    isRow(part["functionResponse"]) ? responseText(part["functionResponse"]) : textOf(part["text"])
  ).filter((text) => text !== "").join("\n");
}

/** The images beside a response, or in it. */
function readMedia(parts: readonly Row[], call: string, events: MessageEvents): void {
  const inner = parts.flatMap((part) => partsOf(rowOf(part["functionResponse"])["parts"]));
  const notices: MessageEvents = {
    ...events,
    addNotice: (kind: NoticeKind, text: string, key?: string) => {
      if (text.trim() !== "") events.add(`${call}:${key}`, events.time, { type: "notice", kind, text });
    },
    addImage: (image, key) => events.add(`${call}:${key}`, events.time, imageNotice(image)),
  };
  readOtherParts([...parts, ...inner], "media", notices, "gemini");
}

/** The questions of the model, and the choices or words of the person. */
function readDecisions(
  call: Row,
  text: string,
  id: string,
  time: string | null,
  events: MessageEvents,
): void {
  const answers = answersOf(text);
  for (const [index, asked] of listOf(rowOf(call["args"])["questions"]).entries()) {
    if (!isRow(asked) || typeof asked["question"] !== "string") continue;
    const answer = Object.hasOwn(answers, `${index}`) ? answers[`${index}`] : undefined;
    events.add(`${id}:decision:${index}`, time, {
      type: "decision",
      question: textOf(asked["question"]),
      options: listOf(asked["options"]).map(labelOf).filter((label) => label !== ""),
      answer: typeof answer === "string" ? textOf(answer) : null,
    });
  }
}

function labelOf(option: unknown): string {
  return textOf(option) || textOf(rowOf(option)["label"]);
}

/** `{"answers":{"0":"Blue"}}`: the key is the number of the question. */
function answersOf(text: string): Row {
  if (!text.startsWith("{")) return {};
  try {
    return rowOf(rowOf(JSON.parse(text))["answers"]);
  } catch {
    // The text of a result of another form, which holds no answers.
    return {};
  }
}

/** Calls in a model's content that are not in `toolCalls`. */
export function readFunctionCalls(
  parts: readonly Row[],
  record: Row,
  fold: Fold,
  events: MessageEvents,
): void {
  const told = callsOf(record);
  const ids = parts.map(({ functionCall }, index) =>
    isRow(functionCall) ? callId(functionCall, events.id, index) : ""
  );
  for (const [index, part] of parts.entries()) {
    const call = part["functionCall"];
    if (!isRow(call)) continue;
    const known = textOf(call["id"]);
    if (told.some((other) => known === "" || other["id"] === known)) continue;
    const id = ids[index] ?? "";
    const key = `${keyOf(events.id, ids, index)}:call`;
    const name = textOf(call["name"]);
    if (!wasEmitted(fold, key)) openCall(fold, known === "" ? shortId(name) : id, id);
    events.add(`${id}:call`, events.time, callBody(record, id, name, call, null), key);
  }
}

/** Results in a user record. Nearly all repeat `toolCalls`. */
export function readFunctionResponses(parts: readonly Row[], fold: Fold, events: MessageEvents): void {
  for (const part of parts) {
    const response = part["functionResponse"];
    if (!isRow(response)) continue;
    const id = shortId(textOf(response["id"]));
    const call = closeCall(fold, id, shortId(textOf(response["name"])));
    if (call === null) continue;
    const text = responseText(response);
    const own = withKeys(events, call, `${events.id}/${call}`);
    const name = textOf(response["name"]);
    own.add(resultId(call), events.time, resultBody(call, name, text, isError(part)));
    readMedia([part], call, own);
  }
}

/** Sub-agents whose calls ended with this record, each with the time; without calls that were reported before. */
export function endedAgents(record: Row, line: number, fold: Fold): { agent: string; time: string | null }[] {
  const own = recordId(record, `${line}`);
  const calls = callsOf(record);
  const ids = calls.map((call, index) => callId(call, own, index));
  return calls.flatMap((call, index) => {
    const agent = agentId(textOf(call["agentId"]));
    if (agent === null || wasEmitted(fold, resultId(keyOf(own, ids, index)))) return [];
    return [{ agent, time: timeOf(call["timestamp"]) ?? timeOf(record["timestamp"]) }];
  });
}

/** The id in the form of a file name, as the client makes it. */
function agentId(id: string): string | null {
  const name = id.replace(/[^a-zA-Z0-9_-]/g, "_");
  return AGENT_ID.test(name) && name !== "main" ? name : null;
}

export const AGENT_ID = /^[a-zA-Z0-9_-]{1,128}$/;
