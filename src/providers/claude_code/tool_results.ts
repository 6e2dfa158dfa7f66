/** Results of tool calls, from the client and from the model's service. Pure. */
import { imageNotice, pageWith } from "../../protocol/event.ts";
import { type Fold, forgetCall } from "./fold.ts";
import { describeMedia, loggedImage } from "../media.ts";
import { isRow, listOf, type Row, rowOf, textOf, typeName } from "./records.ts";
import { pageOf } from "./result_page.ts";
import type { RowEvents } from "./row_events.ts";
import { withoutFrames } from "./typed.ts";

/** A result of a tool of the client or of the service (`web_search_tool_result`). */
export function isResult(block: Row): boolean {
  return textOf(block["type"]).endsWith("tool_result");
}

/** A `tool_result` block of a user row. Its text may end in `words` of the person: "" for none. An event has them, too. */
export function readToolResult(row: Row, block: Row, words: string, fold: Fold, events: RowEvents): void {
  const call = textOf(block["tool_use_id"]);
  const content = block["content"];
  const text = withoutEnd(resultText(content), words);
  const page = pageOf(text, { row, block, isAgents: startedAgent(fold, call, row) });
  forgetCall(fold, call);
  events.add({
    type: "tool_result",
    call,
    text,
    error: block["is_error"] === true,
    ...pageWith(text, page, listOf(content).filter(isImage).map(loggedImage), withoutFrames(words)),
  });
  for (const item of listOf(content)) {
    if (isImage(item)) {
      events.add(imageNotice(loggedImage(item), true));
    } else if (isRow(item) && !isReference(item)) readMedia(item, events);
  }
}

function isImage(item: unknown): item is Row {
  return isRow(item) && item["type"] === "image";
}

function startedAgent(fold: Fold, call: string, row: Row): boolean {
  return fold.calls.includes(call) || textOf(rowOf(row["toolUseResult"])["agentId"]) !== "";
}

/** A tool that a search found. The model may call it from then on. */
function isReference(item: unknown): item is Row {
  return isRow(item) && item["type"] === "tool_reference";
}

function describeReference(item: Row): string {
  return `the tool ${textOf(item["tool_name"]) || "?"}`;
}

function withoutEnd(text: string, end: string): string {
  return end !== "" && text.endsWith(end) ? text.slice(0, -end.length).trimEnd() : text;
}

function resultText(content: unknown): string {
  if (typeof content === "string") return textOf(content);
  const texts: string[] = [];
  for (const item of listOf(content)) {
    if (typeof item === "string") texts.push(textOf(item));
    else if (isRow(item) && item["type"] === "text") texts.push(textOf(item["text"]));
    else if (isReference(item)) texts.push(describeReference(item));
  }
  return texts.join("\n");
}

/** An image, a document or a reference in a message or a result. Its text was read before. */
export function readMedia(item: Row, events: RowEvents): void {
  if (isResult(item)) return;
  switch (item["type"]) {
    case "text":
      return;
    case "image":
      events.add(imageNotice(loggedImage(item)));
      return;
    case "document":
    case "search_result":
      events.addNotice("attachment", describeMedia(item));
      return;
    case "tool_reference":
      events.addNotice("attachment", describeReference(item));
      return;
    default:
      events.addUnknown(`user/${typeName(item["type"])}`);
  }
}

/** The client's words for the answer of a person who chose nothing and wrote a note. */
const NOTES_ONLY = "(notes only)";

/** The questions of the model (AskUserQuestion), and the choices or words of the person. */
export function readDecisions(toolUseResult: unknown, events: RowEvents): void {
  if (!isRow(toolUseResult)) return;
  const answers = toolUseResult["answers"];
  if (answers === undefined) return;
  for (const [index, asked] of listOf(toolUseResult["questions"]).entries()) {
    if (!isRow(asked) || typeof asked["question"] !== "string") continue;
    const name = asked["question"];
    const answer = answerText(Array.isArray(answers) ? answers[index] : ownProperty(answers, name));
    const note = textOf(rowOf(ownProperty(toolUseResult["annotations"], name))["notes"]);
    const only = note !== "" && (answer === null || answer === NOTES_ONLY);
    events.add({
      type: "decision",
      question: textOf(name),
      options: listOf(asked["options"]).map(labelOf).filter((label) => label !== ""),
      answer: only ? note : answer,
      ...(note === "" || only ? {} : { note }),
    });
  }
}

function ownProperty(value: unknown, name: string): unknown {
  return isRow(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function labelOf(option: unknown): string {
  return textOf(option) || textOf(rowOf(option)["label"]);
}

function answerText(answer: unknown): string | null {
  if (typeof answer === "string") return textOf(answer);
  if (Array.isArray(answer)) return answer.map(labelOf).filter((label) => label !== "").join(", ");
  if (isRow(answer)) return textOf(answer["answer"]) || labelOf(answer) || null;
  return null;
}

/** A result of the service's own tools (web search, code execution), in plain words. */
export function readServerResult(block: Row, events: RowEvents): void {
  const content = block["content"];
  const inner = textOf(rowOf(content)["type"]);
  events.add({
    type: "tool_result",
    call: textOf(block["tool_use_id"]),
    text: typeof content === "string" ? textOf(content) : describeResult(content),
    error: block["is_error"] === true || inner.endsWith("_error"),
  });
}

function describeResult(content: unknown): string {
  if (Array.isArray(content)) {
    return content.map((item) => describeItem(rowOf(item))).filter((text) => text !== "").join("\n");
  }
  return describeItem(rowOf(content));
}

function describeItem(item: Row): string {
  const text = textOf(item["text"]);
  if (text !== "") return text;
  const printed = [item["stdout"], item["stderr"]].map(textOf).filter((part) => part !== "");
  if (printed.length > 0) return printed.join("\n");
  const named = [item["title"], item["url"], item["error_code"]].map(textOf).filter((part) => part !== "");
  return named.length > 0 ? named.join(": ") : textOf(item["type"]);
}
