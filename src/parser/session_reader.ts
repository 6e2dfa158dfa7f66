/**
 * Reads a session as one sequence of events: its main log in file order, and each sub-agent's log where that sub-agent
 * hands back. The sequence depends on the logs alone. It never shows when they grew, or in which portions they were
 * read.
 */
import type { Checkpoint } from "../protocol/cursor.ts";
import { type Event, MAIN_AGENT } from "../protocol/event.ts";
import { AGENT_WAIT_MS } from "../protocol/limits.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { Origin, Out, Provider } from "../providers/provider.ts";
import { openAgentLogs } from "./agent_logs.ts";
import { holdsRecord, type LogWalker } from "./log_walker.ts";
import type { Trouble, WalkedRecord } from "./parse_line.ts";
import { openMainLog } from "./main_log.ts";
import { placeEvents, type ReadEvent } from "./place_events.ts";
import { recogniseAnew } from "./recognise_anew.ts";
import { readBeside, type SessionFiles } from "./session_files.ts";
import { type LineSearcher, searchBytes } from "./search_lines.ts";
import { gatherMeta } from "./session_meta.ts";

/** The outcome of one record. */
export interface Advance {
  readonly events: readonly ReadEvent[];
  readonly origin: Origin;
  /** The record, to search it for lines that look like commands. Valid until the next `advance`. */
  readonly record: WalkedRecord;
  /** The session in which this one goes on, where the record says so. */
  readonly continues: string | null;
}

export interface SessionReader {
  /**
   * Reads one record. `more`: nothing is complete yet, call again. `wait`: nothing to read until a log grows.
   * `linger`: a sub-agent's log should grow, call again after AGENT_WAIT_MS even if it does not. `gone`: the main log
   * cannot be read.
   */
  advance(): Advance | "more" | "wait" | "linger" | "gone";
  /** Everything needed to continue from here. Valid between two calls of `advance`. */
  checkpoint(): Checkpoint;
  meta(): SessionMeta;
  /** Byte offset in the main log after the last record taken. All parts count as one log. */
  offset(): number;
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
  readonly report: (trouble: Trouble) => void;
  /** The main log was rewritten. `whole`: it is read anew. `place`: another record stands where one was read. */
  readonly rewritten?: (what: "whole" | "place") => void;
}

/** A sub-agent whose events are being folded in, up to time `until`. */
interface Run {
  readonly walker: LogWalker;
  readonly until: string | null;
  /** When the wait for its log began, in milliseconds of `performance.now()`. */
  waiting: number | null;
}

/** Requires read on the session's logs. */
export function readSession(options: SessionReaderOptions): SessionReader {
  const { provider, session, from, whole, images = false, search = searchBytes, report } = options;
  const main = openMainLog(provider, () => options.locate().parts, from, search);
  const agents = openAgentLogs(provider, () => options.locate().agents(), from?.agents ?? {}, search);
  const runs: Run[] = [];
  const placed = placeEvents(provider.id, session, from, report, images);
  const recognise = recogniseAnew(provider, placed.recent);
  /** They stand with the next event, so that every recording that has it counts them. */
  let unknown = from?.unknown ?? 0;
  const meta = gatherMeta(from?.meta ?? null);
  let waitingForLog: number | null = null;
  /** At the end: sub-agents that were not looked at yet. */
  let leftOver: string[] | null = null;

  /** Whether all events of the sub-agent are in, so that the record may be read. */
  function foldIn(walker: LogWalker, record: WalkedRecord): "ready" | "running" | "linger" {
    if (walker.handedBack) return "ready";
    const handBack = provider.handBack(walker.fold, record);
    if (handBack === null) return "ready";
    const named = agents.named(handBack);
    const walkers = named.flatMap((agent) => agents.walker(agent) ?? [])
      .filter((run) => !runs.some((other) => other.walker === run));
    if (walkers.length > 0) {
      waitingForLog = null;
      walker.handedBack = true;
      // The last run is worked on first.
      runs.push(...walkers.reverse().map((run) => ({ walker: run, until: handBack.time, waiting: null })));
      return "running";
    }
    if (named.every((agent) => !agents.isOpen(agent))) {
      // A call may look like the start of a sub-agent without being one, and a sub-agent's log may be gone.
      waitingForLog ??= performance.now();
      const waited = performance.now() - waitingForLog;
      const isCertain = handBack.agent !== null || handBack.certain === true;
      if (!whole && isCertain && waited <= AGENT_WAIT_MS) return "linger";
    }
    waitingForLog = null;
    walker.handedBack = true;
    return "ready";
  }

  /** Reads the next record of `walker`, if its sub-agent has been folded in. */
  function advanceLog(
    walker: LogWalker,
  ): Advance | "more" | "end" | "linger" | "running" | "gone" | "rewritten" {
    const next = walker.peek(report);
    switch (next.peek) {
      case "more":
      case "end":
      case "gone":
        return next.peek;
      case "rewritten":
        report({
          kind: "rewritten",
          what: walker.agent === MAIN_AGENT ? next.how : `sub-agent's log ${next.how}`,
        });
        if (walker.agent === MAIN_AGENT) options.rewritten?.("whole");
        return "rewritten";
      case "record": {
        const folded = foldIn(walker, next.record);
        if (folded !== "ready") return folded;
        const reading = provider.read(walker.fold, next.record);
        walker.take();
        const isMain = walker.agent === MAIN_AGENT;
        const events = reading.outs.flatMap((out) => takeOut(walker, next.record, out) ?? []);
        // A record that its client completed repeats an event, or had none and gets calls. Another record does neither.
        const isOther = events.some(({ event }) => isWords(event)) &&
          events.length === reading.outs.filter(isEvent).length;
        if (isMain && next.record.isAgain && isOther) options.rewritten?.("place");
        return {
          events,
          origin: isMain ? reading.origin : "sub-agent",
          record: next.record,
          // Text behind a tear may be a piece of another text.
          continues: isMain && !next.record.isBehindTear ? continuesIn(reading.outs) : null,
        };
      }
    }
  }

  /** What the provider held back until the log was complete; null for nothing. */
  function finishLog(walker: LogWalker): Advance | null {
    const { outs, origin } = provider.finish?.(walker.fold) ?? { outs: [], origin: "repeat" };
    if (outs.length === 0) return null;
    const place = { line: 0, isAgain: false, isBehindTear: false, end: walker.offset() };
    const record = { value: null, text: "", ...place };
    const events = outs.flatMap((out) => takeOut(walker, record, out) ?? []);
    return { events, origin, record, continues: null };
  }

  function takeOut(walker: LogWalker, record: WalkedRecord, out: Out): ReadEvent | null {
    switch (out.out) {
      case "unknown":
        // In a record that is read again they were counted.
        if (!record.isAgain && !walker.isAnew) unknown += 1;
        report({ kind: "unknown-record", what: out.type.slice(0, 200) });
        return null;
      case "meta":
        if (walker.agent === MAIN_AGENT) meta.take(out);
        return null;
      case "event": {
        const taken = placed.take(walker, record, out);
        if (taken === null || unknown === 0) return taken;
        const event = { ...taken.event, unknown };
        unknown = 0;
        return { ...taken, event };
      }
    }
  }

  /** Starts the next sub-agent that never handed back, oldest first. */
  function startLeftOver(): boolean {
    leftOver ??= agents.all();
    for (let agent = leftOver.shift(); agent !== undefined; agent = leftOver.shift()) {
      const walker = agents.walker(agent);
      if (walker === null || !holdsRecord(walker, report)) continue;
      runs.push({ walker, until: null, waiting: null });
      return true;
    }
    return false;
  }

  function advanceRun(run: Run): Advance | "more" | "wait" | "linger" {
    if (recognise(run.walker) === "more") return "more";
    const next = run.walker.peek(report);
    if (next.peek === "record" && run.until !== null) {
      const time = provider.timeOf(next.record);
      if (time !== null && time > run.until) {
        runs.pop();
        return "more";
      }
    }
    const advance = advanceLog(run.walker);
    switch (advance) {
      case "rewritten":
        runs.pop();
        runs.push({ ...run, walker: agents.restart(run.walker) });
        return "more";
      case "gone": {
        runs.pop();
        const moved = agents.follow(run.walker);
        if (moved !== null) runs.push({ ...run, walker: moved });
        return "more";
      }
      case "end":
        if (whole) run.walker.closeLine();
        if (whole && run.walker.peek(report).peek === "record") return "more";
        if (whole) {
          const rest = finishLog(run.walker);
          if (rest !== null) return rest;
        }
        run.waiting ??= performance.now();
        if (!whole && !run.walker.endedRun && performance.now() - run.waiting <= AGENT_WAIT_MS) {
          return "linger";
        }
        runs.pop();
        return "more";
      case "running":
        return "more";
      default:
        if (typeof advance !== "string") run.waiting = null;
        return advance;
    }
  }

  return {
    advance() {
      const run = runs.at(-1);
      if (run !== undefined) return advanceRun(run);
      const recognition = recognise(main.walker());
      if (recognition !== "ready") return recognition;
      const advance = advanceLog(main.walker());
      switch (advance) {
        case "rewritten":
          main.restart();
          return "more";
        case "running":
          return "more";
        case "gone":
          return main.leave(whole);
        case "end":
          if (main.follow()) return "more";
          if (whole || main.hasNext()) main.walker().closeLine();
          // The log may have grown just now.
          if (main.walker().peek(report).peek !== "end") return "more";
          if (whole || main.hasNext()) {
            const rest = finishLog(main.walker());
            if (rest !== null) return rest;
          }
          if (main.beginNext()) return "more";
          return whole && startLeftOver() ? "more" : "wait";
        default:
          return advance;
      }
    },
    checkpoint: () => ({
      v: 1,
      meta: meta.state(),
      ...main.state(),
      agents: agents.states(),
      ...placed.state(),
      ...(unknown === 0 ? {} : { unknown }),
    }),
    meta: () =>
      meta.show(
        { provider: provider.id, session },
        readBeside(provider, main.walker().path, meta.state()),
      ),
    offset: main.offset,
  };
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
