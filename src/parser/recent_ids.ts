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
  let latest = [...ids];
  let known = new Set(latest);
  return {
    has: (id) => known.has(id),
    add(id) {
      latest.push(id);
      known.add(id);
      // Trimmed now and then, not at each event, and always to the same ids for the same sequence.
      if (latest.length < 2 * RECENT_IDS) return;
      latest = latest.slice(-RECENT_IDS);
      known = new Set(latest);
    },
    list: () => [...latest],
  };
}
