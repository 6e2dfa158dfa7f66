/** The kinds of text in a row: a person's words, a summary, an interruption, and unmarked texts of older clients. Pure. */
import { isRow, listOf, type Row, textOf } from "./records.ts";

/** Whether an older client wrote the row, which did not note the origin of a prompt. */
function isUnmarked(row: Row): boolean {
  return row["promptSource"] === undefined && row["origin"] === undefined && row["turnOrigin"] === undefined;
}

/** The text of a message: a string, or its text blocks in their order. */
export function messageText(content: unknown): string {
  if (typeof content === "string") return content.toWellFormed();
  const texts = textBlocks(content);
  return texts.length === 1 ? texts[0] ?? "" : texts.join("\n");
}

function textBlocks(content: unknown): string[] {
  const texts: string[] = [];
  for (const block of listOf(content)) {
    if (typeof block === "string") texts.push(block.toWellFormed());
    else if (isRow(block) && block["type"] === "text") texts.push(textOf(block["text"]));
  }
  return texts;
}

/** A person's words without the client's additions, and whether it is certain which words are theirs. */
export function personsText(
  row: Row,
  content: unknown,
): { readonly text: string; readonly isCertain: boolean } {
  if (typeof content === "string") return withoutReminders(row, textOf(content));
  const texts = textBlocks(content);
  // Editors add open and selected text as blocks of their own.
  const own = texts.length < 2 ? texts : texts.filter((text) => !isContextBlock(text));
  const { text, isCertain } = withoutReminders(row, own.join("\n"));
  return { text, isCertain: isCertain && own.length < 2 };
}

const CONTEXT_BLOCK = /^<(ide_[a-z_]+|system-reminder)>/;

function isContextBlock(text: string): boolean {
  const tag = CONTEXT_BLOCK.exec(text)?.[1];
  return tag !== undefined && text.trimEnd().endsWith(`</${tag}>`);
}

const REMINDER = "<system-reminder>";
const REMINDER_END = "</system-reminder>";

/** Until 2.1, reminders for the model stood in front of and behind a prompt, in the same text. */
function withoutReminders(row: Row, text: string): { readonly text: string; readonly isCertain: boolean } {
  if (!isUnmarked(row)) return { text, isCertain: true };
  const rest = text.includes(REMINDER) ? cutReminders(text) : text;
  // A reminder may quote the tags of another. Then its end is not certain.
  return { text: rest, isCertain: !rest.includes(REMINDER) && !rest.includes(REMINDER_END) };
}

function cutReminders(text: string): string {
  let start = 0;
  for (;;) {
    const at = start + leadingSpace(text, start);
    const end = text.startsWith(REMINDER, at) ? text.indexOf(REMINDER_END, at) : -1;
    if (end === -1) break;
    start = end + REMINDER_END.length;
  }
  let rest = text.slice(start);
  if (start > 0) rest = rest.replace(/^\n+/, "");
  for (;;) {
    const trimmed = rest.trimEnd();
    const at = trimmed.endsWith(REMINDER_END) ? trimmed.lastIndexOf(REMINDER) : -1;
    if (at === -1) return rest;
    rest = rest.slice(0, at).trimEnd();
  }
}

function leadingSpace(text: string, from: number): number {
  const space = /\s*/y;
  space.lastIndex = from;
  return space.exec(text)?.[0].length ?? 0;
}

/** The first words of the summary after a compaction, in every version so far. */
const SUMMARY_HEAD = "This session is being continued from a previous conversation";
const SUMMARY_LABEL = "\nSummary:\n";
const SUMMARY_TAIL = "\n\nIf you need specific details from before compaction";

/** Whether the row is the summary of a compaction. Older clients did not mark it. */
export function isSummary(row: Row, text: string): boolean {
  return row["isCompactSummary"] === true || (isUnmarked(row) && text.startsWith(SUMMARY_HEAD));
}

/** The summary, without the client's words to the model around it where kato knows these. */
export function summaryText(text: string): string {
  const head = text.startsWith(SUMMARY_HEAD) ? text.indexOf(SUMMARY_LABEL) : -1;
  if (head === -1) return text;
  const start = head + SUMMARY_LABEL.length;
  const end = text.indexOf(SUMMARY_TAIL, start);
  return text.slice(start, end === -1 ? undefined : end).trim();
}

const INTERRUPTION = /^\[Request interrupted by user[^\]\n]{0,32}\]$/;

/** Whether a person interrupted the model. The row shows it where a person only typed the client's words for it. */
export function isInterruption(row: Row, text: string): boolean {
  return row["promptSource"] === undefined && INTERRUPTION.test(text);
}
