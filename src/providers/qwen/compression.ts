/** A long record of a compaction: its history repeats the conversation, and kato reads only the summary in front. Pure. */

/** The beginning of the record up to its history. The client writes its fields in this order. */
const COMPRESSION =
  /^\{"uuid":"[^"\\]*","parentUuid":(?:null|"[^"\\]*"),"sessionId":"[^"\\]*","timestamp":"[^"\\]*","type":"system",[^]*?"subtype":"chat_compression","systemPayload":\{/;

/** Where the second message of the history begins. In a string these quotes would be escaped. */
export const REPEATED_HISTORY = ']},{"role":"';
/** What closes the first message, the history and the record. */
const END = "]}]}}";

/** Whether a record that begins with `head` holds such a history. */
export function repeatsHistory(head: string): boolean {
  return COMPRESSION.test(head);
}

/** The record with the first message of its history; undefined where it has another form. */
export function parseCompression(text: string): unknown {
  const end = text.indexOf(REPEATED_HISTORY);
  try {
    return JSON.parse((end === -1 ? text : text.slice(0, end)) + END);
  } catch {
    // The record is torn, or has one message: all of it must be parsed.
    return undefined;
  }
}
