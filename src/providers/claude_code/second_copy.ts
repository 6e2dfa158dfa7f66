/**
 * A row holds a tool's result twice: in the message, and behind it in the client's own form. The second copy is half of
 * the bytes of a log. Where it adds nothing, its long text is not parsed. Pure.
 */
import { isRow } from "./records.ts";

const COPY = ',"toolUseResult":';

/** Beginnings of copies that add nothing, up to their long text: the output of a program, or a file. */
const LONG_TEXTS = [
  ['{"stdout":"', '{"stdout":"'],
  ['{"type":"', ',"content":"'],
  ['{"filePath":"', ',"originalFile":"'],
] as const;

/** The row without the long text of its second copy; undefined where there is none, or where the row is not whole. */
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
    // The same characters may stand elsewhere, as in the input of a tool.
    return isRow(value) && "type" in value && "uuid" in value && "timestamp" in value &&
        isRow(value["toolUseResult"])
      ? value
      : undefined;
  } catch {
    // The row is torn, or of another kind: all of it must be parsed.
    return undefined;
  }
}

/** The end of a string, and the beginning of the next one. */
const BETWEEN = '","';
/** A string escapes its quotes. So this form shows that the string has no end, and that another object began. */
const OBJECT = '{"';

/**
 * The text without the string that opens just before `from`; null where no other string follows it. The rest is JSON only
 * if the whole is: where a row was cut off in the string, the row that follows closes none of its brackets.
 */
function withoutString(text: string, from: number): string | null {
  const to = text.indexOf(BETWEEN, from);
  if (to === -1 || text.slice(from, to).includes(OBJECT)) return null;
  return text.slice(0, from) + text.slice(to);
}
