/** Lines of type `response_item`: the model's interface, with second copies of messages. Pure. */
import { isRow, listOf, type Row, textOf, typeName } from "../unknown_value.ts";
import type { Reading } from "../provider.ts";
import { isNotification, kindsOf, readAgentMail } from "./agents.ts";
import { readRawMessage } from "./assistant.ts";
import { isCall, readCall } from "./calls.ts";
import { SILENT_RESPONSE_ITEMS } from "./known_types.ts";
import type { LineEvents } from "./line_events.ts";
import { readRawWords } from "./person.ts";
import { readFoundTools, readOutput } from "./results.ts";
import { readShellCopy } from "./shell.ts";
import { readReasoning } from "./thoughts.ts";

export function readResponseItem(item: Row, events: LineEvents): Reading {
  const type = textOf(item["type"]);
  switch (type) {
    case "message":
      return readMessage(item, events);
    case "agent_message":
      return readAgentMail(item, events);
    case "reasoning":
      return readReasoning(item, events);
    case "function_call_output":
    case "custom_tool_call_output":
    case "local_shell_call_output":
      return readOutput(item, events);
    case "tool_search_output":
      return readFoundTools(item, events);
  }
  if (isCall(type)) return readCall(item, events);
  if (!SILENT_RESPONSE_ITEMS.has(type)) events.addUnknown(`response_item/${typeName(type)}`);
  return events.reading("injected");
}

function readMessage(item: Row, events: LineEvents): Reading {
  switch (item["role"]) {
    case "assistant":
      return readRawMessage(item, events);
    case "user":
      return readUserRole(item, events);
    case "developer":
    case "system":
    case "tool":
      return events.reading("injected");
    default:
      events.addUnknown(`message/${typeName(item["role"])}`);
      return events.reading("injected");
  }
}

const SHELL_COPY = "<user_shell_command>";

/** Text of the role `user`. It is the client's context, or a person's words: another line shows which. */
function readUserRole(item: Row, events: LineEvents): Reading {
  const text = listOf(item["content"]).filter(isRow).map((part) => textOf(part["text"])).join("\n");
  const kinds = kindsOf(item);
  if (text.startsWith(SHELL_COPY) && (kinds.length === 0 || kinds.includes("shell.user_command"))) {
    return readShellCopy(text, events);
  }
  if (isNotification(item, text)) {
    events.addNotice("background", "A sub-agent reported.");
    return events.reading("sub-agent");
  }
  return readRawWords(item, events);
}
