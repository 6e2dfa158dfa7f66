/** Ids of events: the client's own, or their place in the log. Pure. */
import { ID_CHARS } from "../../protocol/limits.ts";
import { textOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";

/** Names from clients: of themselves, of models, of turns. */
const NAME_CHARS = 128;
/** Shorter than the longest id of an event: some ids are made of another one. */
const MOST_ID_CHARS = ID_CHARS / 2;

/** The id of an event from a line without an id. */
export function placeId(fold: Fold, line: number): string {
  return `${logOf(fold) || "log"}:${line}`;
}

/** The name of the log: of its part, or of its thread; "" before its first line. */
export function logOf({ part, thread }: Fold): string {
  return part || thread;
}

/** A migration made such ids by counting. The place in the log was the id before, and serves as well. */
const COUNTED = /^item-\d+$/;

export function ownId(id: unknown, fold: Fold, line: number): string {
  const isOwn = typeof id === "string" && isId(id) && !COUNTED.test(id);
  return isOwn ? id.toWellFormed() : placeId(fold, line);
}

/** A name from a client. A longer text is no name, and is cut. */
export function nameOf(value: unknown): string {
  return textOf(value).slice(0, NAME_CHARS).toWellFormed();
}

/** No client has such an id. It is not remembered: it could be megabytes long. */
export function isId(id: string): boolean {
  return id !== "" && id.length <= MOST_ID_CHARS;
}

/** At most `most` are kept. */
export function remember<T>(list: T[], item: T, most: number): void {
  if (list.length >= most) list.shift();
  list.push(item);
}
