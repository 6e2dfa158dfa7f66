/** The steps of a call that is a program: its commands and changes have no items of the model. Pure. */
import { isRow, jsonOf, listOf, type Row, rowOf, textOf } from "../unknown_value.ts";
import type { Reading } from "../provider.ts";
import { knowsCall, rememberFailure } from "./call_memory.ts";
import type { Fold } from "./fold.ts";
import { ownId } from "./ids.ts";
import type { LineEvents } from "./line_events.ts";
import { reportShell, shellScript } from "./shell.ts";
import { mayWait, wait } from "./waiting.ts";

type Describe = (item: Row) => string;

const STEPS: ReadonlyMap<string, Describe> = new Map<string, Describe>([
  ["CollabAgentToolCall", describeCall],
  ["CommandExecution", describeCommand],
  ["DynamicToolCall", describeCall],
  ["FileChange", describeChanges],
  ["ImageGeneration", () => "Generated an image"],
  ["ImageView", (item) => `Viewed ${pathOf(item["path"])}`],
  ["McpToolCall", describeCall],
  ["WebSearch", (item) => `Searched the web for ${textOf(item["query"])}`],
]);

/** The items of a program have ids of this form. They stand in front of their call. */
const BEFORE_CALL: ReadonlySet<string> = new Set(["ImageGeneration", "WebSearch"]);
const STEP_ID = /^exec-/;

export function isStep(type: string): boolean {
  return STEPS.has(type);
}

/** `turn`: the turn of the call. The call may end in a later one. */
export function readStep(item: Row, turn: string, events: LineEvents): Reading {
  const { fold } = events;
  const type = textOf(item["type"]);
  const id = textOf(item["id"]);
  if (item["source"] === "user_shell") {
    reportShell(ownId(id, fold, events.line), item, events);
    return events.reading("tool-output");
  }
  if (knowsCall(fold, id, turn)) {
    if (hasFailed(item) && isOfTurn(turn, fold)) rememberFailure(fold, id);
    return events.reading("repeat");
  }
  // The log of a review has its commands.
  if (fold.review !== null) return events.reading("repeat");
  const call = ownId(id, fold, events.line);
  const step = {
    id: `${call}:step`,
    time: events.time,
    text: STEPS.get(type)?.(item) ?? "",
  };
  const isBefore = BEFORE_CALL.has(type) && !STEP_ID.test(id);
  if (isBefore && mayWait(step.text)) wait({ kind: "step", call, ...step }, events);
  else events.addNotice("step", step.text, step.id);
  return events.reading(isBefore ? "repeat" : "tool-output");
}

/** The result of a call of an earlier turn was reported. */
function isOfTurn(turn: string, fold: Fold): boolean {
  return turn === "" || fold.turn.id === "" || turn === fold.turn.id;
}

/** The events of a call's end in older logs, in the form of the items of newer ones. */
const ENDS: ReadonlyMap<string, string> = new Map([
  ["exec_command_end", "CommandExecution"],
  ["mcp_tool_call_end", "McpToolCall"],
  ["patch_apply_end", "FileChange"],
  ["web_search_end", "WebSearch"],
]);

export function readCallEnd(payload: Row, events: LineEvents): Reading {
  const type = ENDS.get(textOf(payload["type"])) ?? "";
  const item = { ...rowOf(payload["invocation"]), ...payload, type, id: payload["call_id"] };
  return readStep(item, textOf(payload["turn_id"]), events);
}

const FAILED: ReadonlySet<unknown> = new Set(["failed", "declined"]);

export function hasFailed(item: Row): boolean {
  const code = item["exit_code"];
  return FAILED.has(item["status"]) || (typeof code === "number" && code !== 0) ||
    item["success"] === false ||
    rowOf(item["result"])["isError"] === true;
}

/** `$ make test`, then its output. A script of several lines stands whole in front of its output. */
function describeCommand(item: Row): string {
  const script = shellScript(item["command"]);
  const [first = ""] = script.split("\n", 1);
  const head = `$ ${first}${first === script ? "" : " …"}${outcomeOf(item)}`;
  const printed = textOf(item["aggregated_output"]) || textOf(item["stdout"]) + textOf(item["stderr"]);
  return [head, ...(first === script ? [] : [script]), ...(printed === "" ? [] : [printed])].join("\n");
}

function outcomeOf(item: Row): string {
  const code = item["exit_code"];
  if (typeof code === "number" && code !== 0) return ` (exit code ${code})`;
  return FAILED.has(item["status"]) ? ` (${textOf(item["status"])})` : "";
}

/** `demo.echo {"text":"x"}`, then the answer. */
function describeCall(item: Row): string {
  const name = [item["server"], item["namespace"], item["tool"]].map(textOf).filter((part) => part !== "")
    .join(".");
  const given = item["arguments"];
  const written = given === undefined || given === null ? "" : ` ${jsonOf(given)}`;
  const result = rowOf(item["result"]);
  const content = listOf(result["content"] ?? item["content_items"]).filter(isRow);
  const answer = content.map((part) => textOf(part["text"])).filter((text) => text !== "").join("\n");
  const failed = hasFailed(item) ? " (failed)" : "";
  return `${name || "call"}${written}${failed}${answer === "" ? "" : `\n${answer}`}`;
}

/** The files, then their changes as a diff. */
function describeChanges(item: Row): string {
  const changes = Object.entries(rowOf(item["changes"]));
  const names = changes.map(([path, change]) =>
    `${VERBS.get(rowOf(change)["type"]) ?? "Changed"} ${pathOf(path)}`
  );
  const diffs = changes.map(([path, change]) => diffOf(pathOf(path), rowOf(change)));
  return `${names.join(", ") || "Changed nothing"}${outcomeOf(item)}\n${diffs.join("")}`.trimEnd();
}

const VERBS: ReadonlyMap<unknown, string> = new Map([["add", "Added"], ["delete", "Deleted"], [
  "update",
  "Changed",
]]);

function diffOf(path: string, change: Row): string {
  const moved = textOf(change["move_path"]);
  const from = change["type"] === "add" ? "/dev/null" : path;
  const to = change["type"] === "delete" ? "/dev/null" : moved || path;
  const sign = change["type"] === "delete" ? "-" : "+";
  const lines = textOf(change["unified_diff"]) || signed(textOf(change["content"]), sign);
  return `--- ${from}\n+++ ${to}\n${lines}${lines === "" || lines.endsWith("\n") ? "" : "\n"}`;
}

function signed(content: string, sign: string): string {
  if (content === "") return "";
  return content.replace(/\n$/, "").replace(/^/gm, sign);
}

/** A path may come as a URI. */
function pathOf(path: unknown): string {
  return textOf(path).replace(/^file:\/\/(?=\/)/, "");
}
