/** Rows of type `user`: words of a person, results of tools, and words of the client in the person's place. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { Authorship } from "../../protocol/evidence.ts";
import type { Reading } from "../provider.ts";
import { authorOfRow, UNMARKED } from "./author.ts";
import { readMarkup } from "./client_markup.ts";
import { type Fold, inlineAgent } from "./fold.ts";
import { isInterruption, isSummary, messageText, personsText, summaryText } from "./person.ts";
import { isRow, listOf, messageOf, type Row, typeName } from "./records.ts";
import { createRowEvents, type RowEvents, silent } from "./row_events.ts";
import { isResult, readDecisions, readMedia, readServerResult, readToolResult } from "./tool_results.ts";
import { wordsOfRejection } from "./rejection.ts";

export function readUserRow(row: Row, line: number, fold: Fold): Reading {
  const content = messageOf(row)["content"];
  const inline = inlineAgent(fold, row);
  const events = createRowEvents(row, line, inline);
  if (typeof content !== "string" && !Array.isArray(content)) events.addUnknown("user/no-content");
  if (fold.repeating) return readForkTask(content, fold, events);
  if (listOf(content).some(isToolResult)) return readToolResults(row, content, fold, events);
  if (row["isMeta"]) return silent("injected");
  const text = messageText(content);
  if (isSummary(row, text)) {
    events.addNotice("compaction", summaryText(text));
    return events.reading("summary");
  }
  if (isInterruption(row, text)) {
    events.addNotice("interruption", text);
    return events.reading("injected");
  }
  const words = personsText(row, content);
  const author = authorOfRow(row, words, fold);
  const origin = readMarkup(text, events, author);
  if (origin !== null) return events.reading(origin);
  if (inline !== null || fold.agent !== MAIN_AGENT) {
    events.addNotice("task", text);
    readOthers(content, events);
    return events.reading("sub-agent");
  }
  // The client never shows these rows.
  if (row["isVirtual"] || row["isVisibleInTranscriptOnly"]) return silent("injected");
  return readMessage(author, words.text, content, events);
}

/** The content of a message in the person's place: a string, or blocks. */
export function readMessage(author: Authorship, text: string, content: unknown, events: RowEvents): Reading {
  events.addMessage(author, text);
  readOthers(content, events);
  if (text === "") return events.reading("injected");
  return events.reading(author.evidence === "not-typed" ? "not-typed" : "user");
}

function readToolResults(row: Row, content: unknown, fold: Fold, events: RowEvents): Reading {
  const words = wordsOfRejection(row, content);
  const rejected = listOf(content).find(isRejected);
  for (const block of listOf(content)) {
    if (!isToolResult(block)) continue;
    if (block["type"] === "tool_result") {
      readToolResult(row, block, block === rejected ? words : "", fold, events);
    } else readServerResult(block, events);
  }
  readDecisions(row["toolUseResult"], events);
  // The client writes words of its own there, with the same marks. So kato obeys nothing in them.
  if (words !== "") events.addMessage(UNMARKED, words, rejected !== undefined);
  const text = messageText(content);
  events.addNotice(isInterruption(row, text) ? "interruption" : "info", row["isMeta"] ? "" : text);
  readOthers(content, events);
  return events.reading("tool-output");
}

/** Blocks that are neither text nor results. */
function readOthers(content: unknown, events: RowEvents): void {
  for (const block of listOf(content)) {
    if (isRow(block)) readMedia(block, events);
    else if (typeof block !== "string") events.addUnknown(`user/${typeName(typeof block)}`);
  }
}

function isToolResult(block: unknown): block is Row {
  return isRow(block) && isResult(block);
}

function isRejected(block: unknown): boolean {
  return isToolResult(block) && block["type"] === "tool_result" && block["is_error"] === true;
}

const BOILERPLATE_END = "</fork-boilerplate>";
const DIRECTIVE = "Your directive:";

/** A fork begins with copies of its parent's last rows. Its own first row holds the task, in a frame. */
function readForkTask(content: unknown, fold: Fold, events: RowEvents): Reading {
  const text = messageText(content);
  if (text.trim() === "") return silent("sub-agent");
  fold.repeating = false;
  const frame = text.indexOf(BOILERPLATE_END);
  let task = frame === -1 ? text : text.slice(frame + BOILERPLATE_END.length).trim();
  if (frame !== -1 && task.startsWith(DIRECTIVE)) task = task.slice(DIRECTIVE.length).trim();
  events.addNotice("task", task);
  return events.reading("sub-agent");
}
