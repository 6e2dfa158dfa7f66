/** Lines of type `event_msg`: events for the user interface. Pure. */
import { numberOf, type Row, rowOf, textOf, typeName } from "../unknown_value.ts";
import type { Reading } from "../provider.ts";
import { cutText } from "../prompt_title.ts";
import { readAgentEvent, readAgentItem, readLastAnswer, readPlan } from "./assistant.ts";
import { authorOf, triggerOf } from "./authors.ts";
import { keyOf } from "./copies.ts";
import { beginTurn } from "./fold.ts";
import { nameOf, ownId, placeId } from "./ids.ts";
import { ERROR_EVENTS, SILENT_EVENTS, SILENT_ITEMS, TOLD_EVENTS } from "./known_types.ts";
import type { LineEvents } from "./line_events.ts";
import { readUserEvent, readUserItem, reportSilence } from "./person.ts";
import { isStep, readCallEnd, readStep } from "./steps.ts";
import { readThoughtEvent, readThoughtItem } from "./thoughts.ts";

const TITLE_CHARS = 200;
/** The rank of a chosen name: the person chose it, or the client did. */
const NAME_RANK = 4;

export function readEvent(payload: Row, events: LineEvents): Reading {
  const type = textOf(payload["type"]);
  switch (type) {
    case "user_message":
      return readUserEvent(payload, events);
    case "agent_message":
      return readAgentEvent(payload, events);
    case "item_completed":
      return readItem(rowOf(payload["item"]), nameOf(payload["turn_id"]), events);
    case "agent_reasoning":
      return readThoughtEvent(payload, events);
    case "task_started":
    case "turn_started":
      return readStart(payload, events);
    case "task_complete":
    case "turn_complete":
      return readEnd(payload, events);
    case "turn_aborted":
      return readAbort(payload, events);
    case "exec_command_end":
    case "patch_apply_end":
    case "mcp_tool_call_end":
    case "web_search_end":
      return readCallEnd(payload, events);
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
      return report(`The model is now ${textOf(payload["to_model"]) || "another"}.`, events);
  }
  if (ERROR_EVENTS.has(type)) {
    events.addNotice("api-error", errorText(payload["message"]));
    return events.reading("injected");
  }
  if (TOLD_EVENTS.has(type)) {
    return report(textOf(payload["message"]) || textOf(payload["summary"]), events);
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
    case "Reasoning":
      return readThoughtItem(item, events);
    case "EnteredReviewMode":
      return enterReview(item, turn, events);
    case "ExitedReviewMode":
      return leaveReview(events);
  }
  if (isStep(type)) return readStep(item, turn, events);
  if (!SILENT_ITEMS.has(type)) events.addUnknown(`item/${typeName(type)}`);
  return events.reading("repeat");
}

function readStart(payload: Row, events: LineEvents): Reading {
  const { fold } = events;
  const turn = nameOf(payload["turn_id"]);
  const root = textOf(payload["root_turn_id"]) || textOf(rowOf(payload["turn_attribution"])["root_turn_id"]);
  // A client that was killed did not end its review. The turns of the reviewer are part of it.
  const ofReview = fold.review?.turn === "" || fold.review?.turn === turn || fold.review?.turn === root;
  if (!ofReview) fold.review = null;
  fold.marksTurns = true;
  beginTurn(fold, turn, triggerOf(payload));
  fold.planning = payload["collaboration_mode_kind"] === "plan";
  return events.reading("repeat");
}

function endTurn(turn: string, { fold }: LineEvents): void {
  fold.planning = false;
  if (turn === "" || fold.review?.turn === "" || fold.review?.turn === turn) fold.review = null;
}

/** Only this line says that a turn failed. */
function readEnd(payload: Row, events: LineEvents): Reading {
  const { fold } = events;
  const turn = nameOf(payload["turn_id"]);
  const error = rowOf(payload["error"]);
  const text = errorText(error["message"]) || textOf(error["codex_error_info"]);
  const isCurrent = turn === "" || fold.turn.id === "" || turn === fold.turn.id;
  if (isCurrent && fold.review === null) readLastAnswer(textOf(payload["last_agent_message"]), events);
  events.addNotice("api-error", text, turnId(payload, "error", events));
  reportSilence(events);
  endTurn(turn, events);
  // The lines behind the end belong to another turn.
  fold.turn.lines = 0;
  return events.reading("injected");
}

/** The service's message, where the client passes on its JSON. */
function errorText(message: unknown): string {
  const text = textOf(message);
  if (!text.startsWith("{")) return text;
  try {
    return textOf(rowOf(rowOf(JSON.parse(text))["error"])["message"]) || text;
  } catch {
    // The message is the client's own and only begins like JSON.
    return text;
  }
}

const ABORTS: ReadonlyMap<unknown, string> = new Map([
  ["replaced", "The turn was replaced by another."],
  ["review_ended", "The review ended."],
  ["budget_limited", "The turn reached its limit."],
]);

function readAbort(payload: Row, events: LineEvents): Reading {
  endTurn(nameOf(payload["turn_id"]), events);
  const text = ABORTS.get(payload["reason"]) ?? "The turn was interrupted.";
  events.addNotice("interruption", text, turnId(payload, "aborted", events));
  return events.reading("injected");
}

function turnId(payload: Row, what: string, events: LineEvents): string {
  const turn = textOf(payload["turn_id"]);
  return turn === "" ? placeId(events.fold, events.line) : `${turn}:${what}`;
}

/** The order of a review is reported once: in the person's words, or in the client's, which follow. */
function enterReview(payload: Row, turn: string, events: LineEvents): Reading {
  const { fold } = events;
  const hint = textOf(payload["user_facing_hint"]) || textOf(payload["review"]);
  const target = rowOf(payload["target"]);
  const words = target["type"] === "custom" ? textOf(target["instructions"]).trim() : "";
  const about = hint === "" || hint.trim() === words ? "." : `: ${cutText(hint, TITLE_CHARS)}`;
  events.addNotice("info", `A review began${about}`);
  fold.review = { turn, isPersons: words !== "", key: words === "" ? "" : keyOf("words", words) };
  if (words !== "") reportOrder(ownId(payload["id"], fold, events.line), words, events);
  return events.reading("injected");
}

/** No mark shows how the order of a review came: over an interface, on a command line, or from a keyboard. */
function reportOrder(id: string, words: string, events: LineEvents): void {
  const author = authorOf(events.fold, false);
  const type = author.evidence === "not-typed"
    ? { type: "notice", kind: "task" } as const
    : { type: "user" } as const;
  events.addAt(`${id}:order`, events.time, { ...type, text: words }, { ...author, typed: words });
}

function leaveReview(events: LineEvents): Reading {
  events.fold.review = null;
  return report("The review ended.", events);
}

/** A rewind within one log: until 0.148. The undone part stays. */
function readRollBack(payload: Row, events: LineEvents): Reading {
  const { fold } = events;
  const count = Math.max(1, Math.trunc(numberOf(payload["num_turns"])));
  const many = count > 1 ? `${count} turns` : "one turn";
  const { turns } = fold;
  const undone = turns?.at(-count);
  if (turns !== undefined) fold.turns = turns.slice(0, -count);
  events.addRewind(`The person went back ${many}; the conversation goes on from there.`, undone?.id);
  return events.reading("injected");
}

/** The client repeats it whenever the goal took more tokens. */
function readGoal(goal: Row, events: LineEvents): Reading {
  const objective = textOf(goal["objective"]);
  const status = textOf(goal["status"]);
  const told = cutText(`${status} ${objective}`, TITLE_CHARS);
  if (objective === "" || told === events.fold.goal) return events.reading("repeat");
  events.fold.goal = told;
  return report(`Goal${status === "" ? "" : ` (${status})`}: ${objective}`, events);
}

function readName(payload: Row, events: LineEvents): Reading {
  const name = textOf(payload["thread_name"]).trim();
  if (name !== "") events.addMeta({ title: { text: cutText(name, TITLE_CHARS), rank: NAME_RANK } });
  return events.reading("repeat");
}

function report(text: string, events: LineEvents): Reading {
  events.addNotice("info", text);
  return events.reading("injected");
}
