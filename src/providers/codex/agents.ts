/** What agents say to each other, and where a sub-agent hands back to whoever started it. Pure. */
import { isRow, listOf, type Row, rowOf, tagged, textOf, timeOf } from "../unknown_value.ts";
import type { HandBack, Reading } from "../provider.ts";
import type { Fold } from "./fold.ts";
import { ownId } from "./ids.ts";
import type { LineEvents } from "./line_events.ts";
import { reviewOf } from "./session_line.ts";

/** An `agent_message` item: what one agent wrote to another. */
export function readAgentMail(item: Row, events: LineEvents): Reading {
  const { fold } = events;
  const id = ownId(item["id"], fold, events.line);
  const author = textOf(item["author"]);
  // What it wrote itself is the input of a call.
  if (fold.path !== "" && author === fold.path) return events.reading("repeat");
  if (isAnswer(fold, author)) {
    // What it answered is the last of its own messages, which stand in front of this.
    events.addNotice("background", `The sub-agent ${author} answered.`, id);
  } else if (!fold.personal) {
    events.addNotice("task", letterOf(item) || "(a task that is encrypted)", `${id}:task`);
  } else {
    events.addNotice("background", `A message from the agent ${author || "?"}.`, id);
  }
  return events.reading("sub-agent");
}

/** Whether the author is an agent that this one started, or one that such an agent did. */
function isAnswer(fold: Fold, author: string): boolean {
  return fold.path !== "" && author.startsWith(`${fold.path}/`);
}

const PAYLOAD = /^(?:[A-Z][\w ]{0,40}: [^\n]*\n){0,8}Payload:[ \t]*\n?/;

/** A letter has lines in front that say of what type it is and who sent it. */
function letterOf(item: Row): string {
  const texts = listOf(item["content"]).filter(isRow).map((part) => textOf(part["text"]));
  return texts.filter((text) => text !== "").join("\n").replace(PAYLOAD, "").trim();
}

const NOTIFICATION = "<subagent_notification>";

/** Whether a message in the person's role is how an agent without a path reports; a person can write the like. */
export function isNotification(item: Row, text: string): boolean {
  return text.startsWith(NOTIFICATION) && !kindsOf(item).includes("user.text");
}

/** Who wrote the parts of a message, where the client says so: since 0.149. */
export function kindsOf(item: Row): readonly unknown[] {
  return listOf(rowOf(item["internal_chat_message_metadata_passthrough"])["content_item_kinds"]);
}

/** Which agent hands back with this line; `row` is no copy of another log's. */
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

/** How agents without paths hand back: until early 2026. */
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
    return {};
  }
}
