/**
 * The client's own words around a result: a page shows the result without them. Only whole, known frames count. A result
 * in any other form is shown as it is. Pure.
 */
import type { ResultPage } from "../../protocol/event.ts";

const UNTRUSTED = "<untrusted_context>\n";
const UNTRUSTED_END = "\n</untrusted_context>";
const SHELL = "run_shell_command";
const OUTPUT = "Output: ";
const EMPTY = "(empty)";
/** The lines behind a command's output. */
const SHELL_END =
  /(?:\nExit Code: (-?\d+))?(?:\nSignal: (\w+))?(?:\nBackground PIDs: [\d, ]+)?(?:\nProcess Group PGID: \d+)$/;
/** The client's words for a call that was not carried out. */
const CANCELLED = "[Operation Cancelled] Reason: ";
const DENIED = "User did not allow tool call";

/** Behind what was done, the client repeats the file for the model. The call has what was written. */
const REPEATS_FILE =
  /^Successfully (?:created and wrote to new file|overwrote file|modified file): [^\n]*?\.?(?= Here is the updated code:\n)/;
const WRITES: ReadonlySet<string> = new Set(["write_file", "replace", "edit"]);
/** The answers to a plan. The person may have written why not. */
const PLAN_APPROVED = /^Plan approved\. [^\n]*\n\nThe approved implementation plan is stored at: [^\n]*\n/;

/** `name`: the tool; "" where it is not known. */
export function pageOf(text: string, name: string): ResultPage | undefined {
  if (text.startsWith(CANCELLED)) {
    const reason = text.slice(CANCELLED.length).trim();
    return reason === DENIED
      ? { from: 0, to: 0, outcome: "denied" }
      : { from: CANCELLED.length, to: text.length, outcome: "cancelled" };
  }
  const written = WRITES.has(name) ? REPEATS_FILE.exec(text)?.[0].length : undefined;
  if (written !== undefined) return { from: 0, to: written };
  if (name === "exit_plan_mode" && PLAN_APPROVED.test(text)) {
    return { from: 0, to: 0, facts: ["approved"], approves: text.length };
  }
  const isFramed = text.startsWith(UNTRUSTED) && text.endsWith(UNTRUSTED_END);
  const from = isFramed ? UNTRUSTED.length : 0;
  const to = Math.max(from, text.length - (isFramed ? UNTRUSTED_END.length : 0));
  const shell = name === SHELL ? ofShell(text.slice(from, to)) : null;
  if (shell !== null) return { ...shell, from: from + shell.from, to: from + shell.to };
  return isFramed ? { from, to } : undefined;
}

function ofShell(text: string): ResultPage | null {
  const end = SHELL_END.exec(text);
  if (!text.startsWith(OUTPUT) || end === null) return null;
  const [, code, signal] = end;
  const isEmpty = text.slice(OUTPUT.length, end.index) === EMPTY;
  const facts = [
    ...(code === undefined || code === "0" ? [] : [`exit code ${code}`]),
    ...(signal === undefined ? [] : [`signal ${signal}`]),
    ...(isEmpty ? ["no output"] : []),
  ];
  const from = OUTPUT.length;
  return { from, to: isEmpty ? from : end.index, ...(facts.length === 0 ? {} : { facts }) };
}
