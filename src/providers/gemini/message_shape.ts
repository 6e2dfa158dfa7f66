/** What a record is by what it holds, where it does not say: other programs write such logs, too. Pure. */
import type { Row } from "../unknown_value.ts";

/** Fields that messages of the model alone have. */
const MODEL_FIELDS = ["toolCalls", "thoughts", "tokens", "model"];

/** Its type; else whose role it has, as the model's interface calls them; else whose fields. */
export function speakerOf(record: Row): unknown {
  const { type, role } = record;
  if (type !== undefined) return type;
  if (role === "user") return "user";
  if (role === "model" || role === "assistant") return "gemini";
  return MODEL_FIELDS.some((field) => field in record) ? "gemini" : undefined;
}

/** With its parts where the client has them. */
export function messageOf(record: Row): Row {
  const { content, parts } = record;
  return content === undefined && parts !== undefined ? { ...record, content: parts } : record;
}
