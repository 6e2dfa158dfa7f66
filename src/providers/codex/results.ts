/** Results of calls, with failures and the answers of a person. Pure. */
import { imageNotice, pageWith } from "../../protocol/event.ts";
import { isRow, listOf, type Row, rowOf, textOf, typeName } from "../unknown_value.ts";
import type { Reading } from "../provider.ts";
import { takeFailure, takeQuestions } from "./call_memory.ts";
import type { Question } from "./fold.ts";
import { placeId } from "./ids.ts";
import type { LineEvents } from "./line_events.ts";
import { imageOf } from "./media.ts";
import { pageOf } from "./result_page.ts";

/** A `function_call_output` or `custom_tool_call_output`. A call may have several. */
export function readOutput(item: Row, events: LineEvents): Reading {
  const { fold } = events;
  const call = textOf(item["call_id"]);
  const output = contentOf(item["output"]);
  const text = outputText(output);
  if (call === "") return readContext(item, text, events);
  const id = textOf(item["id"]) || `${call}:result`;
  const error = [takeFailure(fold, call), saysFailed(text), rowOf(item["output"])["success"] === false];
  // A running script reports before its result.
  const isReport = item["name"] !== undefined;
  const page = isReport ? { from: 0, to: text.length, partial: true } as const : pageOf(text);
  events.add(id, {
    type: "tool_result",
    call,
    text,
    error: error.includes(true),
    ...pageWith(text, page, listOf(output).filter(isImage).map(imageOf)),
  });
  readOtherParts(output, id, events);
  if (!isReport) readAnswers(call, text, takeQuestions(fold, call), events);
  return events.reading("tool-output");
}

/** Until 2025 an output could be an object with the text and the success of the call. */
function contentOf(output: unknown): unknown {
  return isRow(output) ? output["content"] ?? output["output"] : output;
}

function outputText(output: unknown): string {
  if (typeof output === "string") return textOf(output);
  const texts = listOf(output).map((part) => textOf(rowOf(part)["text"])).filter((text) => text !== "");
  return texts.map((text, index) => index === texts.length - 1 || text.endsWith("\n") ? text : `${text}\n`)
    .join("");
}

function isImage(part: unknown): part is Row {
  return isRow(part) && part["type"] === "input_image";
}

const TEXT_PARTS: ReadonlySet<string> = new Set(["input_text", "output_text", "text"]);

function readOtherParts(output: unknown, id: string, events: LineEvents): void {
  for (const [index, part] of listOf(output).filter(isRow).entries()) {
    const type = textOf(part["type"]);
    if (isImage(part)) {
      events.add(`${id}:image-${index}`, imageNotice(imageOf(part), true));
    } else if (type === "encrypted_content") continue;
    else if (!TEXT_PARTS.has(type)) events.addUnknown(`output/${typeName(type)}`);
  }
}

/** An output without a call: the client added it for the model. */
function readContext(item: Row, text: string, events: LineEvents): Reading {
  if (text !== "" && events.fold.goal.endsWith(` ${text}`)) return events.reading("repeat");
  const name = [textOf(item["namespace"]), textOf(item["name"])].filter((part) => part !== "").join(".");
  events.addNotice("info", name === "" ? text : `${name}: ${text}`);
  return events.reading("injected");
}

/** The names of the tools that a search found. */
export function readFoundTools(item: Row, events: LineEvents): Reading {
  const call = textOf(item["call_id"]) || placeId(events.fold, events.line);
  const text = listOf(item["tools"]).map(rowOf).flatMap((tool) => {
    const name = textOf(tool["name"]);
    const inner = listOf(tool["tools"]).map((item) => `${name}.${textOf(rowOf(item)["name"])}`);
    return inner.length > 0 ? inner : [name];
  }).join("\n");
  const error = textOf(item["status"]) === "failed";
  events.add(textOf(item["id"]) || `${call}:result`, { type: "tool_result", call, text, error });
  return events.reading("tool-output");
}

/** The client's words for a failed call. */
const FAILURE =
  /^(?:unsupported call: |failed to parse function arguments|apply_patch verification failed|exec_command failed|execution error|Script (?:failed|error)|aborted\b|(?:Wall time: [\d.]+ seconds\n)aborted\b)/;
/** The client's lines in front of a command's output. */
const EXIT_CODE = /^(?:Process exited with code|Exit code:) (-?\d+)$/m;
const OUTPUT = /^(?:Total output lines|Output):/m;
const HEAD_CHARS = 400;
/** The form until 0.63: `{"output":"…","metadata":{"exit_code":1}}`. */
const METADATA_EXIT = /"metadata":\{"exit_code":(-?\d+)(?:,[^{}]*)?\}\}\s*$/;

export function saysFailed(text: string): boolean {
  if (FAILURE.test(text)) return true;
  const start = text.slice(0, HEAD_CHARS);
  const head = start.slice(0, OUTPUT.exec(start)?.index);
  const code = EXIT_CODE.exec(head) ??
    (text.startsWith('{"output":') ? METADATA_EXIT.exec(text.slice(-200)) : null);
  return code !== null && Number(code[1]) !== 0;
}

const NOTE = "user_note: ";

/** The person's choices and words; null where a question has no answer. */
function readAnswers(call: string, text: string, asked: readonly Question[], events: LineEvents): void {
  if (asked.length === 0) return;
  const answers = rowOf(rowOf(parse(text))["answers"]);
  for (const [index, { id, question, options }] of asked.entries()) {
    const given = Object.hasOwn(answers, id) ? answers[id] : undefined;
    const said = listOf(rowOf(given)["answers"]).map(textOf).filter((answer) => answer !== "");
    const chosen = said.filter((answer) => !answer.startsWith(NOTE));
    const notes = said.filter((answer) => answer.startsWith(NOTE)).map((answer) => answer.slice(NOTE.length));
    // Who chose nothing answered with the note.
    const [own, note] = chosen.length === 0 ? [notes, []] : [chosen, notes];
    events.add(`${call}:answer-${index}`, {
      type: "decision",
      question,
      options,
      answer: own.length === 0 ? null : own.join(", "),
      ...(note.length === 0 ? {} : { note: note.join("\n") }),
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A result may be any text.
    return null;
  }
}
