/** The type of a record by its fields, where it has no type: other programs write such logs, too. Pure. */
import type { Row } from "../unknown_value.ts";

/** Only messages of the model have these fields. */
const MODEL_FIELDS = ["toolCalls", "thoughts", "tokens", "model"];

/** The speaker by the type of the record; else by its role; else by its fields. */
export function speakerOf(record: Row): unknown {
  const { type, role } = record;
  if (type !== undefined) return type;
  if (role === "user") return "user";
  if (role === "model" || role === "assistant") return "gemini";
  return MODEL_FIELDS.some((field) => field in record) ? "gemini" : undefined;
}

/** The message with its parts in the client's own place. */
export function messageOf(record: Row): Row {
  const { content, parts } = record;
  return content === undefined && parts !== undefined ? { ...record, content: parts } : record;
}
