/** How surely a person typed a message. No mark names an author: only the fields and the time of a message do. Pure. */
import { type Authorship, TYPED } from "../../protocol/evidence.ts";
import { isRow, type Row, timeOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";

/** Fields of a message, and of its parts, that say nothing about the author. */
const FIELDS: ReadonlySet<string> = new Set(["id", "timestamp", "type", "content", "displayContent"]);
const PART_FIELDS: ReadonlySet<string> = new Set(["text", "inlineData", "fileData", "functionResponse"]);
const KINDS: ReadonlySet<unknown> = new Set([undefined, "main"]);

const UNKNOWN: Authorship = { evidence: "unproven", why: "unknown-mark" };

/** A message so soon after the client's start was on the command line: nobody types so fast. */
const BEFORE_KEYS_MS = 1000;
/** The client puts this behind piped text, which mostly ends with a newline of its own. */
const BEHIND_PIPED = "\n\n\n";

/** Notes that the client starts, or resumes the session. */
export function noteStart(fold: Fold, metadata: Row): void {
  fold.started = timeOf(metadata["startTime"]);
  fold.isStrange = !KINDS.has(metadata["kind"]);
}

/** The author of a message outside of histories. `text`: the first text of the message. */
export function authorOf(record: Row, parts: readonly Row[], text: string, fold: Fold): Authorship {
  const first = fold.started ?? null;
  fold.started = null;
  if (fold.isStrange === true || !isPlain(record, parts)) return UNKNOWN;
  const time = timeOf(record["timestamp"]);
  if (typeof record["id"] !== "string" || record["id"] === "" || time === null) {
    return { evidence: "unproven", why: "unmarked" };
  }
  // Until 0.25 a message was a string. The expansion of a custom command looked the same.
  if (typeof record["content"] === "string") return { evidence: "unproven", why: "unmarked" };
  if (first === null) return TYPED;
  const since = Date.parse(time) - Date.parse(first);
  if (text.includes(BEHIND_PIPED)) return { evidence: "prompt", why: "piped" };
  return since >= 0 && since < BEFORE_KEYS_MS ? { evidence: "prompt", why: "command-line" } : TYPED;
}

function isPlain(record: Row, parts: readonly Row[]): boolean {
  const shown = record["displayContent"];
  const lists = [parts, Array.isArray(shown) ? shown.filter((part) => typeof part !== "string") : []];
  return Object.keys(record).every((field) => FIELDS.has(field)) &&
    lists.every((list) =>
      list.every((part) => isRow(part) && Object.keys(part).every((field) => PART_FIELDS.has(field)))
    );
}
