/** Reads the records of a session's logs, main or sub-agent's, into events. Each function is a step on one record. */
import type { Checkpoint } from "../protocol/cursor.ts";
import { type Event, MAIN_AGENT } from "../protocol/event.ts";
import { AGENT_WAIT_MS } from "../protocol/limits.ts";
import type { Redaction } from "../protocol/redaction.ts";
import type { Origin, Out, Provider } from "../providers/provider.ts";
import { type AgentLogs, openAgentLogs } from "./agent_logs.ts";
import type { LogWalker } from "./log_walker.ts";
import { type MainLog, openMainLog } from "./main_log.ts";
import type { Trouble, WalkedRecord } from "./parse_line.ts";
import { type PlacedEvents, placeEvents, type ReadEvent } from "./place_events.ts";
import { recogniseAnew } from "./recognise_anew.ts";
import { type LineSearcher, searchBytes } from "./search_lines.ts";
import type { SessionFiles } from "./session_files.ts";
import { type GatheredMeta, gatherMeta } from "./session_meta.ts";

/** The outcome of one record. */
export interface Advance {
  readonly events: readonly ReadEvent[];
  readonly origin: Origin;
  /** The record, to search it for lines that look like commands. Valid until the next `advance`. */
  readonly record: WalkedRecord;
  /** The session in which this one goes on, where the record says so. */
  readonly continues: string | null;
}

export interface SessionReaderOptions {
  readonly provider: Provider;
  readonly session: string;
  /** The logs as they are now. Called again for each sub-agent. */
  readonly locate: () => SessionFiles;
  readonly from: Checkpoint | null;
  /** The logs are complete: wait for nothing, and end with the sub-agents that never handed back. */
  readonly whole: boolean;
  /** Whether the events hold the bytes of images; by default they do not. */
  readonly images?: boolean;
  /** How lines are found; by default in bytes. */
  readonly search?: LineSearcher;
  /** Which secrets a title is without; by default those that kato knows. */
  readonly redaction?: Redaction;
  readonly report: (trouble: Trouble) => void;
  /** The main log was rewritten. `whole`: it is read anew. `place`: another record stands where one was read. */
  readonly rewritten?: (what: "whole" | "place") => void;
}

/** A sub-agent whose events are being folded in, up to time `until`. */
export interface Run {
  readonly walker: LogWalker;
  readonly until: string | null;
  /** When the wait for its log began, in milliseconds of `performance.now()`. */
  waiting: number | null;
}

/** How far the reading of a session has come. */
export interface Reading {
  readonly options: SessionReaderOptions;
  readonly main: MainLog;
  readonly agents: AgentLogs;
  /** The last one is worked on first. */
  readonly runs: Run[];
  readonly placed: PlacedEvents;
  readonly recognise: ReturnType<typeof recogniseAnew>;
  readonly meta: GatheredMeta;
  /** They stand with the next event, so that every recording that has it counts them. */
  unknown: number;
  /** When the wait for a sub-agent's log began, in milliseconds of `performance.now()`. */
  waitingForLog: number | null;
  /** At the end: sub-agents that were not looked at yet. */
  leftOver: string[] | null;
}

export function beginReading(options: SessionReaderOptions): Reading {
  const { provider, session, from, images = false, search = searchBytes, report } = options;
  const placed = placeEvents(provider.id, session, from, report, images);
  return {
    options,
    main: openMainLog(provider, () => options.locate().parts, from, search),
    agents: openAgentLogs(provider, () => options.locate().agents(), from?.agents ?? {}, search),
    runs: [],
    placed,
    recognise: recogniseAnew(provider, placed.recent),
    meta: gatherMeta(from?.meta ?? null, options.redaction),
    unknown: from?.unknown ?? 0,
    waitingForLog: null,
    leftOver: null,
  };
}

/** Reads the next record of `walker`, if its sub-agent has been folded in. */
export function advanceLog(
  own: Reading,
  walker: LogWalker,
): Advance | "more" | "end" | "linger" | "running" | "gone" | "unreadable" | "rewritten" {
  const { report, rewritten } = own.options;
  const isMain = walker.agent === MAIN_AGENT;
  const next = walker.peek(report);
  switch (next.peek) {
    case "more":
    case "end":
    case "gone":
    case "unreadable":
      return next.peek;
    case "rewritten":
      report({ kind: "rewritten", what: isMain ? next.how : `sub-agent's log ${next.how}` });
      if (isMain) rewritten?.("whole");
      return "rewritten";
    case "record": {
      const folded = foldIn(own, walker, next.record);
      return folded === "ready" ? readRecord(own, walker, next.record) : folded;
    }
  }
}

/** Whether all events of the sub-agent are in, so that the record may be read. */
function foldIn(own: Reading, walker: LogWalker, record: WalkedRecord): "ready" | "running" | "linger" {
  const { options: { provider, whole }, agents, runs } = own;
  if (walker.handedBack) return "ready";
  const handBack = provider.handBack(walker.fold, record);
  if (handBack === null) return "ready";
  const named = agents.named(handBack);
  const walkers = named.flatMap((agent) => agents.walker(agent) ?? [])
    .filter((run) => !runs.some((other) => other.walker === run));
  if (walkers.length > 0) {
    own.waitingForLog = null;
    walker.handedBack = true;
    runs.push(...walkers.reverse().map((run) => ({ walker: run, until: handBack.time, waiting: null })));
    return "running";
  }
  if (named.every((agent) => !agents.isOpen(agent))) {
    // A call may look like the start of a sub-agent without being one, and a sub-agent's log may be gone.
    own.waitingForLog ??= performance.now();
    const waited = performance.now() - own.waitingForLog;
    const isCertain = handBack.agent !== null || handBack.certain === true;
    if (!whole && isCertain && waited <= AGENT_WAIT_MS) return "linger";
  }
  own.waitingForLog = null;
  walker.handedBack = true;
  return "ready";
}

function readRecord(own: Reading, walker: LogWalker, record: WalkedRecord): Advance {
  const { provider, images = false, rewritten } = own.options;
  const { outs, origin } = provider.read(walker.fold, images ? { ...record, images } : record);
  walker.take();
  const isMain = walker.agent === MAIN_AGENT;
  const events = outs.flatMap((out) => takeOut(own, walker, record, out) ?? []);
  // A record that its client completed repeats an event, or had none and gets calls. Another record does neither.
  const isOther = events.some(({ event }) => isWords(event)) && events.length === outs.filter(isEvent).length;
  if (isMain && record.isAgain && isOther) rewritten?.("place");
  return {
    events,
    origin: isMain ? origin : "sub-agent",
    record,
    // Text behind a tear may be a piece of another text.
    continues: isMain && !record.isBehindTear ? continuesIn(outs) : null,
  };
}

/** What the provider held back until the log was complete; null for nothing. */
export function finishLog(own: Reading, walker: LogWalker): Advance | null {
  const { provider } = own.options;
  const { outs, origin } = provider.finish?.(walker.fold) ?? { outs: [], origin: "repeat" };
  if (outs.length === 0) return null;
  const place = { line: 0, isAgain: false, isBehindTear: false, end: walker.offset() };
  const record = { value: null, text: "", ...place };
  const events = outs.flatMap((out) => takeOut(own, walker, record, out) ?? []);
  return { events, origin, record, continues: null };
}

function takeOut(own: Reading, walker: LogWalker, record: WalkedRecord, out: Out): ReadEvent | null {
  switch (out.out) {
    case "unknown":
      // In a record that is read again they were counted.
      if (!record.isAgain && !walker.isAnew) own.unknown += 1;
      own.options.report({ kind: "unknown-record", what: out.type.slice(0, 200) });
      return null;
    case "meta":
      if (walker.agent === MAIN_AGENT) own.meta.take(out);
      return null;
    case "event": {
      const { unknown } = own;
      const taken = own.placed.take(walker, record, out);
      if (taken === null || unknown === 0) return taken;
      own.unknown = 0;
      return { ...taken, event: { ...taken.event, unknown } };
    }
  }
}

function isWords({ type }: Event): boolean {
  return type === "user" || type === "assistant";
}

function isEvent({ out }: Out): boolean {
  return out === "event";
}

/** A record that names the continuation names nothing else of the session. */
function continuesIn(outs: readonly Out[]): string | null {
  for (const out of outs) if (out.out === "meta" && out.continues !== undefined) return out.continues;
  return null;
}
