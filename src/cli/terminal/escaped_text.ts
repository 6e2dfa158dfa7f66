/** Texts of several lines that a terminal can show: no character in them steers it. Pure. */
import { escapeControls } from "../../protocol/journal_line.ts";

/** Every line with its unseen and steering characters escaped as JSON escapes them, so that JSON means the same. */
export function escapeLines(text: string): string {
  return text.split("\n").map(escapeControls).join("\n");
}

/** `value` as `--json` prints it. */
export function jsonText(value: unknown): string {
  return `${escapeLines(JSON.stringify(value, null, 2))}\n`;
}
