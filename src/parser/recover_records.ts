/**
 * Finds whole records in a line that is not one JSON value. A client that crashes while writing leaves the beginning
 * of a record, and its next record is glued to that. A file system that crashes leaves NUL bytes.
 *
 * A text inside a record is never taken for a record: its quotes are escaped, and a record begins with a bare quote. A
 * value inside a record could be, if the record was cut off right behind it. So records behind a tear are shown but
 * cannot command.
 */
import { JSON_DEPTH, RECOVERED_TOKENS } from "../protocol/limits.ts";

export interface RecoveredRecord {
  readonly text: string;
  /** It stands at the beginning of the line, or right behind records that do: it is certainly a record. */
  readonly isProven: boolean;
  /** It stands where the torn record before it may have a value, so it may be that value. */
  readonly mayBePart: boolean;
}

export interface Recovered {
  /** In the order of the line. */
  readonly records: readonly RecoveredRecord[];
  /** Records that are incomplete. */
  readonly torn: number;
}

/**
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { records, torn } = recoverRecords('{"type":"x","a":1{"type":"y"}');
 * assert.deepEqual([records.map(({ text }) => text), torn], [['{"type":"y"}'], 1]);
 * ```
 */
export function recoverRecords(line: string): Recovered {
  const records: RecoveredRecord[] = [];
  const budget = { tokens: RECOVERED_TOKENS };
  let torn = 0;
  let isProven = true;
  for (const text of line.split(/\0+/)) {
    // The pieces between NUL bytes belong to one torn record.
    let isRest = !isProven;
    for (let at = skipBlanks(text, 0); at < text.length;) {
      const piece = scanPiece(text, at, budget);
      const next = piece.isWhole ? skipBlanks(text, piece.end) : piece.next;
      // A value inside a torn record is followed by the rest of that record.
      const isLast = next === text.length || text[next] === "{";
      if (piece.isWhole && (isProven || isLast)) {
        records.push({ text: text.slice(at, piece.end), isProven, mayBePart: false });
      }
      // A whole value behind a tear that is not last belongs to the torn record.
      if (!piece.isWhole || (isProven && !isLast)) {
        if (!isRest) torn += 1;
        isProven = false;
      }
      if (!piece.isWhole && piece.inner !== null) {
        records.push({ text: text.slice(piece.inner.start, piece.inner.end), isProven, mayBePart: true });
      }
      isRest = false;
      at = piece.isWhole && !isLast ? findRecord(text, next) : next;
    }
  }
  return { records, torn };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

type Piece =
  | { readonly isWhole: true; readonly end: number }
  /** `next`: where another record may begin. `inner`: a whole object just before that, or at the end of the text. */
  | { readonly isWhole: false; readonly next: number; readonly inner: Span | null };

type Wanted = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma-or-end";

/** Follows the record that begins at `start` as far as it is valid JSON. */
function scanPiece(text: string, start: number, budget: { tokens: number }): Piece {
  if (text[start] !== "{") return { isWhole: false, next: findRecord(text, start), inner: null };
  /** Positions of the brackets that are open. */
  const open: number[] = [];
  let wanted: Wanted = "value";
  /** The object that was closed last, and the end of the last string. */
  let closed: Span | null = null;
  let stringEnd = -1;

  function tear(at: number, next: number): Piece {
    return {
      isWhole: false,
      next,
      inner: closed !== null && skipBlanks(text, closed.end) === at ? closed : null,
    };
  }

  for (let at = start;;) {
    at = skipBlanks(text, at);
    if (at >= text.length || open.length > JSON_DEPTH) return tear(at, text.length);
    budget.tokens -= 1;
    if (budget.tokens < 0) return { isWhole: false, next: text.length, inner: null };
    const character = text[at] ?? "";
    const isValue: boolean = wanted === "value" || wanted === "value-or-end";
    const isObject = text[open.at(-1) ?? start] === "{";
    if (character === '"' && (isValue || wanted === "key" || wanted === "key-or-end")) {
      stringEnd = endOfString(text, at);
      if (stringEnd === -1) return { isWhole: false, next: text.length, inner: null };
      at = stringEnd;
      wanted = isValue ? "comma-or-end" : "colon";
      continue;
    }
    if ((character === "{" || character === "[") && isValue) {
      open.push(at);
      wanted = character === "{" ? "key-or-end" : "value-or-end";
    } else if (character === ":" && wanted === "colon") {
      wanted = "value";
    } else if (character === "," && wanted === "comma-or-end") {
      wanted = isObject ? "key" : "value";
    } else if (
      (character === "}" && isObject && (wanted === "key-or-end" || wanted === "comma-or-end")) ||
      (character === "]" && !isObject && (wanted === "value-or-end" || wanted === "comma-or-end"))
    ) {
      const from = open.pop() ?? start;
      if (open.length === 0) return { isWhole: true, end: at + 1 };
      if (isObject) closed = { start: from, end: at + 1 };
      wanted = "comma-or-end";
    } else if (isValue && SCALAR.test(character)) {
      at = endOfScalar(text, at);
      wanted = "comma-or-end";
      continue;
    } else if (character === "{") {
      return tear(at, at);
    } else if (stringEnd !== -1 && skipBlanks(text, stringEnd) === at && text[stringEnd - 2] === "{") {
      // The record was torn inside a string: the quote that seemed to end the string begins the next record.
      return { isWhole: false, next: stringEnd - 2, inner: null };
    } else {
      return { isWhole: false, next: findRecord(text, at), inner: null };
    }
    at += 1;
  }
}

/** Every client begins its records like this. */
function findRecord(text: string, from: number): number {
  const at = text.indexOf('{"', from);
  return at === -1 ? text.length : at;
}

/** Position behind the closing quote; -1 when there is none. */
function endOfString(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text[before] === "\\") before -= 1;
    if ((at - before) % 2 === 1) return at + 1;
  }
  return -1;
}

const SCALAR = /[-\w]/;

function endOfScalar(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && /[-+.\w]/.test(text[at] ?? "")) at += 1;
  return at;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t" || text[at] === "\r") at += 1;
  return at;
}
