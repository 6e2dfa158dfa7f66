/** The ids of a session's latest events, by which they are recognised after a rewrite. Room: parser; this file is pure. */
import { RECENT_IDS } from "../protocol/limits.ts";

export interface RecentIds {
  has(id: string): boolean;
  add(id: string): void;
  /** Oldest first; for a checkpoint. */
  list(): string[];
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
