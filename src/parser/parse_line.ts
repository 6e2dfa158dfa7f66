/** A line of a log to its record, without looking at more of it than must be. Room: parser; this file is pure. */
import { LONG_LINE } from "../protocol/limits.ts";
import type { LineTest, LogRecord } from "../providers/provider.ts";
import { findBytes } from "./find_bytes.ts";
import { parseJson, weighJson } from "./json_text.ts";
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
  /** The line as text. */
  readonly text: string;
  /** Its place in the log was read before: a document's client completes its latest records in place. */
  readonly isAgain: boolean;
  /** Byte offset after the line. */
  readonly end: number;
}

const decoder = new TextDecoder();

/** What the provider tells from a line before it is parsed. */
export interface Glance {
  readonly isState: LineTest | null;
  passesState(): boolean;
  parsePart(text: string): unknown;
  readonly unread: Unread;
}

/** Characters by which a line is told apart. */
const HEAD_CHARS = 400;

export function headOf(line: Uint8Array): string {
  return decoder.decode(line.subarray(0, HEAD_CHARS));
}

/** A long line that holds a large part that nobody looks at, without it; null for any other. */
function readPart({ bytes, isPart }: Line, { unread, parsePart }: Glance) {
  if (bytes === null || (!isPart && bytes.length <= LONG_LINE)) return null;
  const end = isPart ? bytes.length : partEnd(bytes, unread);
  if (end === -1) return null;
  const text = decoder.decode(bytes.subarray(0, end));
  if (weighJson(text) !== null) return null;
  const value = parsePart(text);
  return value === undefined ? null : { value, text };
}

function partEnd(bytes: Uint8Array, unread: Unread): number {
  const mark = unread(bytes);
  return mark === null ? -1 : findBytes(bytes, mark);
}

export function parseLine(
  line: Line,
  number: number,
  isAgain: boolean,
  glance: Glance,
  report: (trouble: Trouble) => void,
): WalkedRecord | null {
  if (line.bytes === null) {
    report({ kind: "oversized-line", what: `a line of ${line.end - line.start} bytes` });
    return null;
  }
  if (line.elided !== null && line.elided.values > 0) {
    report({ kind: "elided-value", what: "a value too long to keep" });
  }
  const { isState, passesState, parsePart } = glance;
  if (line.bytes.length === 0 || (line.isState === true && passesState())) return null;
  const part = readPart(line, glance);
  if (part !== null) return { ...part, line: number, isAgain, end: line.end };
  let text = decoder.decode(line.bytes);
  // A client that crashed between two writes can leave NUL bytes in front of a line.
  if (text.startsWith("\0")) text = text.replace(/^\0+/, "");
  if (line.isState === null && isState?.(text, 0, text.length) === true && passesState()) return null;
  if (isCut(text)) {
    report({ kind: "malformed-line", what: "not JSON" });
    return null;
  }
  const parsed = parseJson(text, parsePart);
  if ("value" in parsed) return { value: parsed.value, text, line: number, isAgain, end: line.end };
  if (text.trim() !== "") report({ kind: "malformed-line", what: parsed.why });
  return null;
}

/** A record that ends before its last brace. Most of a poisoned log is seen here, without the cost of an exception. */
function isCut(text: string): boolean {
  return text.startsWith("{") && !text.endsWith("}") && !/\}\s*$/.test(text.slice(-16));
}
