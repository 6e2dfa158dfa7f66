/**
 * How surely a person typed a message. The client marks neither templates nor extensions that speak as the user, nor
 * text that was piped in. So a message counts as typed only if it holds commands and nothing else. Pure.
 */
import { basename } from "@std/path";
import { type Authorship, TYPED } from "../../protocol/evidence.ts";
import { isRow, listOf, type Row, rowOf, textOf, timeOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";

/** A message so soon after the client's start was on the command line: nobody types so fast. */
const BEFORE_KEYS_MS = 2000;
/** A further prompt of the command line follows an answer at once. */
const NEXT_PROMPT_MS = 1000;

const ENTRY_FIELDS: ReadonlySet<string> = new Set(["type", "id", "parentId", "timestamp", "message"]);
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(["role", "content", "timestamp"]);
const PART_FIELDS: ReadonlySet<string> = new Set(["type", "text"]);

const ID = /^[^_]*_(.+)\.jsonl$/;

/** The client starts a session, or a fork of one. */
export function noteHeader(header: Row, fold: Fold): void {
  fold.begun = timeOf(header["timestamp"]);
  const parent = basename(textOf(header["parentSession"]));
  fold.parent = parent === "" ? null : ID.exec(parent)?.[1]?.slice(0, 128) ?? "(unknown)";
}

/** Whether a fork's entry is a copy of its parent's: it is older than the fork. */
export function isCopy(entry: Row, { begun, parent }: Fold): boolean {
  const time = timeOf(entry["timestamp"]);
  return parent !== null && begun !== null && time !== null && time < begun;
}

export function authorOf(entry: Row, text: string, fold: Fold): Authorship {
  if (isCopy(entry, fold)) return { evidence: "unproven", why: "replayed" };
  const time = timeOf(entry["timestamp"]);
  const prompted = time !== null && isPrompt(Date.parse(time), fold);
  if (textOf(entry["id"]) === "" || time === null) return { evidence: "unproven", why: "unmarked" };
  if (!isKnown(entry)) return { evidence: "unproven", why: "unknown-mark" };
  if (prompted) return { evidence: "prompt", why: "command-line" };
  return holdsOnlyCommands(text) ? TYPED : { evidence: "unproven", why: "unmarked" };
}

function isPrompt(time: number, fold: Fold): boolean {
  const { isFirst, begun, lastTime } = fold;
  fold.isFirst = false;
  if (isFirst) {
    fold.isPrompted = begun !== null && time - Date.parse(begun) < BEFORE_KEYS_MS;
    return fold.isPrompted;
  }
  return fold.isPrompted && lastTime !== null && time - Date.parse(lastTime) < NEXT_PROMPT_MS;
}

function isKnown(entry: Row): boolean {
  const message = rowOf(entry["message"]);
  const has = (row: Row, fields: ReadonlySet<string>) => Object.keys(row).every((field) => fields.has(field));
  return has(entry, ENTRY_FIELDS) && has(message, MESSAGE_FIELDS) && isText(message["content"], has);
}

function isText(content: unknown, has: (row: Row, fields: ReadonlySet<string>) => boolean): boolean {
  return typeof content === "string" ||
    (Array.isArray(content) &&
      listOf(content).every((part) => isRow(part) && has(part, PART_FIELDS) && part["type"] === "text"));
}

function holdsOnlyCommands(text: string): boolean {
  return text.split("\n").every((line) => line.trim() === "" || line.startsWith("::"));
}
