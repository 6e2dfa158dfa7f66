/** What a row holds, before anything about its shape is known. Pure. */
import { type Row, textOf } from "../narrow.ts";

export { isRow, listOf, type Row, rowOf, tagged, textOf, timeOf, typeName } from "../narrow.ts";

/** The id of a session, which is also its log's name. */
export const SESSION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Every client's own are shorter; longer ones would be no event's id. */
const UUID_CHARS = 128;

/** The uuid of a transcript row; null for the rows of state between them. */
export function uuidOf(row: Row): string | null {
  const uuid = textOf(row["uuid"]);
  return uuid === "" || uuid.length > UUID_CHARS ? null : uuid;
}
