/** Ids of what is told: the client's own, or the place where it stands. Pure. */
import { ID_CHARS } from "../../protocol/limits.ts";
import { textOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";

/** Names that clients give: of themselves, of models, of turns. */
const NAME_CHARS = 128;
/** Less than an event's id may have: some are made of another's. */
const MOST_ID_CHARS = ID_CHARS / 2;

/** The id of something that a line without an id of its own says. */
export function placeId(fold: Fold, line: number): string {
  return `${fold.part || fold.thread || "log"}:${line}`;
}

/** Ids that a migration made up: it counted, so the place says as much, and said it before. */
const COUNTED = /^item-\d+$/;

export function ownId(id: unknown, fold: Fold, line: number): string {
  const isOwn = typeof id === "string" && isId(id) && !COUNTED.test(id);
  return isOwn ? id.toWellFormed() : placeId(fold, line);
}

/** A client's name for something; what is longer is none, and is not kept whole. */
export function nameOf(value: unknown): string {
  return textOf(value).slice(0, NAME_CHARS).toWellFormed();
}

/** What is no id of any client's is not remembered either: it could be megabytes. */
export function isId(id: string): boolean {
  return id !== "" && id.length <= MOST_ID_CHARS;
}

/** At most `most` are kept. */
export function remember<T>(list: T[], item: T, most: number): void {
  if (list.length >= most) list.shift();
  list.push(item);
}
