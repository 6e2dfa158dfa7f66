/** The records of one log, one after another, with the state of their reading. Room: parser; edge through LogFile. */
import type { LogState } from "../protocol/cursor.ts";
import { LONG_LINE } from "../protocol/limits.ts";
import type { LineTest, LogRecord, Provider } from "../providers/provider.ts";
import { findBytes } from "./find_bytes.ts";
import { parseJson, weighJson } from "./json_text.ts";
import { formOf, openLog } from "./open_log.ts";
import type { RecentIds } from "./recent_ids.ts";
import { type LineSearcher, searchBytes } from "./search_lines.ts";
import type { Line, Unread } from "./split_lines.ts";

export interface Trouble {
  readonly kind:
    | "unknown-record"
    | "malformed-line"
    | "oversized-line"
    | "elided-value"
    | "rewritten"
    | "unreadable"
    | "gone";
  /** A record type, or a reason; never content. */
  readonly what: string;
}

export interface WalkedRecord extends LogRecord {
  /** The line as text. */
  readonly text: string;
  /** Byte offset after the line. */
  readonly end: number;
}

export type Peek =
  | { readonly peek: "record"; readonly record: WalkedRecord }
  /** Something was read and no record is complete yet: ask again. */
  | { readonly peek: "more" }
  | { readonly peek: "end" }
  | { readonly peek: "rewritten"; readonly how: string }
  | { readonly peek: "gone"; readonly why: string };

export interface LogWalker {
  /** The provider's state for this log; `read` may update it in place. */
  readonly fold: unknown;
  /** Events still to be passed over. */
  skip: number;
  /** Whether the record taken last ended a run. */
  endedRun: boolean;
  /** Whether a sub-agent has handed back to the record that comes next. */
  handedBack: boolean;
  readonly agent: string;
  path: string;
  /** The next record, which stays the next one until `take`. */
  peek(report: (trouble: Trouble) => void): Peek;
  take(): void;
  /** Takes what stands behind the last newline as a record, if it is whole. */
  closeLine(): void;
  /** Byte offset after the last record taken. */
  offset(): number;
  /** Bytes of the log on disk; null unless it was read to its end. */
  size(): number | null;
  state(): LogState;
}

const decoder = new TextDecoder();

export interface WalkOptions {
  /** Which of the session's logs it is. */
  readonly part?: string;
  readonly search?: LineSearcher;
}

/** Walks the log at `path` from `from`, or from its first byte. Requires read on the log. */
export function walkLog(
  provider: Provider,
  agent: string,
  path: string,
  from: LogState | null,
  { part = "", search = searchBytes }: WalkOptions = {},
): LogWalker {
  const file = openLog(provider, path, from?.cursor ?? null, { search, unread });
  function unread(line: Uint8Array): string | null {
    return provider.unread?.(fold, decoder.decode(line.subarray(0, HEAD_CHARS))) ?? null;
  }

  let lines: readonly Line[] = [];
  let index = 0;
  let nextLine = from?.cursor?.line ?? 0;
  let cursor = from?.cursor ?? null;
  let taken: { line: Line; number: number } | null = null;
  let toldDamage = false;
  let current: WalkedRecord | null = null;
  let size: number | null = null;
  const fold = from === null ? provider.begin(agent, part) : structuredClone(from.fold);

  const glance: Glance = {
    isState: provider.isState ?? null,
    passesState: () => provider.passesState?.(fold) ?? true,
    parsePart: (text) => provider.parsePart?.(fold, text),
    unread,
  };

  const offset = () => taken?.line.end ?? cursor?.offset ?? 0;

  /** Turns the taken line into a cursor while its chunk is still there. */
  function settle(): void {
    if (taken === null) return;
    cursor = file.cursorAfter(taken.line, taken.number);
    taken = null;
  }

  function consume(line: Line): void {
    taken = { line, number: nextLine };
    nextLine += 1;
    index += 1;
  }

  const walker: LogWalker = {
    fold,
    skip: from?.skip ?? 0,
    endedRun: false,
    handedBack: false,
    agent,
    path,
    peek(report) {
      if (current !== null) return { peek: "record", record: current };
      let passed = false;
      for (;;) {
        const line = lines[index];
        if (line === undefined) {
          settle();
          const result = file.read(walker.path);
          switch (result.result) {
            case "lines":
              lines = result.lines;
              index = 0;
              size = null;
              nextLine = result.first ?? nextLine;
              // Millions of lines may hold no record: whoever asks must get a word in between.
              if (lines.length === 0 || passed) return { peek: "more" };
              continue;
            case "end":
              size = result.size;
              if (result.damage !== undefined && !toldDamage) {
                report({ kind: "unreadable", what: result.damage });
              }
              toldDamage ||= result.damage !== undefined;
              return { peek: "end" };
            case "rewritten":
              return { peek: "rewritten", how: result.how };
            case "gone":
              return { peek: "gone", why: result.why };
          }
        }
        const record = parseLine(line, nextLine, glance, report);
        if (record !== null) {
          current = record;
          return { peek: "record", record };
        }
        consume(line);
        passed = true;
      }
    },
    take() {
      const line = lines[index];
      if (current === null || line === undefined) throw new Error("internal error: no record to take");
      walker.endedRun = provider.endsRun(current);
      walker.handedBack = false;
      current = null;
      consume(line);
    },
    closeLine() {
      if (current !== null || index < lines.length) return;
      settle();
      const line = file.rest();
      if (line === null || line.bytes === null || parseLine(line, nextLine, glance, () => {}) === null) {
        return;
      }
      lines = [line];
      index = 0;
    },
    offset,
    size: () => size,
    state() {
      settle();
      return { cursor, fold: structuredClone(fold), skip: walker.skip };
    },
  };
  return walker;
}

/** `walker` where its log is now, which may be in another form. Nothing of it may be peeked at and not taken. */
export function moveWalker(
  provider: Provider,
  walker: LogWalker,
  path: string,
  options: WalkOptions,
): LogWalker {
  if (formOf(path) !== formOf(walker.path)) {
    return walkLog(provider, walker.agent, path, walker.state(), options);
  }
  walker.path = path;
  return walker;
}

/** What the provider tells from a line before it is parsed. */
interface Glance {
  readonly isState: LineTest | null;
  passesState(): boolean;
  parsePart(text: string): unknown;
  readonly unread: Unread;
}

/** Characters by which a line is told apart. */
const HEAD_CHARS = 400;

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

function parseLine(
  line: Line,
  number: number,
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
  if (part !== null) return { ...part, line: number, end: line.end };
  let text = decoder.decode(line.bytes);
  // A client that crashed between two writes can leave NUL bytes in front of a line.
  if (text.startsWith("\0")) text = text.replace(/^\0+/, "");
  if (line.isState === null && isState?.(text, 0, text.length) === true && passesState()) return null;
  if (isCut(text)) {
    report({ kind: "malformed-line", what: "not JSON" });
    return null;
  }
  const parsed = parseJson(text, parsePart);
  if ("value" in parsed) return { value: parsed.value, text, line: number, end: line.end };
  if (text.trim() !== "") report({ kind: "malformed-line", what: parsed.why });
  return null;
}

/** A record that ends before its last brace. Most of a poisoned log is seen here, without the cost of an exception. */
function isCut(text: string): boolean {
  return text.startsWith("{") && !text.endsWith("}") && !/\}\s*$/.test(text.slice(-16));
}

/** Whether there is another record in a log that is complete. */
export function holdsRecord(walker: LogWalker, report: (trouble: Trouble) => void): boolean {
  let next = walker.peek(report);
  while (next.peek === "more") next = walker.peek(report);
  if (next.peek === "end") walker.closeLine();
  return walker.peek(report).peek === "record";
}

/** How many events a rewritten log begins with that were already read: up to the last one that is remembered. */
export function countKnownEvents(
  provider: Provider,
  walker: LogWalker,
  recent: Pick<RecentIds, "has">,
  part = "",
): number {
  const again = walkLog(provider, walker.agent, walker.path, null, { part });
  let count = 0;
  let known = 0;
  for (;;) {
    const next = again.peek(() => {});
    if (next.peek === "more") continue;
    if (next.peek !== "record") return known;
    const reading = provider.read(again.fold, next.record);
    again.take();
    for (const out of reading.outs) {
      if (out.out !== "event") continue;
      count += 1;
      if (recent.has(out.event.id)) known = count;
    }
  }
}
