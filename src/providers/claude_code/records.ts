/** Reads the fields of a row of unknown shape. Pure. */
import { isRow, type Row, textOf } from "../unknown_value.ts";

export {
  firstTagged,
  isRow,
  listOf,
  type Row,
  rowOf,
  tagged,
  textOf,
  timeOf,
  typeName,
} from "../unknown_value.ts";

/** The message of a row. Other programs write its fields into the row itself. */
export function messageOf(row: Row): Row {
  const message = row["message"];
  if (isRow(message)) return message;
  return { role: row["role"], content: typeof message === "string" ? message : row["content"] };
}

/** The type of a row; without one, the role of its message. */
export function typeOf(row: Row): unknown {
  const type = row["type"];
  if (type !== undefined && type !== "message") return type;
  const role = messageOf(row)["role"];
  return role === "user" || role === "assistant" ? role : type;
}

/** The id of a session. Its log has the same name. */
export const SESSION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The client's own ids are shorter. A longer one could not be the id of an event. */
const UUID_CHARS = 128;

/** The uuid of a row of the conversation; null for a row of state. */
export function uuidOf(row: Row): string | null {
  const uuid = textOf(row["uuid"]);
  return uuid === "" || uuid.length > UUID_CHARS ? null : uuid;
}
