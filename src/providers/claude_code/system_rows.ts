/** Rows of type `system` and `attachment`, rows of the queue, and rows that name the next session. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { authorOfAbsorbed, authorOfQueued, UNMARKED } from "./author.ts";
import { readMarkup } from "./client_markup.ts";
import { type Fold, inlineAgent } from "./fold.ts";
import { CONTEXT_ATTACHMENTS, SILENT_SYSTEM_ROWS, TOLD_SYSTEM_ROWS } from "./known_types.ts";
import { messageText, personsText } from "./person.ts";
import { absorbedText, followQueue } from "./queue.ts";
import { type Row, rowOf, SESSION_ID, textOf, typeName } from "./records.ts";
import { createRowEvents, silent, unknownRecord } from "./row_events.ts";
import { readMessage } from "./user_rows.ts";

export function readSystemRow(row: Row, line: number, fold: Fold): Reading {
  const events = createRowEvents(row, line, inlineAgent(fold, row));
  const subtype = row["subtype"];
  const content = textOf(row["content"]);
  if (subtype === "api_error") {
    events.addNotice("api-error", describeApiError(row));
    return events.reading("injected");
  }
  if (subtype === "local_command" || subtype === undefined) {
    const origin = readMarkup(content, events, UNMARKED);
    if (origin !== null) return events.reading(origin);
    if (subtype === "local_command") {
      events.addNotice("output", content);
      return events.reading("tool-output");
    }
    // Until 2.0 such a row had no kind. A hook's row belongs to a call, and a person need not see it.
    if (row["toolUseID"] === undefined && !row["isMeta"]) events.addNotice("info", content);
    return events.reading("injected");
  }
  // What a speech recognizer heard on a call beside the session, and what was answered there.
  if (subtype === "voice_call_talk") {
    events.addMessage({ evidence: "not-typed", why: "connector" }, content);
    return events.reading("not-typed");
  }
  if (typeof subtype === "string") {
    if (SILENT_SYSTEM_ROWS.has(subtype)) return silent("injected");
    if (TOLD_SYSTEM_ROWS.has(subtype)) {
      events.addNotice("info", content);
      return events.reading("injected");
    }
  }
  return unknownRecord(`system/${typeName(subtype)}`);
}

function describeApiError(row: Row): string {
  const error = rowOf(row["error"]);
  const said = textOf(error["formatted"]) || textOf(error["message"]) || textOf(row["content"]) ||
    `API error ${typeof error["status"] === "number" ? error["status"] : ""}`.trim();
  const { retryAttempt: attempt, maxRetries: most } = row;
  return typeof attempt === "number" && typeof most === "number"
    ? `${said} (retry ${attempt} of ${most})`
    : said;
}

/** Rows of the client's queue: they may hold the only copy of a text, and they change the queue. */
export function readQueueRow(row: Row, line: number, fold: Fold): Reading {
  const text = absorbedText(row, fold);
  const kept = followQueue(row, fold);
  if (text === null) return kept ? silent("repeat") : unknownRecord("queue-operation/too-long");
  const events = createRowEvents(row, line, null);
  const author = authorOfAbsorbed(row, text);
  const origin = readMarkup(text, events, author);
  return origin === null ? readMessage(author, text, text, events) : events.reading(origin);
}

/** The next session: the client begins one for work in the background, and for an empty context. */
export function readContinuation(row: Row, line: number, fold: Fold): Reading {
  const session = textOf(row["continuedInSessionId"]);
  if (!SESSION_ID.test(session) || fold.agent !== MAIN_AGENT || session === fold.continuedIn) {
    return silent("repeat");
  }
  fold.continuedIn = session;
  const events = createRowEvents(row, line, null);
  events.addNotice("info", `The conversation goes on in the session ${session}.`);
  const { outs, origin } = events.reading("injected");
  return { outs: [...outs, { out: "meta", continues: session }], origin };
}

export function readAttachmentRow(row: Row, line: number, fold: Fold): Reading {
  const attachment = rowOf(row["attachment"]);
  const type = attachment["type"];
  if (type === "queued_command") return readQueued(row, line, attachment, fold);
  // It repeats the whole request to the model, with the person's words in it.
  if (type === "prompt_snapshot") return silent("repeat");
  if (typeof type === "string" && CONTEXT_ATTACHMENTS.has(type)) return silent("injected");
  return unknownRecord(`attachment/${typeName(type)}`);
}

/** A text that the client gave to the model in the middle of its turn. It stands nowhere else. */
function readQueued(row: Row, line: number, attachment: Row, fold: Fold): Reading {
  const prompt = attachment["prompt"];
  const inline = inlineAgent(fold, row);
  const events = createRowEvents(row, line, inline);
  const words = personsText(row, prompt);
  const author = authorOfQueued(row, attachment, words, fold);
  const origin = readMarkup(messageText(prompt), events, author);
  if (origin !== null) return events.reading(origin);
  if (fold.agent !== MAIN_AGENT || inline !== null || row["isMeta"] || attachment["isMeta"]) {
    return silent("injected");
  }
  if (attachment["commandMode"] === "bash") {
    events.addNotice("shell", `!${messageText(prompt)}`);
    return events.reading("not-typed");
  }
  return readMessage(author, words.text, prompt, events);
}
