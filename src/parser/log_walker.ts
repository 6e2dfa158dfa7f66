/** Walks the records of one log, and keeps the state of that reading. */
import type { LogState } from "../protocol/cursor.ts";
import type { Provider } from "../providers/provider.ts";
import { formOf, openLog } from "./open_log.ts";
import type { LogFile } from "./log_file.ts";
import {
  type Glance,
  headOf,
  type LinePlace,
  parseLine,
  type Trouble,
  type WalkedRecord,
} from "./parse_line.ts";
import type { RecentEvents } from "./recent_events.ts";
import { type LineSearcher, searchBytes } from "./search_lines.ts";
import type { Line } from "./split_lines.ts";

export type Peek =
  | { readonly peek: "record"; readonly record: WalkedRecord }
  /** Bytes were read, but no record is complete yet: ask again. */
  | { readonly peek: "more" }
  | { readonly peek: "end" }
  | { readonly peek: "rewritten"; readonly how: string }
  | { readonly peek: "gone"; readonly why: string }
  /** The system refuses for now: ask again later. */
  | { readonly peek: "unreadable"; readonly why: string };

export interface LogWalker {
  /** The provider's state for this log; `read` may change it in place. */
  readonly fold: unknown;
  /** Events that still have to be skipped. */
  skip: number;
  /** The log was written anew: events that are remembered are recognised in it. */
  isAnew: boolean;
  /** Its first events up to this time were read before it was written anew; null: time does not tell. */
  until: string | null;
  /** Whether the last record ended the sub-agent's run. */
  endedRun: boolean;
  /** Whether the sub-agent has already handed back to the next record. */
  handedBack: boolean;
  readonly agent: string;
  /** Which of the session's logs this is. */
  readonly part: string;
  path: string;
  /** The next record. It stays the next one until `take`. */
  peek(report: (trouble: Trouble) => void): Peek;
  take(): void;
  /** Takes the text behind the last newline as a record, if it is whole. */
  closeLine(): void;
  /** Byte offset after the last record taken. */
  offset(): number;
  /** Bytes of the log on disk; null unless it was read to its end. */
  size(): number | null;
  state(): LogState;
}

export interface WalkOptions {
  readonly part?: string;
  readonly search?: LineSearcher;
  /** The provider's state at the end of the part before it. */
  readonly before?: unknown;
}

/** How far the reading of a log has come. */
interface Own {
  readonly file: LogFile;
  readonly glance: Glance;
  /** The lines of the current chunk, and the next one of them. */
  lines: readonly Line[];
  index: number;
  nextLine: number;
  /** Number of lines that were read. A document's latest lines are read again when they changed. */
  readTo: number;
  cursor: LogState["cursor"];
  taken: { readonly line: Line; readonly number: number } | null;
  reportedDamage: boolean;
  current: WalkedRecord | null;
  /** All records of the current line, and how many of them were taken. */
  glued: readonly WalkedRecord[];
  within: number;
  size: number | null;
}

/** Walks the log at `path` from `from`, or from its first byte. Requires read on the log. */
export function walkLog(
  provider: Provider,
  agent: string,
  path: string,
  from: LogState | null,
  { part = "", search = searchBytes, before }: WalkOptions = {},
): LogWalker {
  const fold = from === null ? provider.begin(agent, part, before) : structuredClone(from.fold);
  const unread = (line: Uint8Array) => provider.unread?.(fold, headOf(line)) ?? null;
  const glance: Glance = {
    isState: provider.isState ?? null,
    passesState: () => provider.passesState?.(fold) ?? true,
    parsePart: (text) => provider.parsePart?.(fold, text),
    isRecord: (value) => provider.isRecord?.(value) ?? true,
    unread,
  };
  const own = beginWalk(openLog(provider, path, from?.cursor ?? null, { search, unread }), glance, from);

  const walker: LogWalker = {
    fold,
    skip: from?.skip ?? 0,
    isAnew: from?.anew ?? false,
    until: from?.until ?? null,
    endedRun: false,
    handedBack: false,
    agent,
    part,
    path,
    peek: (report) => peek(own, walker.path, report),
    take() {
      const record = takeRecord(own);
      walker.endedRun = provider.endsRun(record);
      walker.handedBack = false;
    },
    closeLine: () => closeLine(own),
    offset: () =>
      (own.within > 0 ? own.lines[own.index]?.end : own.taken?.line.end) ?? own.cursor?.offset ?? 0,
    size: () => own.size,
    state() {
      settle(own);
      const state = { cursor: own.cursor, fold: structuredClone(fold), skip: walker.skip };
      return {
        ...state,
        ...(walker.isAnew ? { anew: true } : {}),
        ...(walker.until === null ? {} : { until: walker.until }),
        ...(own.within > 0 ? { within: own.within } : {}),
      };
    },
  };
  return walker;
}

function beginWalk(file: LogFile, glance: Glance, from: LogState | null): Own {
  const cursor = from?.cursor ?? null;
  const line = cursor?.line ?? 0;
  const place = { lines: [], index: 0, nextLine: line, readTo: line, cursor, taken: null };
  const records = { current: null, glued: [], within: from?.within ?? 0 };
  return { file, glance, ...place, ...records, size: null, reportedDamage: false };
}

function peek(own: Own, path: string, report: (trouble: Trouble) => void): Peek {
  if (own.current !== null) return { peek: "record", record: own.current };
  let passed = false;
  for (;;) {
    const line = own.lines[own.index];
    if (line === undefined) {
      const stop = readOn(own, path, report);
      // Millions of lines may hold no record, and the caller must get control in between.
      if (stop !== null || passed || own.lines.length === 0) return stop ?? { peek: "more" };
      continue;
    }
    own.glued = parseLine(line, placeOf(own), own.glance, report);
    const record = own.glued[own.within];
    if (record !== undefined) {
      own.current = record;
      return { peek: "record", record };
    }
    consume(own, line);
    passed = true;
  }
}

/** Reads the next chunk. Null: its lines are there, though there may be none yet. */
function readOn(own: Own, path: string, report: (trouble: Trouble) => void): Peek | null {
  settle(own);
  const result = own.file.read(path);
  switch (result.result) {
    case "lines":
      own.lines = result.lines;
      own.index = 0;
      own.size = null;
      own.nextLine = result.first ?? own.nextLine;
      return null;
    case "end":
      own.size = result.size;
      if (result.damage !== undefined && !own.reportedDamage) {
        report({ kind: "unreadable", what: result.damage });
      }
      own.reportedDamage ||= result.damage !== undefined;
      return { peek: "end" };
    case "rewritten":
      return { peek: "rewritten", how: result.how };
    case "gone":
    case "unreadable":
      return { peek: result.result, why: result.why };
  }
}

function takeRecord(own: Own): WalkedRecord {
  const { current } = own;
  const line = own.lines[own.index];
  if (current === null || line === undefined) throw new Error("internal error: no record to take");
  own.within += 1;
  own.current = own.glued[own.within] ?? null;
  if (own.current === null) consume(own, line);
  return current;
}

function closeLine(own: Own): void {
  if (own.current !== null || own.index < own.lines.length) return;
  settle(own);
  const line = own.file.rest();
  if (line === null || line.bytes === null) return;
  if (parseLine(line, placeOf(own), own.glance, () => {}).length === 0) return;
  own.lines = [line];
  own.index = 0;
}

/** Turns the taken line into a cursor while its chunk is still in memory. */
function settle(own: Own): void {
  if (own.taken === null) return;
  own.cursor = own.file.cursorAfter(own.taken.line, own.taken.number);
  own.taken = null;
}

function consume(own: Own, line: Line): void {
  own.taken = { line, number: own.nextLine };
  own.nextLine += 1;
  own.readTo = Math.max(own.readTo, own.nextLine);
  own.index += 1;
  own.within = 0;
}

function placeOf({ nextLine, readTo }: Own): LinePlace {
  return { line: nextLine, isAgain: nextLine < readTo };
}

/** Moves `walker` to the log's new path, perhaps of another form. No record may be peeked at and not taken. */
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

/** Whether a complete log has another record. */
export function holdsRecord(walker: LogWalker, report: (trouble: Trouble) => void): boolean {
  let next = walker.peek(report);
  while (next.peek === "more") next = walker.peek(report);
  if (next.peek === "end") walker.closeLine();
  return walker.peek(report).peek === "record";
}

export interface KnownEvents {
  /** How many leading events of the rewritten log were already read: up to the last one that is remembered. */
  readonly known: number;
  readonly isEmpty: boolean;
}

/** Searches a rewritten log for events that were already read. Logs may be long, so each step reads a little. */
export function* countKnownEvents(
  provider: Provider,
  { agent, path, part }: Pick<LogWalker, "agent" | "path" | "part">,
  recent: Pick<RecentEvents, "has">,
): Generator<void, KnownEvents | "unreadable"> {
  const begin = () => walkLog(provider, agent, path, null, { part });
  let again = begin();
  let count = 0;
  let known = 0;
  let isEmpty = true;
  for (;;) {
    const next = again.peek(() => {});
    yield;
    switch (next.peek) {
      case "more":
        continue;
      case "rewritten":
        // The log was rewritten again during the search.
        again = begin();
        count = known = 0;
        isEmpty = true;
        continue;
      case "unreadable":
        return "unreadable";
      case "end":
      case "gone":
        return { known, isEmpty };
    }
    isEmpty = false;
    for (const out of provider.read(again.fold, next.record).outs) {
      if (out.out !== "event") continue;
      count += 1;
      if (recent.has(out.event)) known = count;
    }
    again.take();
  }
}
