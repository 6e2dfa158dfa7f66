/** Turns a line of a log into records, and looks at no more of it than necessary. */
import { LONG_LINE } from "../protocol/limits.ts";
import type { LineTest, LogRecord } from "../providers/provider.ts";
import { findBytes } from "./bytes.ts";
import { isJson, type ParsedJson, parseJson, weighJson } from "./json_text.ts";
import { recoverRecords } from "./recover_records.ts";
import type { Line, Unread } from "./split_lines.ts";

export interface Trouble {
  readonly kind:
    | "unknown-record"
    | "malformed-line"
    | "oversized-line"
    | "elided-value"
    | "rewritten"
    | "repeated"
    | "unreadable"
    | "gone";
  /** A record type, or a reason; never content. */
  readonly what: string;
}

export interface WalkedRecord extends LogRecord {
  readonly text: string;
  /** A record at this place was read before: a document's client completes its latest records in place. */
  readonly isAgain: boolean;
  /** Byte offset after the line. */
  readonly end: number;
  /** A torn record stands before it in its line. */
  readonly isBehindTear: boolean;
}

const decoder = new TextDecoder();

/** What the provider knows about a line before it is parsed. */
export interface Glance {
  readonly isState: LineTest | null;
  passesState(): boolean;
  parsePart(text: string): unknown;
  readonly unread: Unread;
  isRecord(value: unknown): boolean;
}

export interface LinePlace {
  readonly line: number;
  readonly isAgain: boolean;
}

const NONE: readonly WalkedRecord[] = [];

/** The records of a line: one, unless a crash glued several together. A whole record is never skipped without notice. */
export function parseLine(
  line: Line,
  place: LinePlace,
  glance: Glance,
  report: (trouble: Trouble) => void,
): readonly WalkedRecord[] {
  if (line.bytes === null) {
    report({ kind: "oversized-line", what: `a line of ${line.end - line.start} bytes` });
    return NONE;
  }
  if (line.elided !== null && line.elided.values > 0) {
    report({ kind: "elided-value", what: "a value too long to keep" });
  }
  const { isState, passesState, parsePart } = glance;
  if (line.bytes.length === 0 || (line.isState === true && passesState())) return NONE;
  const { end } = line;
  const { line: number, isAgain } = place;
  const part = readPart(line, glance);
  if (part !== null) return [{ ...part, line: number, isAgain, end, isBehindTear: false }];
  const text = withoutNuls(decoder.decode(line.bytes));
  if (line.isState === null && isState?.(text, 0, text.length) === true && passesState() && isJson(text)) {
    return NONE;
  }
  const parsed: ParsedJson = isCut(text) ? { why: "not JSON" } : parseJson(text, parsePart);
  if ("value" in parsed) {
    return [{ value: parsed.value, text, line: number, isAgain, end, isBehindTear: false }];
  }
  if (parsed.why === "not JSON") return recover(text, end, place, glance, report);
  report({ kind: "malformed-line", what: parsed.why });
  return NONE;
}

function recover(
  line: string,
  end: number,
  place: LinePlace,
  { isRecord }: Glance,
  report: (trouble: Trouble) => void,
): readonly WalkedRecord[] {
  const { records, torn } = recoverRecords(line);
  for (let count = 0; count < torn; count += 1) report(TORN);
  return records.flatMap(({ text, isProven, mayBePart }) => {
    const parsed = parseJson(text);
    if (!("value" in parsed)) {
      report({ kind: "malformed-line", what: parsed.why });
      return [];
    }
    if (mayBePart && !isRecord(parsed.value)) return [];
    return [{ value: parsed.value, text, ...place, end, isBehindTear: !isProven }];
  });
}

const TORN: Trouble = { kind: "malformed-line", what: "not JSON" };

/** A file system that crashed can leave NUL bytes around a line. */
function withoutNuls(text: string): string {
  return text.startsWith("\0") || text.endsWith("\0") ? text.replace(/^\0+|\0+$/g, "") : text;
}

/** Whether the record ends before its last brace: finds most of a poisoned log without the cost of exceptions. */
function isCut(text: string): boolean {
  return text.startsWith("{") && !text.endsWith("}") && !/\}\s*$/.test(text.slice(-16));
}

/** Characters at the beginning of a line that show its kind. */
const HEAD_CHARS = 1000;

export function headOf(line: Uint8Array): string {
  return decoder.decode(line.subarray(0, HEAD_CHARS));
}

/** A long line without the large part that nobody reads; null for any other line. */
function readPart({ bytes, isPart }: Line, { unread, parsePart }: Glance) {
  if (bytes === null || (!isPart && bytes.length <= LONG_LINE)) return null;
  const end = isPart ? bytes.length : partEnd(bytes, unread);
  if (end === -1) return null;
  const text = decoder.decode(bytes.subarray(0, end));
  if (weighJson(text) !== null || (!isPart && !endsWhole(bytes, end))) return null;
  const value = parsePart(text);
  return value === undefined ? null : { value, text };
}

function partEnd(bytes: Uint8Array, unread: Unread): number {
  const mark = unread(bytes);
  return mark === null ? -1 : findBytes(bytes, mark);
}

const CLOSE_OBJECT = 0x7d;

/** Whether the unread part ends the line and no other record begins inside it. A client begins all its records alike. */
function endsWhole(bytes: Uint8Array, from: number): boolean {
  const [, start] = /^(\{"[^"]*":)/.exec(headOf(bytes)) ?? [];
  return bytes.at(-1) === CLOSE_OBJECT && start !== undefined &&
    findBytes(bytes.subarray(from), start) === -1;
}
