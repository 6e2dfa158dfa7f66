/** What an edit changed, line by line. Room: render; no authority, pure. */
import { structuredPatch } from "diff";
import { CALL_CHARS, DIFF_EDITS } from "../protocol/limits.ts";

const CONTEXT = 3;

/**
 * Lines with ` `, `-` and `+` in front. Two texts that are too long or too different to compare quickly are shown as
 * all the old lines, then all the new ones; no clock is involved, so the same edit always looks the same.
 */
export function diffLines(before: string, after: string): string {
  if (before === "") return mark("+", after);
  if (after === "") return mark("-", before);
  return compare(before, after) ?? mark("-", before) + "\n" + mark("+", after);
}

function compare(before: string, after: string): string | null {
  if (before.length + after.length > CALL_CHARS) return null;
  const options = { context: CONTEXT, maxEditLength: DIFF_EDITS };
  // A final newline on both sides: the strings are pieces of a file, "no newline at end of file" would mislead.
  const patch = structuredPatch("", "", closed(before), closed(after), "", "", options);
  if (patch === undefined) return null;
  // Line numbers would be those of the piece, not of the file: a bare `@@` parts the hunks.
  return patch.hunks.map((hunk) => hunk.lines.join("\n")).join("\n@@\n");
}

function closed(text: string): string {
  return text.endsWith("\n") ? text : text + "\n";
}

function mark(sign: string, text: string): string {
  const lines = text.endsWith("\n") ? text.slice(0, -1) : text;
  return sign + lines.replaceAll("\n", "\n" + sign);
}
