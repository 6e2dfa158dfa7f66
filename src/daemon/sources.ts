/**
 * Logs that a parser went down with before they said whose they are. Of several that it had in its hands at once, each
 * is a suspect, and is looked at alone; one that takes a parser down again is left alone until it has changed, or kato is
 * another. Room: daemon; edge through Database.
 */
import type { ProviderId } from "../protocol/event.ts";
import type { LogInHand } from "../protocol/in_hand.ts";
import { QUARANTINE_AFTER } from "../protocol/limits.ts";
import type { Database } from "./state.ts";

export interface Suspicion {
  readonly suspects: string[];
  readonly quarantined: LogInHand[];
}

export interface Sources {
  suspicion(): Suspicion;
  /** A parser went down with these in its hands; those that are quarantined now. */
  crashed(logs: readonly LogInHand[]): readonly string[];
  /** Those of which it is known that they were suspected. */
  known(logs: readonly LogInHand[]): readonly string[];
  /** A parser had them in its hands, and went on. */
  clear(paths: readonly string[]): void;
  /** It is on record that this one is left alone. */
  quarantine(path: string): void;
  quarantined(): readonly string[];
}

export function storeSources(database: Database, provider: ProviderId, version: string): Sources {
  /** Paths that the state knows: hardly ever any. */
  const known = new Set<string>();
  /** Those of them that are left alone. */
  const left = new Set<string>();

  function read(): Suspicion {
    const suspects: string[] = [];
    const quarantined: LogInHand[] = [];
    for (const row of database.all("SELECT * FROM sources WHERE provider = ? ORDER BY path", provider)) {
      const path = String(row["path"]);
      known.add(path);
      if (row["quarantined"] !== version) {
        suspects.push(path);
        continue;
      }
      left.add(path);
      quarantined.push({ path, size: Number(row["size"]) });
    }
    return { suspects, quarantined };
  }
  read();

  function crash({ path, size }: LogInHand, isCertain: boolean): boolean {
    known.add(path);
    const where = "WHERE provider = ? AND path = ?";
    const before = Number(
      database.get(`SELECT crashes FROM sources ${where}`, provider, path)?.["crashes"] ?? 0,
    );
    // With others it may have been any of them: that counts once.
    const crashes = isCertain ? before + 1 : Math.max(1, before);
    const isOver = crashes >= QUARANTINE_AFTER;
    database.run(
      "INSERT OR REPLACE INTO sources (provider, path, size, crashes, quarantined) VALUES (?, ?, ?, ?, ?)",
      provider,
      path,
      size,
      isOver ? 0 : crashes,
      isOver ? version : null,
    );
    return isOver;
  }

  return {
    suspicion: read,
    crashed: (logs) =>
      database.transact(() => logs.filter((log) => crash(log, logs.length === 1)).map(({ path }) => path)),
    known: (logs) => logs.map(({ path }) => path).filter((path) => known.has(path)),
    clear(paths) {
      for (const path of paths) {
        database.run("DELETE FROM sources WHERE provider = ? AND path = ?", provider, path);
        known.delete(path);
        left.delete(path);
      }
    },
    quarantine: (path) => void left.add(path),
    quarantined: () => [...left],
  };
}
