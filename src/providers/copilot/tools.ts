/** Calls of tools that no answer announced, results of calls, and shell lines of the person. Pure. */
import { imageNotice, pageOfModel, pageWith, type ResultPage } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { isRow, listOf, type Row, rowOf, textOf } from "../unknown_value.ts";
import { announce, type Fold, takeAnnounced } from "./fold.ts";
import { type RecordEvents, silent } from "../record_events.ts";
import { describeAsset } from "./user_messages.ts";

/** A line that the person ran with `!`. */
export function readShellLine(data: Row, fold: Fold, events: RecordEvents): Reading {
  announce(fold, textOf(data["toolCallId"]));
  const command = textOf(rowOf(data["arguments"])["command"]);
  events.addNotice("shell", `!${command === "" ? textOf(data["toolName"]) : command}`);
  return events.reading("not-typed");
}

export function readCallStart(data: Row, fold: Fold, events: RecordEvents): Reading {
  const call = textOf(data["toolCallId"]);
  if (takeAnnounced(fold, call)) return silent("repeat");
  const input = data["arguments"] ?? {};
  const name = textOf(data["toolName"]);
  events.add({ type: "tool_call", call, name, input, ...pageOfModel(textOf(data["model"])) });
  return events.reading("assistant-text");
}

export function readResult(data: Row, events: RecordEvents): Reading {
  const call = textOf(data["toolCallId"]);
  const { result, error } = data;
  const text = isRow(result) ? textOf(result["content"]) : textOf(rowOf(error)["message"]);
  const code = rowOf(data["shellExecution"])["exitCode"];
  const page = pageOf(text, code, rowOf(error)["code"]);
  if (data["isUserRequested"] === true) {
    const ended = typeof code === "number" && code !== 0 ? `Exit code: ${code}\n` : "";
    events.addNotice("output", `${ended}${text.slice(page?.from, page?.to)}`);
    return events.reading("tool-output");
  }
  const failed = data["success"] === false || isRow(error) || (typeof code === "number" && code !== 0);
  const images = listOf(rowOf(result)["binaryResultsForLlm"]).filter(isRow).map(describeAsset)
    .filter((words) => words !== "").map((words) => ({ words, data: "" }));
  events.add({ type: "tool_result", call, text, error: failed, ...pageWith(text, page, images) });
  for (const image of images) events.add(imageNotice(image, true));
  return events.reading("tool-output");
}

/** The client's line behind the output of a command. */
const SHELL_END = /(?:^|\n)<shellId: [^\s<>]{1,64} completed with exit code (-?\d{1,10})>$/;
const OUTCOMES: ReadonlyMap<unknown, "denied" | "cancelled"> = new Map([
  ["denied", "denied"],
  ["interrupted", "cancelled"],
]);

/** The client's answers for a sub-agent, or a command, in the background. */
const LAUNCHED =
  /^(?:Agent started in background with agent_id: [\w-]{1,64}\. You'll be notified when it completes\.[^\n]*|<command started in background with shellId: [^\s<>]{1,64}>|<command with shellId: [^\s<>]{1,64} moved to background by the user\.[^\n<>]*>)$/;
/** In front of the only report of a sub-agent. */
const REPORT_HEAD = /^Agent is [^\n]*agent_id: [^\n]*\n\n\[Turn \d+\]\n(?![^]*\n\[Turn \d+\]\n)/;

/** How a page shows a result. A frame counts only where the record says the same as the frame. */
export function pageOf(text: string, exitCode: unknown, errorCode: unknown): ResultPage | undefined {
  const outcome = OUTCOMES.get(errorCode);
  if (outcome !== undefined) return { from: 0, to: text.length, outcome };
  if (LAUNCHED.test(text)) return { from: 0, to: 0, facts: ["in the background"] };
  const report = REPORT_HEAD.exec(text)?.[0].length;
  if (report !== undefined) return { from: report, to: text.length };
  const end = SHELL_END.exec(text);
  if (end === null || `${exitCode}` !== end[1]) return undefined;
  const facts = [
    ...(exitCode === 0 ? [] : [`exit code ${exitCode}`]),
    ...(end.index === 0 ? ["no output"] : []),
  ];
  return { from: 0, to: end.index, ...(facts.length === 0 ? {} : { facts }) };
}
