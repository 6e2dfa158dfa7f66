/** One line of a log, by its type. Pure. */
import { isRow, type Row, rowOf, textOf, typeName } from "../narrow.ts";
import type { LogRecord, Reading } from "../provider.ts";
import { sayHeld } from "./assistant.ts";
import { readEvent } from "./event_lines.ts";
import type { Fold } from "./fold.ts";
import { STATE_LINES } from "./known_types.ts";
import { createLineEvents, type LineEvents } from "./line_events.ts";
import { readResponseItem } from "./response_items.ts";
import { followCopy, isBareMeta, isCopied, readBareMeta, readSessionMeta } from "./session_line.ts";

export function readLine(fold: Fold, { value, line }: LogRecord): Reading {
  const row = rowOf(value);
  const events = createLineEvents(fold, line, row["timestamp"]);
  if (!isRow(value)) {
    events.addUnknown("(no object)");
    return events.reading("injected");
  }
  if (row["type"] === "session_meta") return readSessionMeta(rowOf(row["payload"]), events);
  const copied = isCopied(fold, row);
  followCopy(fold, row, copied);
  if (copied) return events.reading("repeat");
  if (isState(row)) return events.reading("repeat");
  if (!mayHoldPlan(fold, row)) sayHeld(events);
  const before = fold.compacted;
  const reading = readOwn(row, events);
  if (before) fold.compacted = false;
  return reading;
}

function isState(row: Row): boolean {
  return row["record_type"] === "state" || STATE_LINES.has(textOf(row["type"]));
}

/** What is held waits for its raw form, past the lines that come between. */
function mayHoldPlan(fold: Fold, row: Row): boolean {
  if (fold.held === null) return true;
  const payload = rowOf(row["payload"]);
  const item = rowOf(payload["item"])["type"];
  return item === "AgentMessage" || payload["type"] === "agent_message" ||
    (payload["type"] === "message" && payload["role"] === "assistant") || payload["type"] === "token_count";
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
  } else if (typeof type === "string" && events.fold.bare) {
    return readResponseItem(row, events);
  }
  events.addUnknown(typeof type === "string" ? typeName(type) : "(no type)");
  return events.reading("injected");
}

function readTurnContext(payload: Row, events: LineEvents): Reading {
  const { fold } = events;
  fold.model = textOf(payload["model"]) || fold.model;
  const mode = rowOf(payload["collaboration_mode"])["mode"];
  if (typeof mode === "string") fold.planning = mode === "plan";
  return events.reading("repeat");
}

/** The client's words to the model in front of a summary. */
const SUMMARY_HEAD = /^Another language model started to solve this problem[^\n]*:\n/;
const NO_SUMMARY = "The context was compacted.";

/** What the line holds beside the summary repeats the conversation so far. */
function readCompaction(payload: Row, events: LineEvents): Reading {
  events.fold.compacted = true;
  const summary = textOf(payload["message"]).replace(SUMMARY_HEAD, "").trim();
  events.addNotice("compaction", summary || NO_SUMMARY);
  return events.reading("summary");
}
