/** Shows what an edit changed, line by line. */
import { structuredPatch } from "diff";
import { CALL_CHARS, DIFF_EDITS } from "../protocol/render_limits.ts";

const CONTEXT = 3;

/**
 * Lines with ` `, `-` or `+` in front. If comparing would take too long, it shows all old lines, then all new ones. No
 * clock decides this, so the same edit always looks the same.
 */
export function diffLines(before: string, after: string): string {
  if (before === "") return mark("+", after);
  if (after === "") return mark("-", before);
  return compare(before, after) ?? mark("-", before) + "\n" + mark("+", after);
}

function compare(before: string, after: string): string | null {
  if (before.length + after.length > CALL_CHARS || !isWorthComparing(before, after)) return null;
  const options = { context: CONTEXT, maxEditLength: DIFF_EDITS };
  // Both sides get a final newline: they are pieces of a file, so "no newline at end of file" would mislead.
  const patch = structuredPatch("", "", closed(before), closed(after), "", "", options);
  if (patch === undefined) return null;
  // Line numbers would count from the piece, not from the file, so a bare `@@` separates the hunks.
  return patch.hunks.map((hunk) => hunk.lines.join("\n")).join("\n@@\n");
}

/**
 * Whether the sides may share a line, and may be within the bound: a line of one side that the other side lacks is an
 * edit, however the two are compared. Lines are counted by a mark that equal lines share: no line is copied for it.
 */
function isWorthComparing(before: string, after: string): boolean {
  const counts = new Map<number, number>();
  let lines = 0;
  let shared = 0;
  for (const mark of marksOf(before)) {
    counts.set(mark, (counts.get(mark) ?? 0) + 1);
    lines += 1;
  }
  for (const mark of marksOf(after)) {
    const left = counts.get(mark) ?? 0;
    if (left > 0) shared += 1;
    counts.set(mark, left - 1);
    lines += 1;
  }
  return shared > 0 && lines - 2 * shared <= DIFF_EDITS;
}

/** Characters of a line that its mark takes in, evenly spread. */
const MARKED = 6;

/** A number for each line, from its length and some of its characters. */
function marksOf(text: string): number[] {
  const marks: number[] = [];
  for (let from = 0; from < text.length;) {
    const found = text.indexOf("\n", from);
    const end = found === -1 ? text.length : found;
    const step = Math.max(1, Math.floor((end - from) / MARKED));
    let mark = end - from;
    for (let at = end - 1; at >= from; at -= step) mark = (Math.imul(mark, 31) + text.charCodeAt(at)) | 0;
    marks.push(mark);
    from = end + 1;
  }
  return marks;
}

function closed(text: string): string {
  return text.endsWith("\n") ? text : text + "\n";
}

function mark(sign: string, text: string): string {
  const lines = text.endsWith("\n") ? text.slice(0, -1) : text;
  return sign + lines.replaceAll("\n", "\n" + sign);
}
