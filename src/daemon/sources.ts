/**
 * Logs that ended their parser before they said which session they hold. If the parser had several in its hands, each is a
 * suspect and is looked at alone. One that ends a parser again is left alone until it changes or kato is upgraded.
 */
import type { ProviderId } from "../protocol/event.ts";
import type { LogInHand } from "../protocol/in_hand.ts";
import { QUARANTINE_AFTER } from "../protocol/limits.ts";
import type { Database } from "./state.ts";

export interface Suspicion {
  readonly suspects: string[];
  readonly quarantined: LogInHand[];
}

export type Sources = ReturnType<typeof storeSources>;

export function storeSources(database: Database, provider: ProviderId, version: string) {
  /** Paths in the state, seldom any. */
  const known = new Set<string>();
  /** The quarantined ones. */
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
    // Of several, any may be to blame: that counts once.
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
    /** A parser went down with these in its hands. Returns those that are quarantined now. */
    crashed: (logs: readonly LogInHand[]) =>
      database.transact(() => logs.filter((log) => crash(log, logs.length === 1)).map(({ path }) => path)),
    /** Those that were suspects. */
    known: (logs: readonly LogInHand[]) => logs.map(({ path }) => path).filter((path) => known.has(path)),
    /** A parser had them in its hands and went on. */
    clear(paths: readonly string[]) {
      for (const path of paths) {
        database.run("DELETE FROM sources WHERE provider = ? AND path = ?", provider, path);
        known.delete(path);
        left.delete(path);
      }
    },
    /** Its quarantine is recorded. */
    quarantine: (path: string) => void left.add(path),
    quarantined: () => [...left],
  };
}
