/** A document of a part of a session: from one event of the main conversation to the end. Pure. */
import { type Event, MAIN_AGENT } from "../protocol/event.ts";
import { WAITING_CALLS } from "../protocol/limits.ts";
import { keyOf } from "./agents.ts";
import { startedAgent } from "./tool_view.ts";
import { beginsTurn } from "./turns.ts";

/** Where a range begins: with an event's number, or a time in milliseconds since 1970. */
export type Start = { readonly from: number } | { readonly since: number };

/** A range as it is asked for. Where the last turns begin is known when the session was read. */
export type Range = Start | { readonly last: number };

/** In a few words of kato's own. */
export function describeRange(range: Range): string {
  if ("from" in range) return `from event ${range.from}`;
  if ("since" in range) return `since ${new Date(range.since).toISOString()}`;
  return range.last === 1 ? "last turn" : `last ${range.last} turns`;
}

/** The range that these words describe; null where they are none of kato's. */
export function rangeFrom(words: string): Range | null {
  const last = words === "last turn" ? "1" : /^last (\d{1,7}) turns$/.exec(words)?.[1];
  if (last !== undefined) return { last: Number(last) };
  const from = /^from event (\d{1,15})$/.exec(words)?.[1];
  if (from !== undefined) return { from: Number(from) };
  const since = Date.parse(/^since (\S{1,30})$/.exec(words)?.[1] ?? "");
  return Number.isNaN(since) ? null : { since };
}

/**
 * Whether each event, asked in order, is in the range. Events of a sub-agent go with the call that gave it its task.
 * Where that call is not known, they go with the first of them.
 */
export function beginRange(start: Start): (event: Event) => boolean {
  let hasBegun = false;
  /** By the key of the task, and by the name that the call gave: whether the call is in the range. */
  const calls = new Map<string, boolean>();
  const agents = new Map<string, boolean>();
  const note = (event: Event, isIn: boolean) => {
    const started = event.type === "tool_call" ? startedAgent(event.name, event.input) : null;
    if (started === null) return;
    for (const name of [`task ${keyOf(started.task)}`, `name ${started.name}`]) {
      calls.delete(name);
      calls.set(name, isIn);
    }
    for (const oldest of calls.keys()) {
      if (calls.size <= 2 * WAITING_CALLS) break;
      calls.delete(oldest);
    }
  };
  const isAgentIn = (event: Event) => {
    const isTask = event.type === "notice" && event.kind === "task";
    const name = isTask ? event.page?.name : undefined;
    const called = isTask
      ? calls.get(name === undefined ? `task ${keyOf(event.text)}` : `name ${name}`)
      : undefined;
    const isIn = called ?? agents.get(event.agent) ?? hasBegun;
    agents.set(event.agent, isIn);
    return isIn;
  };
  return (event) => {
    if (event.agent === MAIN_AGENT) hasBegun ||= begins(start, event);
    const isIn = event.agent === MAIN_AGENT ? hasBegun : isAgentIn(event);
    note(event, isIn);
    return isIn;
  };
}

function begins(start: Start, { seq, time }: Event): boolean {
  return "from" in start ? seq >= start.from : time !== null && Date.parse(time) >= start.since;
}

/** Finds where the last turns begin, in memory that does not grow with the session. */
export function findLastTurns(turns: number): { hear(event: Event): void; start(): Start } {
  /** The latest turns' events, as a ring. */
  const begun: number[] = [];
  let next = 0;
  return {
    hear(event) {
      if (!beginsTurn(event)) return;
      begun[next] = event.seq;
      next = (next + 1) % turns;
    },
    // With fewer turns than that, the range is the whole session.
    start: () => ({ from: begun.length < turns ? 0 : begun[next] ?? 0 }),
  };
}
