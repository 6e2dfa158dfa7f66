/** Messages between agents, and the places where a sub-agent hands back to the agent that started it. Pure. */
import { isRow, listOf, type Row, rowOf, tagged, textOf, timeOf } from "../unknown_value.ts";
import type { HandBack, Reading } from "../provider.ts";
import type { Fold } from "./fold.ts";
import { ownId } from "./ids.ts";
import type { LineEvents } from "./line_events.ts";
import { reviewOf } from "./session_line.ts";

/** An `agent_message` item: a message from one agent to another. */
export function readAgentMail(item: Row, events: LineEvents): Reading {
  const { fold } = events;
  const id = ownId(item["id"], fold, events.line);
  const author = textOf(item["author"]);
  // The log's own agent wrote it: the text is the input of a call.
  if (fold.path !== "" && author === fold.path) return events.reading("repeat");
  if (isAnswer(fold, author)) {
    // The answer is the last message of the sub-agent, and stands in front of this line.
    events.addNotice("background", `The sub-agent ${author} answered.`, id);
  } else if (!fold.personal) {
    events.add(`${id}:task`, { type: "notice", kind: "task", ...taskOf(item, fold) });
  } else {
    events.addNotice("background", `A message from the agent ${author || "?"}.`, id);
  }
  return events.reading("sub-agent");
}

/** Whether this agent started the author, or one of its own sub-agents did. */
function isAnswer(fold: Fold, author: string): boolean {
  return fold.path !== "" && author.startsWith(`${fold.path}/`);
}

function taskOf(
  item: Row,
  { path }: Fold,
): { readonly text: string; readonly page?: { readonly name: string } } {
  const text = letterOf(item);
  if (text !== "") return { text };
  const name = path.slice(path.lastIndexOf("/") + 1);
  return { text: "(a task that is encrypted)", ...(name === "" ? {} : { page: { name } }) };
}

const PAYLOAD = /^(?:[A-Z][\w ]{0,40}: [^\n]*\n){0,8}Payload:[ \t]*\n?/;

/** A letter begins with lines for its type and its sender. */
function letterOf(item: Row): string {
  const texts = listOf(item["content"]).filter(isRow).map((part) => textOf(part["text"]));
  return texts.filter((text) => text !== "").join("\n").replace(PAYLOAD, "").trim();
}

const NOTIFICATION = "<subagent_notification>";

/** Whether a message in the person's role looks like the report of an agent without a path. A person can write the same. */
export function isNotification(item: Row, text: string): boolean {
  return text.startsWith(NOTIFICATION) && !kindsOf(item).includes("user.text");
}

/** The authors of the parts of a message, where the client names them: since 0.149. */
export function kindsOf(item: Row): readonly unknown[] {
  return listOf(rowOf(item["internal_chat_message_metadata_passthrough"])["content_item_kinds"]);
}

/** The agent that hands back with this line. `row` is no copy from another log. */
export function handBackOf(fold: Fold, row: Row): HandBack | null {
  const payload = rowOf(row["payload"]);
  const time = timeOf(row["timestamp"]);
  if (row["type"] === "event_msg") {
    const ended = payload["type"] === "exited_review_mode" ||
      (payload["type"] === "item_completed" && rowOf(payload["item"])["type"] === "ExitedReviewMode");
    return ended && fold.thread !== ""
      ? { agent: null, call: reviewOf(fold.thread), time, certain: true }
      : null;
  }
  if (row["type"] !== "response_item") return null;
  if (payload["type"] === "agent_message") {
    const author = textOf(payload["author"]);
    return isAnswer(fold, author) ? { agent: null, call: author, time, certain: true } : null;
  }
  return byNotification(payload, time);
}

/** The hand-back of agents without paths: until early 2026. */
function byNotification(payload: Row, time: string | null): HandBack | null {
  if (payload["type"] !== "message" || payload["role"] !== "user") return null;
  const told = notificationOf(payload);
  const agent = textOf(told["agent_id"]);
  const call = textOf(told["agent_path"]);
  if (agent === "" && call === "") return null;
  return { agent: agent || null, call: call || null, time, certain: true };
}

function notificationOf(payload: Row): Row {
  const text = textOf(rowOf(listOf(payload["content"])[0])["text"]);
  if (!isNotification(payload, text)) return {};
  try {
    return rowOf(JSON.parse(tagged(text, NOTIFICATION.slice(1, -1)) ?? ""));
  } catch {
    // It names no agent, as a notification of another form.
    return {};
  }
}
