/** Writes Markdown code that its content cannot end. */
import { escapeAll } from "./escape_text.ts";
import { knownLanguage } from "./languages.ts";

/** A fenced code block. `text` must be neutralised. Its fence is longer than any inside it. */
export function fence(text: string, language: string): string {
  const info = knownLanguage(language);
  const mark = "`".repeat(Math.max(3, longestRun(text, /`{3,}|~{3,}/g) + 1));
  return `${mark}${info}\n${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${mark}`;
}

/** Note programs take a code span that begins like this for a query, and run it. */
export const QUERY = /^\s*\$?=/;

/** Code inside a line. `text` must be neutralised. A line end would let it out of its place: it becomes a space. */
export function codeSpan(text: string): string {
  const line = text.replaceAll("\n", " ");
  if (QUERY.test(line)) return escapeAll(line);
  const mark = "`".repeat(longestRun(line, /`+/g) + 1);
  // Readers remove one space on each side. It is needed next to a backtick, and to keep a space.
  const pad = /^[ `]|[ `]$/.test(line) || line === "" ? " " : "";
  return mark + pad + line + pad + mark;
}

function longestRun(text: string, run: RegExp): number {
  if (!text.includes("`") && !text.includes("~~~")) return 0;
  let longest = 0;
  for (const match of text.matchAll(run)) longest = Math.max(longest, match[0].length);
  return longest;
}
