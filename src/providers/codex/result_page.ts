/**
 * The client's own words around a result: a page shows the result without them. Only whole, known frames count. A result
 * in any other form is shown as it is. Pure.
 */
import type { ResultPage } from "../../protocol/event.ts";

/** In front of a command's output: at least one line before the last one. */
const COMMAND_HEAD =
  /^(?=[CWPOE])(?:Chunk ID: [0-9a-f]+\n)?(?:Exit code: (-?\d+)\n)?(?:Wall time: [\d.]+ seconds\n)?(?:Process exited with code (-?\d+)\n|Process running with session ID \d+\n)?(?:Original token count: \d+\n)?(?:Total output lines: \d+\n)?Output:(?:\n|$)/;
/** A patch that a command line applied has the head of its own tool below that of the command. */
const PATCH_HEAD =
  /^Exit code: (-?\d+)\nWall time: [\d.]+ seconds\nOutput:\n(?=Success\. Updated the following files:\n)/;
/** In front of the output of a program that calls tools. */
const SCRIPT_HEAD =
  /^Script (completed|failed|running with cell ID [\w:.-]+)\nWall time [\d.]+ seconds\nOutput:(?:\n|$)/;
const ABORTED = /^(?:Wall time: [\d.]+ seconds\n)?aborted by user(?: after [\d.]+s)?$/;
/** In front of an output that the client cut in its middle. */
const CUT = /^Warning: truncated output \(original token count: \d+\)\nTotal output lines: (\d+)\n\n/;
/** The client's answers to calls that start agents and wait for them. */
const SPAWNED = /^\{"task_name":"[^"\\]*"\}$/;
const WAITED = /^\{"message":"Wait completed\.(?:\\n\\nRequested timeout of [^"\\]*)?","timed_out":false\}$/;

export function pageOf(text: string): ResultPage | undefined {
  if (ABORTED.test(text)) return { from: 0, to: 0, outcome: "cancelled" };
  if (SPAWNED.test(text) || WAITED.test(text)) return { from: 0, to: 0 };
  return ofScript(text) ?? ofCommand(text) ?? undefined;
}

function ofScript(text: string): ResultPage | null {
  const head = SCRIPT_HEAD.exec(text);
  if (head === null) return null;
  const facts = head[1]?.startsWith("running") ? { facts: ["still running"] } : {};
  return { from: head[0].length, to: text.length, ...facts };
}

function ofCommand(text: string): ResultPage | null {
  const head = COMMAND_HEAD.exec(text);
  if (head === null || head[0].startsWith("Output:")) return null;
  const rest = text.slice(head[0].length);
  const inner = PATCH_HEAD.exec(rest) ?? CUT.exec(rest);
  const isPatch = rest.startsWith("Exit code");
  const code = (isPatch ? inner?.[1] : undefined) ?? head[1] ?? head[2] ?? "0";
  const isRunning = head[0].includes("Process running");
  const from = head[0].length + (inner?.[0].length ?? 0);
  const facts = [
    ...(code === "0" ? [] : [`exit code ${code}`]),
    ...(isRunning ? ["still running"] : []),
    ...(inner !== null && !isPatch ? [`cut by the client: ${inner[1]} lines`] : []),
    ...(rest.trim() === "" && !isRunning ? ["no output"] : []),
  ];
  return { from, to: text.length, ...(facts.length === 0 ? {} : { facts }) };
}
