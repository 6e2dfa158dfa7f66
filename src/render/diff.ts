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
 * Whether the sides share a line, and can be within the bound: a line of one side that the other side lacks is an edit,
 * however the two are compared. Counting the lines costs little; the comparison costs the square of the edits.
 */
function isWorthComparing(before: string, after: string): boolean {
  const old = closed(before).split("\n");
  const now = closed(after).split("\n");
  const counts = new Map<string, number>();
  for (const line of old) counts.set(line, (counts.get(line) ?? 0) + 1);
  let shared = 0;
  for (const line of now) {
    const left = counts.get(line) ?? 0;
    if (left === 0) continue;
    counts.set(line, left - 1);
    shared += 1;
  }
  // Each side has one more piece, which is empty: behind its last newline.
  return shared > 1 && old.length + now.length - 2 * shared <= DIFF_EDITS;
}

function closed(text: string): string {
  return text.endsWith("\n") ? text : text + "\n";
}

function mark(sign: string, text: string): string {
  const lines = text.endsWith("\n") ? text.slice(0, -1) : text;
  return sign + lines.replaceAll("\n", "\n" + sign);
}
