/**
 * A session's latest events, to recognise them in a log that was written anew. An id alone is not enough: a service
 * may use it again in every turn.
 */
import type { Checkpoint } from "../protocol/cursor.ts";
import { MAIN_AGENT } from "../protocol/event.ts";
import { RECENT_EVENTS } from "../protocol/limits.ts";

/** An event, by its client's id and its time. */
export interface RecentEvent {
  readonly id: string;
  readonly time: string | null;
}

/** The latest events of one log. */
export interface RecentEvents {
  add(event: RecentEvent): void;
  has(event: RecentEvent): boolean;
  /** The latest time of them; null for none. */
  latest(): string | null;
}

export interface SessionEvents {
  /** The events of the log of `agent`. Another agent's event is no repeat in it. */
  of(agent: string): RecentEvents;
  /** The ids of all remembered events. */
  ids(): string[];
  state(): Pick<Checkpoint, "recent" | "recentOfAgents">;
}

/** Continues from a checkpoint. Sub-agents' events are kept apart: they may be more than can be remembered. */
export function rememberSession(from: Checkpoint | null): SessionEvents {
  const main = rememberMarks(from?.recent ?? []);
  const agents = rememberMarks(from?.recentOfAgents ?? []);
  const ofLogs = new Map([[MAIN_AGENT, eventsOf(main, "")]]);
  return {
    of(agent) {
      const known = ofLogs.get(agent) ?? eventsOf(agents, `${agent}/`);
      ofLogs.set(agent, known);
      return known;
    },
    ids: () => [
      ...main.list().map(idOf),
      ...agents.list().map((mark) => idOf(mark.slice(mark.indexOf("/") + 1))),
    ],
    state() {
      const recentOfAgents = agents.list();
      return { recent: main.list(), ...(recentOfAgents.length === 0 ? {} : { recentOfAgents }) };
    },
  };
}

/** `log`: what the marks of this log begin with. */
function eventsOf(marks: Marks, log: string): RecentEvents {
  return {
    add: (event) => marks.add(markOf(log, event)),
    // Checkpoints of older versions hold bare ids.
    has: (event) => marks.has(markOf(log, event)) || marks.has(event.id),
    latest: () =>
      marks.list().filter((mark) => mark.startsWith(log)).map(timeIn)
        .reduce((latest: string | null, time) => time > (latest ?? "") ? time : latest, null),
  };
}

function markOf(log: string, { id, time }: RecentEvent): string {
  return `${log}${id} ${time ?? ""}`;
}

/** The time in a mark; "" for none. */
function timeIn(mark: string): string {
  const end = mark.lastIndexOf(" ");
  return end === -1 ? "" : mark.slice(end + 1);
}

/** The id in a mark. A time has no blank in it. */
function idOf(mark: string): string {
  const end = mark.lastIndexOf(" ");
  return end === -1 ? mark : mark.slice(0, end);
}

export interface Marks {
  add(mark: string): void;
  has(mark: string): boolean;
  /** Oldest first; for a checkpoint. */
  list(): string[];
}

/** Marks beyond the limit before the oldest are dropped: dropping at each event would cost too much. */
const SPARE = 32;

/** Continues from `marks`, oldest first. */
export function rememberMarks(marks: readonly string[]): Marks {
  let latest = [...marks];
  /** Built only while a log is read anew, and then asked for each of its events. */
  let known: ReadonlySet<string> | null = null;
  return {
    add(mark) {
      latest.push(mark);
      known = null;
      if (latest.length >= RECENT_EVENTS + SPARE) latest = latest.slice(-RECENT_EVENTS);
    },
    has(mark) {
      known ??= new Set(latest);
      return known.has(mark);
    },
    list: () => [...latest],
  };
}
