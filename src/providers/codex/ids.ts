/** Ids of what is told: the client's own, and others where it has none or uses one again. Pure. */
import { ID_CHARS } from "../../protocol/limits.ts";
import { textOf } from "../narrow.ts";
import type { Fold } from "./fold.ts";

const TURN_IDS = 64;
/** Names that clients give: of themselves, of models, of turns. */
const NAME_CHARS = 128;
/** Ids so short that a service may count with them: `call_0` in every turn. */
const COUNTED_CHARS = 24;
const COUNTED_IDS = 128;
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

/** `id`, or another where this turn has it already, or this log has it of a service that counts. */
export function uniqueId(fold: Fold, id: string, line: number): string {
  const counted = fold.countedIds.indexOf(id);
  const unique = counted !== -1 || fold.turnIds.includes(id) ? `${id}@${line}` : id;
  if (id.length <= COUNTED_CHARS && id !== "") {
    if (counted !== -1) fold.countedIds.splice(counted, 1);
    remember(fold.countedIds, id, COUNTED_IDS);
  } else if (isId(id)) {
    remember(fold.turnIds, unique, TURN_IDS);
  }
  return unique;
}

/** At most `most` are kept. */
export function remember<T>(list: T[], item: T, most: number): void {
  if (list.length >= most) list.shift();
  list.push(item);
}
