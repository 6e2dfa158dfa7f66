/** Where a sub-agent hands back to the log of the agent that started it. Pure. */
import type { HandBack } from "../provider.ts";
import { taskCall, taskId } from "./client_markup.ts";
import type { Fold } from "./fold.ts";
import { messageText } from "./person.ts";
import { isRow, listOf, messageOf, type Row, rowOf, textOf, timeOf } from "./records.ts";

/** The ids in the names of sub-agents' logs. Other kinds of task have ids of other forms. */
export const AGENT_ID = /^a[0-9a-f]{6,40}$/;

/**
 * The result of a call hands back if the call waited for the sub-agent. A sub-agent in the background hands back with its
 * notification. Logs of sub-agents have no `toolUseResult`: there only the call names the sub-agent.
 */
export function handBackOf(fold: Fold, row: Row): HandBack | null {
  if (fold.repeating || row["isMeta"]) return null;
  if (row["type"] === "attachment") {
    const attachment = rowOf(row["attachment"]);
    return attachment["type"] === "queued_command" ? byNotification(attachment["prompt"], row) : null;
  }
  if (row["type"] !== "user") return null;
  const content = messageOf(row)["content"];
  return byResult(fold, row, content) ?? byNotification(content, row);
}

function byResult(fold: Fold, row: Row, content: unknown): HandBack | null {
  for (const block of listOf(content)) {
    if (!isRow(block) || block["type"] !== "tool_result") continue;
    const call = textOf(block["tool_use_id"]);
    const result = rowOf(row["toolUseResult"]);
    const agent = textOf(result["agentId"]);
    const named = AGENT_ID.test(agent);
    if (!named && !fold.calls.includes(call)) continue;
    if (result["isAsync"] === true || textOf(result["status"]).endsWith("_launched")) return null;
    if (saysLaunched(block["content"])) return null;
    return { agent: named ? agent : null, call: call === "" ? null : call, time: timeOf(row["timestamp"]) };
  }
  return null;
}

/** The result of a call that started a sub-agent in the background. */
function saysLaunched(content: unknown): boolean {
  return messageText(content).startsWith("Async agent launched");
}

function byNotification(content: unknown, row: Row): HandBack | null {
  const text = messageText(content);
  if (!text.startsWith("<task-notification>")) return null;
  const task = taskId(text) ?? "";
  return AGENT_ID.test(task) ? { agent: task, call: taskCall(text), time: timeOf(row["timestamp"]) } : null;
}
