/**
 * Reads a session as one sequence of events: its main log in file order, and each sub-agent's log where that sub-agent
 * hands back. The sequence depends on the logs alone. It never shows when they grew, or in which portions they were
 * read.
 */
import type { Checkpoint } from "../protocol/cursor.ts";
import { AGENT_WAIT_MS } from "../protocol/limits.ts";
import type { SessionMeta } from "../protocol/session.ts";
import { holdsRecord } from "./log_walker.ts";
import {
  type Advance,
  advanceLog,
  beginReading,
  finishLog,
  type Reading,
  type Run,
  type SessionReaderOptions,
} from "./read_records.ts";
import { readBeside } from "./session_files.ts";

export interface SessionReader {
  /**
   * Reads one record. `more`: nothing is complete yet, call again. `wait`: nothing to read until a log grows.
   * `linger`: a sub-agent's log should grow, call again after AGENT_WAIT_MS even if it does not. `gone`: the main log
   * is not there, or is closed. `unreadable`: the system refuses to read one of the logs for now, and nothing behind
   * that place may come before it; call again after AGENT_WAIT_MS.
   */
  advance(): Advance | "more" | "wait" | "linger" | "gone" | "unreadable";
  /** Everything needed to continue from here. Valid between two calls of `advance`. */
  checkpoint(): Checkpoint;
  meta(): SessionMeta;
  /** Byte offset in the main log after the last record taken. All parts count as one log. */
  offset(): number;
}

/** Requires read on the session's logs. */
export function readSession(options: SessionReaderOptions): SessionReader {
  const { provider, session } = options;
  const own = beginReading(options);
  const { main, meta, agents, placed, runs } = own;
  return {
    advance() {
      const run = runs.at(-1);
      return run === undefined ? advanceMain(own) : advanceRun(own, run);
    },
    checkpoint: () => ({
      v: 1,
      meta: meta.state(),
      ...main.state(),
      agents: agents.states(),
      ...placed.state(),
      ...(own.unknown === 0 ? {} : { unknown: own.unknown }),
    }),
    meta: () =>
      meta.show(
        { provider: provider.id, session },
        readBeside(provider, main.walker().path, meta.state()),
      ),
    offset: main.offset,
  };
}

function advanceMain(own: Reading): ReturnType<SessionReader["advance"]> {
  const { options: { whole, report }, main } = own;
  const recognition = own.recognise(main.walker());
  if (recognition === "unreadable") return refused(own);
  if (recognition !== "ready") return recognition;
  const advance = advanceLog(own, main.walker());
  switch (advance) {
    case "rewritten":
      main.restart();
      return "more";
    case "running":
      return "more";
    case "gone":
      return main.leave(whole);
    case "unreadable":
      // It may be unreadable at its old path alone.
      return main.follow() ? "more" : refused(own);
    case "end":
      if (main.follow()) return "more";
      if (whole || main.hasNext()) main.walker().closeLine();
      // The log may have grown just now.
      if (main.walker().peek(report).peek !== "end") return "more";
      if (whole || main.hasNext()) {
        const rest = finishLog(own, main.walker());
        if (rest !== null) return rest;
      }
      if (main.beginNext()) return "more";
      return whole && startLeftOver(own) ? "more" : "wait";
    default:
      return advance;
  }
}

/** Who reads a complete session in one go waits for nothing. */
function refused({ options: { whole } }: Reading): "gone" | "unreadable" {
  return whole ? "gone" : "unreadable";
}

function advanceRun(own: Reading, run: Run): Advance | "more" | "linger" | "unreadable" {
  const { options: { provider, report, whole }, agents, runs } = own;
  const recognition = own.recognise(run.walker);
  if (recognition === "more") return "more";
  if (recognition === "unreadable" && !whole) return "unreadable";
  const next = run.walker.peek(report);
  if (next.peek === "record" && run.until !== null) {
    const time = provider.timeOf(next.record);
    if (time !== null && time > run.until) {
      runs.pop();
      return "more";
    }
  }
  const advance = advanceLog(own, run.walker);
  switch (advance) {
    case "rewritten":
      runs.pop();
      runs.push({ ...run, walker: agents.restart(run.walker) });
      return "more";
    case "gone":
    case "unreadable": {
      if (advance === "unreadable" && !whole) return advance;
      runs.pop();
      const moved = agents.follow(run.walker);
      if (moved !== null) runs.push({ ...run, walker: moved });
      return "more";
    }
    case "end":
      return endRun(own, run);
    case "running":
      return "more";
    default:
      if (typeof advance !== "string") run.waiting = null;
      return advance;
  }
}

/** The sub-agent's log has no more records, or none yet. */
function endRun(own: Reading, run: Run): Advance | "more" | "linger" {
  const { options: { whole, report }, runs } = own;
  if (whole) {
    run.walker.closeLine();
    if (run.walker.peek(report).peek === "record") return "more";
    const rest = finishLog(own, run.walker);
    if (rest !== null) return rest;
  }
  run.waiting ??= performance.now();
  if (!whole && !run.walker.endedRun && performance.now() - run.waiting <= AGENT_WAIT_MS) return "linger";
  runs.pop();
  return "more";
}

/** Starts the next sub-agent that never handed back, oldest first. */
function startLeftOver(own: Reading): boolean {
  own.leftOver ??= own.agents.all();
  for (let agent = own.leftOver.shift(); agent !== undefined; agent = own.leftOver.shift()) {
    const walker = own.agents.walker(agent);
    if (walker === null || !holdsRecord(walker, own.options.report)) continue;
    own.runs.push({ walker, until: null, waiting: null });
    return true;
  }
  return false;
}
