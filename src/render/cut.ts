/** Cuts what is too long to be read, and says how much is missing. Room: render; no authority, pure. */

export interface Cut {
  readonly text: string;
  /** What is missing, as a sentence without its end; null when nothing is. */
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

/** Where the `lines`-th line ends, without its newline. */
function endOfLines(text: string, lines: number): number {
  let at = -1;
  for (let line = 0; line < lines; line++) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return text.length;
  }
  return at;
}

/** Lines after a cut at `from`, the rest of a line that was cut in two among them. */
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
