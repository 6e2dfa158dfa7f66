/**
 * A tool's result stands in its row twice: in the message, and behind it as the client itself keeps it. The second
 * copy is half of a log's bytes; where it says nothing of its own, its long text is not parsed. Pure.
 */
import { isRow } from "./records.ts";

const COPY = ',"toolUseResult":';

/** How copies begin that say nothing else, and what stands before their long text: what a program printed, a file. */
const LONG_TEXTS = [
  ['{"stdout":"', '{"stdout":"'],
  ['{"type":"', ',"content":"'],
  ['{"filePath":"', ',"originalFile":"'],
] as const;

/** The row without the long text of its second copy; undefined where it has none, or where the row is not whole. */
export function parseWithoutCopy(text: string): unknown {
  const at = text.indexOf(COPY);
  if (at < 0) return undefined;
  const copy = at + COPY.length;
  const [, before] = LONG_TEXTS.find(([beginning]) => text.startsWith(beginning, copy)) ?? [];
  const opens = before === undefined ? -1 : text.indexOf(before, copy);
  const rest = before === undefined || opens < 0 ? null : withoutString(text, opens + before.length);
  if (rest === null) return undefined;
  try {
    const value: unknown = JSON.parse(rest);
    // The same characters may stand in another place, in a tool's input say.
    return isRow(value) && "type" in value && "uuid" in value && "timestamp" in value &&
        isRow(value["toolUseResult"])
      ? value
      : undefined;
  } catch {
    // Torn, or another row than it seemed to be: the whole of it is looked at.
    return undefined;
  }
}

/** The end of a string, and the beginning of the next one. */
const BETWEEN = '","';
/** An object in a string has its quotes escaped: one that has not began when the string had no end. */
const OBJECT = '{"';

/**
 * The text without what stands in the string that opens just before `from`; null where no other string follows it. What is
 * left is JSON only if the whole is: of a row that was cut off in the string, what is glued to it closes no bracket.
 */
function withoutString(text: string, from: number): string | null {
  const to = text.indexOf(BETWEEN, from);
  if (to === -1 || text.slice(from, to).includes(OBJECT)) return null;
  return text.slice(0, from) + text.slice(to);
}
