/** A person's words when they reject a tool or a plan: the client puts them into the result. Pure. */
import { isRow, listOf, type Row, textOf } from "./records.ts";

/** The client's words in the result of a rejected tool, up to the person's words. */
const REJECTED =
  /^The user doesn't want to proceed with this tool use\.[^\n]{0,400}(?: the user said:\n| reason for the rejection: {1,2})/;

/** The client's words for a person who wants to talk about a question before they answer it. */
export const CLARIFICATION = "The user wants to clarify these questions.\n";

/** The person's words at the end of the result; "" for none. */
export function wordsOfRejection(row: Row, content: unknown): string {
  const said = textOf(row["userFeedback"]) || wordsInResult(content);
  return said.startsWith(CLARIFICATION) ? "" : said;
}

/** Older clients keep the words in the result alone. */
function wordsInResult(content: unknown): string {
  for (const block of listOf(content)) {
    if (!isRow(block) || block["is_error"] !== true) continue;
    const text = textOf(block["content"]);
    const head = REJECTED.exec(text)?.[0];
    if (head !== undefined) return text.slice(head.length);
  }
  return "";
}
