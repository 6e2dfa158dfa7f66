/**
 * The client's own words around a result: a page shows the result without them. Only whole, known frames count. A result
 * in any other form is shown as it is. Pure.
 */
import type { ResultPage } from "../../protocol/event.ts";
import { isRow, listOf, type Row, textOf } from "./records.ts";
import { CLARIFICATION } from "./rejection.ts";

/** What is known of a result beside its text. */
export interface Known {
  readonly row: Row;
  readonly block: Row;
  /** Whether the call started a sub-agent. */
  readonly isAgents: boolean;
}

export function pageOf(text: string, { row, block, isAgents }: Known): ResultPage | undefined {
  const page = block["is_error"] === true
    ? ofFailure(text, row)
    : (isAgents ? ofAgent(text, block["content"]) : null) ?? ofTool(text);
  return page ?? undefined;
}

const REJECTION =
  /^The user doesn't want to proceed with this tool use\. The tool use was rejected \([^\n]*\)\. (?:STOP what you are doing and wait for the user to tell you how to proceed\.|To tell you how to proceed, the user said:\n?)/;
/** None of the questions has an answer. */
const UNANSWERED = /\n {4}Questions asked:\n(?:- "[^\n]*"\n {2}\(No answer provided\)\n*)+$/;
const EXIT_CODE = /^Exit code (\d{1,3})(?:\n|$)/;
const ERROR_TAG = "<tool_use_error>";
const ERROR_END = "</tool_use_error>";

function ofFailure(text: string, row: Row): ResultPage | null {
  const outcome = outcomeOf(text, row);
  const rejection = REJECTION.exec(text)?.[0];
  if (rejection !== undefined) {
    // The rest repeats the questions for the model.
    if (text.startsWith(CLARIFICATION, rejection.length) && UNANSWERED.test(text)) {
      return { from: 0, to: 0, facts: ["to be talked over"], outcome: outcome ?? "denied" };
    }
    return { from: rejection.length, to: text.length, outcome: outcome ?? "denied" };
  }
  const code = EXIT_CODE.exec(text);
  if (code !== null) return { from: code[0].length, to: text.length, facts: [`exit code ${code[1]}`] };
  const framed = within(text, ERROR_TAG, ERROR_END);
  if (framed !== null) return outcome === null ? framed : { ...framed, outcome };
  return outcome === null ? null : { from: 0, to: text.length, outcome };
}

/** The client says who ended the call, and since 2.1.33x whether it ran already. */
function outcomeOf(text: string, row: Row): "denied" | "cancelled" | null {
  switch (row["toolDenialKind"]) {
    case "user-rejected":
      // With words of the person it was the answer to the client's question.
      return row["toolDenialBeforeRun"] === true || !text.includes("STOP what you are doing")
        ? "denied"
        : "cancelled";
    case "interrupted":
      return "cancelled";
    case undefined:
      return null;
    default:
      return "denied";
  }
}

const LAUNCH = /^Async agent launched successfully\.[^\n]*\nagentId: a[0-9a-f]{6,40}\b/;
/** Notes of the client in front of a report: one a line, indented as the report is. */
const NOTES = /^(?: {2}(?:<tools-used-before-summary>[^<\n]*<\/tools-used-before-summary>)?\n)*/;
const REPORT_HEAD = /^\[Subagent hand-back\] (?:[^\n]* )?The report follows:\n/;
const REPORT_LINES = /^(?: {2}[^\n]*(?:\n|$))*/;
const TRAILER = /^(?:agentId: a[0-9a-f]{6,40} \([^\n]*\)(?:\n|$))?(?:<usage>[^<]*<\/usage>\n?)?$/;
const INDENT = 2;

function ofAgent(text: string, content: unknown): ResultPage | null {
  if (LAUNCH.test(text)) return { from: 0, to: 0, facts: ["in the background"] };
  const notes = NOTES.exec(text)?.[0].length ?? 0;
  const head = REPORT_HEAD.exec(text.slice(notes))?.[0];
  if (head === undefined) return ofPlainReport(text, content);
  const from = notes + head.length;
  const report = REPORT_LINES.exec(text.slice(from))?.[0] ?? "";
  // The harness indents every line of the report, so the first other line is the client's.
  if (!TRAILER.test(text.slice(from + report.length))) return null;
  return { from, to: from + report.trimEnd().length, indent: INDENT };
}

/** Until 2.1 the report had no frame, and the client's words were a block of their own behind it. */
function ofPlainReport(text: string, content: unknown): ResultPage | null {
  const last = textOf(listOf(content).filter(isRow).at(-1)?.["text"]);
  if (listOf(content).length < 2 || last === "" || !TRAILER.test(last) || !text.endsWith(last)) return null;
  return { from: 0, to: text.slice(0, -last.length).trimEnd().length };
}

/** Also of a program's output: only the result of a plan approves one. */
const APPROVAL = /^User has approved your plan\.(?:[^\n]*$|[^]{0,2000}?\n## Approved Plan[^\n]{0,100}:\n)/;

const NO_OUTPUT = "(Bash completed with no output)";
const FILE_STATE = " (file state is current in your context — no need to Read it back)";
const BACKGROUND =
  /^Command (?:running in background|was manually backgrounded by user) with ID: \w+\. Output is being written to: [^\n]*\.output\.(?: You will be notified when it completes[^\n]*)?$/;

function ofTool(text: string): ResultPage | null {
  if (text === NO_OUTPUT) return { from: 0, to: 0, facts: ["no output"] };
  if (BACKGROUND.test(text)) return { from: 0, to: 0, facts: ["in the background"] };
  const approval = APPROVAL.exec(text)?.[0].length;
  if (approval !== undefined) return { from: 0, to: text.length, approves: approval };
  if (text.endsWith(FILE_STATE)) return { from: 0, to: text.length - FILE_STATE.length };
  return within(text, "<persisted-output>\n", "\n</persisted-output>");
}

/** The part of a text that is one frame from start to end. */
function within(text: string, start: string, end: string): ResultPage | null {
  return text.startsWith(start) && text.trimEnd().endsWith(end)
    ? { from: start.length, to: Math.max(start.length, text.trimEnd().length - end.length) }
    : null;
}
