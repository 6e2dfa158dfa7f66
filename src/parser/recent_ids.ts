/** The ids of a session's latest events, by which they are recognised after a rewrite. Room: parser; this file is pure. */
import type { Checkpoint } from "../protocol/cursor.ts";
import { MAIN_AGENT } from "../protocol/event.ts";
import { RECENT_IDS } from "../protocol/limits.ts";

export interface RecentIds {
  has(id: string): boolean;
  add(id: string): void;
  /** Oldest first; for a checkpoint. */
  list(): string[];
}

/** Those of the main log by themselves: a sub-agent says more than is remembered before the main log goes on. */
export interface SessionIds {
  of(agent: string): RecentIds;
  has(id: string): boolean;
  state(): Pick<Checkpoint, "recent" | "recentOfAgents">;
}

/** Goes on from a checkpoint. */
export function rememberSession(from: Checkpoint | null): SessionIds {
  const main = rememberIds(from?.recent ?? []);
  const agents = rememberIds(from?.recentOfAgents ?? []);
  return {
    of: (agent) => agent === MAIN_AGENT ? main : agents,
    has: (id) => main.has(id) || agents.has(id),
    state() {
      const recentOfAgents = agents.list();
      return { recent: main.list(), ...(recentOfAgents.length === 0 ? {} : { recentOfAgents }) };
    },
  };
}

/** Goes on from `ids`, oldest first. */
export function rememberIds(ids: readonly string[]): RecentIds {
  let latest: string[] = [];
  // Most sessions have no sub-agents, and keep none for them.
  let marks = new Uint8Array(0);

  function take(taken: string[]): void {
    latest = taken;
    if (marks.length === 0 && taken.length > 0) marks = new Uint8Array(MARKS);
    marks.fill(0);
    for (const id of taken) marks[markOf(id)] = 1;
  }

  take([...ids]);
  return {
    has: (id) => marks[markOf(id)] === 1 && latest.includes(id),
    add(id) {
      // Trimmed now and then, not at each event, and always to the same ids for the same sequence.
      if (latest.length === 0) return take([id]);
      latest.push(id);
      marks[markOf(id)] = 1;
      if (latest.length >= 2 * RECENT_IDS) take(latest.slice(-RECENT_IDS));
    },
    list: () => [...latest],
  };
}

/** Many more than there are ids. */
const MARKS = 4096;

/**
 * A number made of letters in which the ids of one client differ: some at their beginning, some at their end. Ids with
 * other numbers are others. That tells nearly all apart; a set would hash each, a twentieth of the time of an export.
 */
function markOf(id: string): number {
  const end = id.length - 1;
  const head = letter(id, 5) * 961 + letter(id, 6) * 31 + letter(id, 7);
  const tail = letter(id, end) * 961 + letter(id, end - 1) * 31 + letter(id, end - 2);
  return (head * 17 + tail) % MARKS;
}

/** 0 beyond the id's ends. */
function letter(id: string, at: number): number {
  return id.charCodeAt(at) & 0x7f;
}
