/**
 * The client's own words around a result: a page shows the result without them. Only whole, known frames count. A result
 * in any other form is shown as it is. Pure.
 */
import type { ResultPage } from "../../protocol/event.ts";
import { type Row, rowOf, textOf } from "../unknown_value.ts";

/** The beginning of the answer for a sub-agent in the background. */
export const LAUNCHED = "Background agent launched";

const SHELL = "run_shell_command";
const SHELL_STARTED = /^Background shell started\.\nid: /;
/** Behind what was done, the client repeats the file for the model. The call has what was written. */
const REPEATS_FILE = /^The file: [^\n]{1,4096}? has been updated\.(?= Showing lines \d)/;
const SHELL_HEAD = /^Command: [^]*?\nDirectory: [^\n]*\nOutput: /;
const SHELL_END =
  /\nError: [^\n]*\nExit Code: (\d+|\(none\))\nSignal: (\w+|\(none\))(?:\nBackground PIDs: [\d, ]+)?\nProcess Group PGID: [^\n]*$/;
const EMPTY = "(empty)";

/** @param outcome The record's own words of the result. A sub-agent's records have less of them. */
export function pageOf(text: string, name: string, outcome: Row): ResultPage | undefined {
  if (outcome["status"] === "cancelled") return { from: 0, to: text.length, outcome: "cancelled" };
  if (text.startsWith(LAUNCHED) && (name === "agent" || name === "task")) return inBackground();
  if (name === SHELL && SHELL_STARTED.test(text)) return inBackground();
  const updated = name === "edit" ? REPEATS_FILE.exec(text)?.[0].length : undefined;
  if (updated !== undefined) return { from: 0, to: updated };
  const shown = rowOf(outcome["resultDisplay"]);
  if (shown["type"] === "shell_result") return ofShell(text, textOf(shown["output"]));
  return name === SHELL && outcome["resultDisplay"] === undefined ? ofShell(text, null) : undefined;
}

function inBackground(): ResultPage {
  return { from: 0, to: 0, facts: ["in the background"] };
}

/** `output`: what the command printed; null where the record does not say it. */
function ofShell(text: string, output: string | null): ResultPage | undefined {
  if (!text.startsWith("Command: ")) return undefined;
  const end = SHELL_END.exec(text);
  const from = output === null ? SHELL_HEAD.exec(text)?.[0].length : startOf(text, output);
  if (end === null || from === undefined || end.index < from) return undefined;
  const [, code, signal] = end;
  const isEmpty = text.slice(from, end.index) === EMPTY;
  const facts = [
    ...(code === "0" || code === "(none)" ? [] : [`exit code ${code}`]),
    ...(signal === "(none)" ? [] : [`signal ${signal}`]),
    ...(isEmpty ? ["no output"] : []),
  ];
  return { from, to: isEmpty ? from : end.index, ...(facts.length === 0 ? {} : { facts }) };
}

/** The command and the output may hold the words of the frame. The last place where they fit is the frame. */
function startOf(text: string, output: string): number | undefined {
  const at = text.lastIndexOf(`\nOutput: ${output === "" ? EMPTY : output}\nError:`);
  return at === -1 ? undefined : at + "\nOutput: ".length;
}
