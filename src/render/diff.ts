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
  if (before.length + after.length > CALL_CHARS) return null;
  const options = { context: CONTEXT, maxEditLength: DIFF_EDITS };
  // Both sides get a final newline: they are pieces of a file, so "no newline at end of file" would mislead.
  const patch = structuredPatch("", "", closed(before), closed(after), "", "", options);
  if (patch === undefined) return null;
  // Line numbers would count from the piece, not from the file, so a bare `@@` separates the hunks.
  return patch.hunks.map((hunk) => hunk.lines.join("\n")).join("\n@@\n");
}

function closed(text: string): string {
  return text.endsWith("\n") ? text : text + "\n";
}

function mark(sign: string, text: string): string {
  const lines = text.endsWith("\n") ? text.slice(0, -1) : text;
  return sign + lines.replaceAll("\n", "\n" + sign);
}
