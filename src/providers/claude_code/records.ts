/** What a row holds, before anything about its shape is known. Pure. */
import { isRow, type Row, textOf } from "../unknown_value.ts";

export { isRow, listOf, type Row, rowOf, tagged, textOf, timeOf, typeName } from "../unknown_value.ts";

/** The message of a row; other programs write what it holds into the row itself. */
export function messageOf(row: Row): Row {
  const message = row["message"];
  if (isRow(message)) return message;
  return { role: row["role"], content: typeof message === "string" ? message : row["content"] };
}

/** What a row is: its type, or whose message it holds where it has none that says so. */
export function typeOf(row: Row): unknown {
  const type = row["type"];
  if (type !== undefined && type !== "message") return type;
  const role = messageOf(row)["role"];
  return role === "user" || role === "assistant" ? role : type;
}

/** The id of a session, which is also its log's name. */
export const SESSION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Every client's own are shorter; longer ones would be no event's id. */
const UUID_CHARS = 128;

/** The uuid of a transcript row; null for the rows of state between them. */
export function uuidOf(row: Row): string | null {
  const uuid = textOf(row["uuid"]);
  return uuid === "" || uuid.length > UUID_CHARS ? null : uuid;
}
