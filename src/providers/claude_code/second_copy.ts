/**
 * A tool's result stands in its row twice: in the message, and behind it as the client itself keeps it. The second
 * copy is half of a log's bytes; where it says nothing of its own it is not parsed. Pure.
 */
import { isRow } from "./records.ts";

const COPY = ',"toolUseResult":';

/** How copies begin that say nothing else: what a program printed, a file that was read or written. */
const BEGINNINGS = ['{"stdout":', '{"type":', '{"filePath":'];

/** The row without its second copy; undefined where it has none, or where something that counts may come behind it. */
export function parseWithoutCopy(text: string): unknown {
  const at = text.indexOf(COPY);
  if (at < 0 || !BEGINNINGS.some((beginning) => text.startsWith(beginning, at + COPY.length))) {
    return undefined;
  }
  try {
    // The same characters in another place, in a tool's input say, leave no JSON when they are cut off here.
    const value: unknown = JSON.parse(text.slice(0, at) + "}");
    return isRow(value) && "type" in value && "uuid" in value && "timestamp" in value ? value : undefined;
  } catch {
    return undefined;
  }
}
