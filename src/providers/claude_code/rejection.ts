/** What a person says when rejecting a tool or a plan: their words, which the client puts into the result. Pure. */
import { isRow, listOf, type Row, textOf } from "./records.ts";

/** How the result begins that the client writes for a tool that the person rejected, up to their words. */
const REJECTED =
  /^The user doesn't want to proceed with this tool use\.[^\n]{0,400}(?: the user said:\n| reason for the rejection: {1,2})/;

/** What the client says in the person's place, who wants to talk about a question before they answer it. */
const CLARIFICATION = "The user wants to clarify these questions.\n";

/** The person's words at the end of the row's result; "" for none. */
export function wordsOfRejection(row: Row, content: unknown): string {
  const said = textOf(row["userFeedback"]) || wordsInResult(content);
  return said.startsWith(CLARIFICATION) ? "" : said;
}

/** Until the client kept them by themselves. */
function wordsInResult(content: unknown): string {
  for (const block of listOf(content)) {
    if (!isRow(block) || block["is_error"] !== true) continue;
    const text = textOf(block["content"]);
    const head = REJECTED.exec(text)?.[0];
    if (head !== undefined) return text.slice(head.length);
  }
  return "";
}
