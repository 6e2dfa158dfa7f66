/** kato's looks at a provider's roots. They separate history from news, and say when a new log came at the earliest. */
import { LOOK_KEPT_MS } from "../protocol/limits.ts";
import type { SeenSession } from "../protocol/parser_messages.ts";
import type { Arrival, SessionsStore } from "./sessions_store.ts";
import type { Database } from "./state.ts";

export type RootLooks = ReturnType<typeof createRootLooks>;

export function createRootLooks(roots: readonly string[], sessions: SessionsStore, database: Database) {
  /** Roots that were never scanned to the end. They hold only history. */
  const unscanned = new Set(roots.filter((root) => sessions.fact(`scanned:${root}`) === null));
  /** Roots whose first scan is in this run. A log that could not be read then is history, too. */
  const fresh = new Set(unscanned);
  /** kato's latest look at each root, in milliseconds since 1970. */
  const looks = new Map(roots.map((root) => [root, lookOf(root, sessions)]));
  /** When the looks were last written to the disk. */
  let kept = -Infinity;

  const rootOf = (path: string) => roots.find((root) => path.startsWith(`${root}/`)) ?? null;

  function setAll(at: number): void {
    for (const root of roots) looks.set(root, at);
  }

  function keep(): void {
    for (const [root, look] of looks) sessions.setFact(`looked:${root}`, new Date(look).toISOString());
    kept = performance.now();
  }

  function ready(at: number): void {
    database.transact(() => {
      for (const root of unscanned) sessions.setFact(`scanned:${root}`, new Date(at).toISOString());
      setAll(at);
      keep();
    });
    unscanned.clear();
  }

  function looked(at: number): void {
    setAll(at);
    if (performance.now() - kept >= LOOK_KEPT_MS) database.transact(keep);
  }

  return {
    /** The root above a log. */
    rootOf,
    isHistory: ({ path, late }: Pick<SeenSession, "path" | "late">) =>
      roots.some((root) => (unscanned.has(root) || (late && fresh.has(root))) && path.startsWith(`${root}/`)),
    /** kato's latest look at the root of a log. Infinity where there was none. */
    lookAt(path: string): number {
      const root = rootOf(path);
      return root === null || unscanned.has(root) ? Infinity : looks.get(root) ?? Infinity;
    },
    /** The first scan is over. Sessions that come now are news. */
    ready,
    /** Every session that began before `at`, in milliseconds since 1970, has been seen. */
    looked,
    /** There was nothing at `at`, so whatever comes later is news, even if its first read fails. */
    unused(at: number): void {
      if (unscanned.size > 0) ready(at);
      else looked(at);
      fresh.clear();
    },
    keep: () => database.transact(keep),
  };
}

/** An older kato kept no looks, only the time of its first scan. */
function lookOf(root: string, sessions: SessionsStore): number {
  const look = sessions.fact(`looked:${root}`) ?? sessions.fact(`scanned:${root}`);
  return look === null ? 0 : Date.parse(look);
}

/** A look in the future, or none, counts as now: everything that was written before came late. */
export function arrivalAfter(look: number): Arrival {
  const added = Date.now();
  return { added, looked: Math.min(look, added) };
}
