/** The records of one log, one after another, with the state of their reading. Room: parser; edge through LogFile. */
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
  /** The log was written anew: what was told before is recognised in it. */
  isAnew: boolean;
  /** Whether the record taken last ended a run. */
  endedRun: boolean;
  /** Whether a sub-agent has handed back to the record that comes next. */
  handedBack: boolean;
  readonly agent: string;
  /** Which of the session's logs it is. */
  readonly part: string;
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
    return provider.unread?.(fold, headOf(line)) ?? null;
  }

  let lines: readonly Line[] = [];
  let index = 0;
  let nextLine = from?.cursor?.line ?? 0;
  /** Lines that were read; a document's latest ones are read again when they changed. */
  let readTo = nextLine;
  let cursor = from?.cursor ?? null;
  let taken: { line: Line; number: number } | null = null;
  let reportedDamage = false;
  let current: WalkedRecord | null = null;
  /** All records of the line that `current` is of, and how many of them were taken. */
  let glued: readonly WalkedRecord[] = [];
  let within = from?.within ?? 0;
  let size: number | null = null;
  const fold = from === null ? provider.begin(agent, part) : structuredClone(from.fold);

  const glance: Glance = {
    isState: provider.isState ?? null,
    passesState: () => provider.passesState?.(fold) ?? true,
    parsePart: (text) => provider.parsePart?.(fold, text),
    isRecord: (value) => provider.isRecord?.(value) ?? true,
    unread,
  };

  const offset = () => (within > 0 ? lines[index]?.end : taken?.line.end) ?? cursor?.offset ?? 0;

  /** Turns the taken line into a cursor while its chunk is still there. */
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
              // Millions of lines may hold no record: whoever asks must get a word in between.
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
        ...(within > 0 ? { within } : {}),
      };
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

/** Whether there is another record in a log that is complete. */
export function holdsRecord(walker: LogWalker, report: (trouble: Trouble) => void): boolean {
  let next = walker.peek(report);
  while (next.peek === "more") next = walker.peek(report);
  if (next.peek === "end") walker.closeLine();
  return walker.peek(report).peek === "record";
}

export interface KnownEvents {
  /** How many events a rewritten log begins with that were already read: up to the last one that is remembered. */
  readonly known: number;
  readonly isEmpty: boolean;
}

/** Looks through the log of `walker` for events that were already read. It may be long: each step reads a little. */
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
        // Once more, while it was looked through.
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
