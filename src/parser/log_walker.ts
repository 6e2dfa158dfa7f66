/** Walks the records of one log, and keeps the state of that reading. */
import type { LogState } from "../protocol/cursor.ts";
import type { Provider } from "../providers/provider.ts";
import { formOf, openLog } from "./open_log.ts";
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
  | { readonly peek: "gone"; readonly why: string };

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

/** Walks the log at `path` from `from`, or from its first byte. Requires read on the log. */
export function walkLog(
  provider: Provider,
  agent: string,
  path: string,
  from: LogState | null,
  { part = "", search = searchBytes, before }: WalkOptions = {},
): LogWalker {
  const file = openLog(provider, path, from?.cursor ?? null, { search, unread });
  function unread(line: Uint8Array): string | null {
    return provider.unread?.(fold, headOf(line)) ?? null;
  }

  let lines: readonly Line[] = [];
  let index = 0;
  let nextLine = from?.cursor?.line ?? 0;
  /** Number of lines that were read. A document's latest lines are read again when they changed. */
  let readTo = nextLine;
  let cursor = from?.cursor ?? null;
  let taken: { line: Line; number: number } | null = null;
  let reportedDamage = false;
  let current: WalkedRecord | null = null;
  /** All records of the current line, and how many of them were taken. */
  let glued: readonly WalkedRecord[] = [];
  let within = from?.within ?? 0;
  let size: number | null = null;
  const fold = from === null ? provider.begin(agent, part, before) : structuredClone(from.fold);

  const glance: Glance = {
    isState: provider.isState ?? null,
    passesState: () => provider.passesState?.(fold) ?? true,
    parsePart: (text) => provider.parsePart?.(fold, text),
    isRecord: (value) => provider.isRecord?.(value) ?? true,
    unread,
  };

  const offset = () => (within > 0 ? lines[index]?.end : taken?.line.end) ?? cursor?.offset ?? 0;

  /** Turns the taken line into a cursor while its chunk is still in memory. */
  function settle(): void {
    if (taken === null) return;
    cursor = file.cursorAfter(taken.line, taken.number);
    taken = null;
  }

  function consume(line: Line): void {
    taken = { line, number: nextLine };
    nextLine += 1;
    readTo = Math.max(readTo, nextLine);
    index += 1;
    within = 0;
  }

  function placeOf(number: number): LinePlace {
    return { line: number, isAgain: number < readTo };
  }

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
              // Millions of lines may hold no record, and the caller must get control in between.
              if (lines.length === 0 || passed) return { peek: "more" };
              continue;
            case "end":
              size = result.size;
              if (result.damage !== undefined && !reportedDamage) {
                report({ kind: "unreadable", what: result.damage });
              }
              reportedDamage ||= result.damage !== undefined;
              return { peek: "end" };
            case "rewritten":
              return { peek: "rewritten", how: result.how };
            case "gone":
              return { peek: "gone", why: result.why };
          }
        }
        glued = parseLine(line, placeOf(nextLine), glance, report);
        const record = glued[within];
        if (record !== undefined) {
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
      within += 1;
      current = glued[within] ?? null;
      if (current === null) consume(line);
    },
    closeLine() {
      if (current !== null || index < lines.length) return;
      settle();
      const line = file.rest();
      if (line === null || line.bytes === null) return;
      if (parseLine(line, placeOf(nextLine), glance, () => {}).length === 0) return;
      lines = [line];
      index = 0;
    },
    offset,
    size: () => size,
    state() {
      settle();
      const state = { cursor, fold: structuredClone(fold), skip: walker.skip };
      return {
        ...state,
        ...(walker.isAnew ? { anew: true } : {}),
        ...(walker.until === null ? {} : { until: walker.until }),
        ...(within > 0 ? { within } : {}),
      };
    },
  };
  return walker;
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
): Generator<void, KnownEvents> {
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
