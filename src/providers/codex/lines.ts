/** One line of a log, by its type. Pure. */
import { isRow, type Row, rowOf, textOf, typeName } from "../unknown_value.ts";
import type { LogRecord, Reading } from "../provider.ts";
import { reportAnswer } from "./assistant.ts";
import { readEvent } from "./event_lines.ts";
import type { Fold, Waiting } from "./fold.ts";
import { nameOf } from "./ids.ts";
import { STATE_LINES } from "./known_types.ts";
import { createLineEvents, type LineEvents } from "./line_events.ts";
import { reportRawWords } from "./person.ts";
import { readResponseItem } from "./response_items.ts";
import { followCopy, isCopied, readBareMeta, readSessionMeta } from "./session_line.ts";
import { inEnvelope, isBareMeta } from "./shape.ts";
import { reportThought } from "./thoughts.ts";
import { dropSummary, passingOf, settleBefore } from "./waiting.ts";

export function readLine(fold: Fold, { value, line, images = false }: LogRecord): Reading {
  const given = rowOf(value);
  const row = inEnvelope(given);
  // No line of a bare log has an envelope.
  const says = row === given || fold.bare;
  const events = createLineEvents(fold, { line, row, says, images }, reportWaiting);
  if (!isRow(value)) {
    events.addUnknown("(no object)");
    return events.reading("injected");
  }
  if (row["type"] === "session_meta") return readSessionMeta(rowOf(row["payload"]), events);
  const copied = isCopied(fold, row);
  followCopy(fold, row, copied);
  if (copied) return events.reading("repeat");
  if (isState(row)) return events.reading("repeat");
  if (row["type"] === "compacted") dropSummary(textOf(rowOf(row["payload"])["message"]), fold);
  const passing = passingOf(row);
  settleBefore(passing, events);
  const before = fold.compacted;
  const reading = readOwn(row, events);
  if (mayAnswer(row)) fold.turn.lines += 1;
  if (before) fold.compacted = false;
  return reading;
}

function isState(row: Row): boolean {
  return row["record_type"] === "state" || STATE_LINES.has(textOf(row["type"]));
}

/** Whether the line could hold more than the person's words and the client's state. */
function mayAnswer(row: Row): boolean {
  const { type, role } = rowOf(row["payload"]);
  // Most thoughts are encrypted.
  if (passingOf(row) === "everything" || type === "reasoning") return false;
  if (row["type"] === "response_item") return role === undefined || role === "assistant";
  return row["type"] === "event_msg" && passingOf(row) === "model";
}

/** Reports the waiting entries at the end of a complete log. */
export function finishLog(fold: Fold): Reading {
  const events = createLineEvents(fold, { line: 0, row: {}, says: true, images: false }, reportWaiting);
  events.settle();
  return events.reading("repeat");
}

function reportWaiting(entry: Waiting, events: LineEvents): void {
  switch (entry.kind) {
    case "answer":
      return reportAnswer(entry, events);
    case "thought":
      return reportThought(entry, events);
    case "words":
      return reportRawWords(entry, events);
    case "step":
      return events.addAt(entry.id, entry.time, { type: "notice", kind: "step", text: entry.text });
  }
}

function readOwn(row: Row, events: LineEvents): Reading {
  const type = row["type"];
  const payload = row["payload"];
  if (isRow(payload)) {
    switch (type) {
      case "event_msg":
        return readEvent(payload, events);
      case "response_item":
        return readResponseItem(payload, events);
      case "turn_context":
        return readTurnContext(payload, events);
      case "compacted":
        return readCompaction(payload, events);
    }
  } else if (isBareMeta(row)) {
    return readBareMeta(row, events);
  }
  events.addUnknown(typeof type === "string" ? typeName(type) : "(no type)");
  return events.reading("injected");
}

function readTurnContext(payload: Row, events: LineEvents): Reading {
  const { fold } = events;
  fold.model = nameOf(payload["model"]) || fold.model;
  const mode = rowOf(payload["collaboration_mode"])["mode"];
  if (typeof mode === "string") fold.planning = mode === "plan";
  return events.reading("repeat");
}

/** The client's words in front of a summary. */
const SUMMARY_HEAD = /^Another language model started to solve this problem[^\n]*:\n/;
const NO_SUMMARY = "The context was compacted.";

/** The rest of the line repeats the conversation so far. */
function readCompaction(payload: Row, events: LineEvents): Reading {
  events.fold.compacted = true;
  const summary = textOf(payload["message"]).replace(SUMMARY_HEAD, "").trim();
  events.addNotice("compaction", summary || NO_SUMMARY);
  return events.reading("summary");
}
