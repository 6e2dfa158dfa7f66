/**
 * A log holds the output of a command twice: in the result of the call, and in the client's own item. For a known call the
 * item adds only how the call ended. Then the second copy, half of the bytes of a log, is not parsed. Pure.
 */
import { rowOf } from "../unknown_value.ts";
import { knowsCall } from "./call_memory.ts";
import type { Fold } from "./fold.ts";
import { COMMAND_LINE } from "./known_types.ts";

const OUTPUT = ',"aggregated_output":"';
const AFTER_OUTPUT = '","exit_code":';
/** The end of a string, and the beginning of the next one. */
const BETWEEN = '","';

/** The line without the output of its command; undefined where the output may count, or for any other line. */
export function parseWithoutOutput(fold: Fold, head: string, text: string): unknown {
  const [, turn = "", id] = COMMAND_LINE.exec(head) ?? [];
  if (id === undefined || !knowsCall(fold, id, turn)) return undefined;
  const from = text.indexOf(OUTPUT);
  const to = text.indexOf(AFTER_OUTPUT, from);
  // A string cannot hold these three. Without the first of them, the cut would take more than one string.
  if (from === -1 || to === -1 || text.indexOf(BETWEEN, from + OUTPUT.length) !== to) return undefined;
  const value = parseOrNothing(text.slice(0, from) + text.slice(to + 1));
  const item = rowOf(rowOf(rowOf(value)["payload"])["item"]);
  // The output of a shell line of the person has no other copy.
  return item["id"] === id && item["source"] !== "user_shell" ? value : undefined;
}

export function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The line is of another form: all of it must be parsed.
    return undefined;
  }
}
