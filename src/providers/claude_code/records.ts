/** What a row holds, before anything about its shape is known. Pure. */
import { type Row, textOf } from "../narrow.ts";

export { isRow, listOf, type Row, rowOf, tagged, textOf, timeOf, typeName } from "../narrow.ts";

/** The uuid of a transcript row; null for the rows of state between them. */
export function uuidOf(row: Row): string | null {
  const uuid = textOf(row["uuid"]);
  return uuid === "" ? null : uuid;
}
