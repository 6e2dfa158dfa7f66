/**
 * What a command printed stands in a log twice: in its call's result, and in the client's own item of it. Of a call that
 * is known, the item says only how it ended; then the second copy, half of a log's bytes, is not parsed. Pure.
 */
import { rowOf } from "../unknown_value.ts";
import { knowsCall } from "./call_memory.ts";
import type { Fold } from "./fold.ts";
import { COMMAND_LINE } from "./known_types.ts";

const OUTPUT = ',"aggregated_output":"';
const AFTER_OUTPUT = '","exit_code":';
/** The end of a string, and the beginning of the next one. */
const BETWEEN = '","';

/** The line without what its command printed; undefined where that may count, or where the line is another. */
export function parseWithoutOutput(fold: Fold, head: string, text: string): unknown {
  const [, turn = "", id] = COMMAND_LINE.exec(head) ?? [];
  if (id === undefined || !knowsCall(fold, id, turn)) return undefined;
  const from = text.indexOf(OUTPUT);
  const to = text.indexOf(AFTER_OUTPUT, from);
  // These three never stand within a string: where the first of them is not there, more would be cut than one string.
  if (from === -1 || to === -1 || text.indexOf(BETWEEN, from + OUTPUT.length) !== to) return undefined;
  const value = parseOrNothing(text.slice(0, from) + text.slice(to + 1));
  const item = rowOf(rowOf(rowOf(value)["payload"])["item"]);
  // What the person ran in the shell has no other copy.
  return item["id"] === id && item["source"] !== "user_shell" ? value : undefined;
}

export function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not as it was thought to be: the whole line is looked at.
    return undefined;
  }
}
