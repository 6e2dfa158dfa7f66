/** Lines of type `event_msg`: what the client tells its user interface. Pure. */
import { type Row, rowOf, textOf, typeName } from "../narrow.ts";
import type { Reading } from "../provider.ts";
import { cutText } from "../title.ts";
import { readAgentEvent, readAgentItem, readPlan, sayHeld } from "./assistant.ts";
import { beginTurn, placeId, rememberFailure } from "./fold.ts";
import { ERROR_EVENTS, SILENT_EVENTS, SILENT_ITEMS, TOLD_EVENTS } from "./known_types.ts";
import type { LineEvents } from "./line_events.ts";
import { readUserEvent, readUserItem } from "./person.ts";
import { hasFailed, isStep, readStep } from "./steps.ts";

const TITLE_CHARS = 200;
/** A thread's name was chosen for it, by the person or for the person. */
const NAME_RANK = 4;

export function readEvent(payload: Row, events: LineEvents): Reading {
  const type = textOf(payload["type"]);
  switch (type) {
    case "user_message":
      return readUserEvent(payload, events);
    case "agent_message":
      return readAgentEvent(payload, events);
    case "item_completed":
      return readItem(rowOf(payload["item"]), textOf(payload["turn_id"]), events);
    case "task_started":
    case "turn_started":
      beginTurn(events.fold, textOf(payload["turn_id"]));
      events.fold.planning = payload["collaboration_mode_kind"] === "plan";
      return events.reading("repeat");
    case "task_complete":
    case "turn_complete":
      return readEnd(payload, events);
    case "turn_aborted":
      return readAbort(payload, events);
    case "exec_command_end":
    case "patch_apply_end":
    case "mcp_tool_call_end":
      // Its call and its result are told elsewhere; only here it says how it ended.
      if (hasFailed(payload)) rememberFailure(events.fold, textOf(payload["call_id"]));
      return events.reading("repeat");
    case "entered_review_mode":
      return enterReview(payload, "", events);
    case "exited_review_mode":
      return leaveReview(events);
    case "thread_rolled_back":
      return readRollBack(payload, events);
    case "thread_goal_updated":
      return readGoal(rowOf(payload["goal"]), events);
    case "thread_name_updated":
      return readName(payload, events);
    case "model_reroute":
      return tell(`The model is now ${textOf(payload["to_model"]) || "another"}.`, events);
  }
  if (ERROR_EVENTS.has(type)) {
    events.addNotice("api-error", errorText(payload["message"]));
    return events.reading("injected");
  }
  if (TOLD_EVENTS.has(type)) {
    return tell(textOf(payload["message"]) || textOf(payload["summary"]), events);
  }
  if (!SILENT_EVENTS.has(type)) events.addUnknown(`event_msg/${typeName(type)}`);
  return events.reading("repeat");
}

function readItem(item: Row, turn: string, events: LineEvents): Reading {
  const type = textOf(item["type"]);
  switch (type) {
    case "UserMessage":
      return readUserItem(item, events);
    case "AgentMessage":
      return readAgentItem(item, events);
    case "Plan":
      return readPlan(item, events);
    case "EnteredReviewMode":
      return enterReview(item, turn, events);
    case "ExitedReviewMode":
      return leaveReview(events);
  }
  if (isStep(type)) return readStep(item, events);
  if (!SILENT_ITEMS.has(type)) events.addUnknown(`item/${typeName(type)}`);
  return events.reading("repeat");
}

function endTurn(events: LineEvents): void {
  sayHeld(events);
  events.fold.planning = false;
  events.fold.review = null;
}

/** A failed turn says so only here. */
function readEnd(payload: Row, events: LineEvents): Reading {
  endTurn(events);
  const error = rowOf(payload["error"]);
  const text = errorText(error["message"]) || textOf(error["codex_error_info"]);
  events.addNotice("api-error", text, turnId(payload, "error", events));
  return events.reading("injected");
}

/** What the service answered, where the client passes on its JSON. */
function errorText(message: unknown): string {
  const text = textOf(message);
  if (!text.startsWith("{")) return text;
  try {
    return textOf(rowOf(rowOf(JSON.parse(text))["error"])["message"]) || text;
  } catch {
    return text;
  }
}

const ABORTS: ReadonlyMap<unknown, string> = new Map([
  ["replaced", "The turn was replaced by another."],
  ["review_ended", "The review ended."],
  ["budget_limited", "The turn reached its limit."],
]);

function readAbort(payload: Row, events: LineEvents): Reading {
  endTurn(events);
  const text = ABORTS.get(payload["reason"]) ?? "The turn was interrupted.";
  events.addNotice("interruption", text, turnId(payload, "aborted", events));
  return events.reading("injected");
}

function turnId(payload: Row, what: string, events: LineEvents): string {
  const turn = textOf(payload["turn_id"]);
  return turn === "" ? placeId(events.fold, events.line) : `${turn}:${what}`;
}

function enterReview(payload: Row, turn: string, events: LineEvents): Reading {
  events.fold.review = turn;
  const hint = textOf(payload["user_facing_hint"]) || textOf(payload["review"]);
  return tell(`A review began${hint === "" ? "." : `: ${cutText(hint, TITLE_CHARS)}`}`, events);
}

function leaveReview(events: LineEvents): Reading {
  events.fold.review = null;
  return tell("The review ended.", events);
}

/** Going back within one log: until 0.148. What was undone stays. */
function readRollBack(payload: Row, events: LineEvents): Reading {
  const turns = payload["num_turns"];
  const many = typeof turns === "number" && turns > 1 ? `${turns} turns` : "one turn";
  return tell(`The person went back ${many}; the conversation goes on from there.`, events);
}

/** It is told again whenever it took more tokens. */
function readGoal(goal: Row, events: LineEvents): Reading {
  const objective = textOf(goal["objective"]);
  const status = textOf(goal["status"]);
  const told = cutText(`${status} ${objective}`, TITLE_CHARS);
  if (objective === "" || told === events.fold.goal) return events.reading("repeat");
  events.fold.goal = told;
  return tell(`Goal${status === "" ? "" : ` (${status})`}: ${objective}`, events);
}

function readName(payload: Row, events: LineEvents): Reading {
  const name = textOf(payload["thread_name"]).trim();
  if (name !== "") events.addMeta({ title: { text: cutText(name, TITLE_CHARS), rank: NAME_RANK } });
  return events.reading("repeat");
}

function tell(text: string, events: LineEvents): Reading {
  events.addNotice("info", text);
  return events.reading("injected");
}
