/** Cuts text that is too long to read, and says how much is missing. */

export interface Cut {
  readonly text: string;
  /** The missing part, as a sentence without its end; null when nothing is missing. */
  readonly missing: string | null;
}

/** Keeps the first `lines` lines and at most `chars` UTF-16 units, never half a code point. */
export function cutText(text: string, lines: number, chars: number): Cut {
  let end = endOfLines(text, lines);
  if (end > chars) end = isHighSurrogate(text, chars - 1) ? chars - 1 : chars;
  if (end >= text.length || (end === text.length - 1 && text.endsWith("\n"))) return { text, missing: null };
  const kept = text.slice(0, end);
  const more = countLines(text, end);
  const left = text.length - end;
  const what = more > 1 ? `${more} more lines (${left} characters)` : `${left} more characters`;
  return { text: kept, missing: `${what} not shown` };
}

/** End of line number `lines`, without its newline. */
function endOfLines(text: string, lines: number): number {
  let at = -1;
  for (let line = 0; line < lines; line++) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return text.length;
  }
  return at;
}

/** Number of lines after a cut at `from`, including the rest of a cut line. */
function countLines(text: string, from: number): number {
  const start = text[from] === "\n" ? from + 1 : from;
  const end = text.endsWith("\n") ? text.length - 1 : text.length;
  let lines = 1;
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

function isHighSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}
