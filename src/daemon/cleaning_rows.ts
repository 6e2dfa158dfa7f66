/** The rows of the state that a cleaning may remove. Every method runs inside the caller's transaction, or in one of its own. */
import { CONTINUATION_MS } from "../protocol/limits.ts";
import type { ProviderId } from "../protocol/event.ts";
import { type SessionMeta, sessionMeta, type SessionRef } from "../protocol/session.ts";
import type { Database, Row, Value } from "./state.ts";

/** A log that the state knows. `session`: null for one that did not say whose it is. */
export interface KnownLog {
  readonly session: string | null;
  readonly path: string;
  readonly meta: SessionMeta | null;
}

/**
 * A tombstone stays, and so does what a person said of the session: where it goes (`destination`), and that it is let go of.
 * A recording may still come where the log said, within the time of a continuation, that the session goes on.
 */
const FREE = `provider = ? AND path <> '' AND forgotten IS NULL AND destination IS NULL AND let_go IS NULL
  AND (goes_on_came IS NULL OR goes_on_came < ?)`;

/**
 * A recording needs its session, those that its file came from and goes on to. This reads every recording, each of which may
 * have twenty kilobytes: once for many sessions, never once for each.
 */
const RECORDED =
  `WITH named AS MATERIALIZED (SELECT session, inherits, goes_on FROM recordings WHERE provider = ?)
  SELECT session FROM named
  UNION SELECT inherits FROM named WHERE inherits IS NOT NULL
  UNION SELECT goes_on FROM named WHERE goes_on IS NOT NULL`;

export function storeCleaning(database: Database, now: () => number = Date.now) {
  const free = (provider: ProviderId): Value[] => [provider, now() - CONTINUATION_MS];
  return {
    /** Sessions after `session` that nothing in the state needs, in order. */
    unneeded(provider: ProviderId, session: string, limit: number): KnownLog[] {
      const sql = `SELECT session, path, meta FROM sessions WHERE ${FREE} AND session NOT IN (${RECORDED})
        AND session > ? ORDER BY session LIMIT ?`;
      return database.all(sql, ...free(provider), provider, session, limit).map(logFromRow);
    },
    /** Sessions that a recording needs. */
    recorded: (provider: ProviderId): ReadonlySet<string> =>
      new Set(database.all(RECORDED, provider).map(({ session }) => String(session))),
    /** The session as it is now, if its own row says nothing for it to stay; null: it is not there, or it does. */
    findFree({ provider, session }: SessionRef): KnownLog | null {
      const sql = `SELECT session, path, meta FROM sessions WHERE ${FREE} AND session = ?`;
      const row = database.get(sql, ...free(provider), session);
      return row === undefined ? null : logFromRow(row);
    },
    /** Claims stay: they are ids of messages, and keep commands from being obeyed twice. */
    drop({ provider, session }: SessionRef): void {
      database.run("DELETE FROM sessions WHERE provider = ? AND session = ?", provider, session);
    },
    /** Logs that ended a parser before they said whose they are. */
    sources: (provider: ProviderId): KnownLog[] =>
      database.all("SELECT path FROM sources WHERE provider = ? ORDER BY path", provider)
        .map(({ path }) => ({ session: null, path: String(path), meta: null })),
  };
}

function logFromRow({ session, path, meta }: Row): KnownLog {
  return {
    session: String(session),
    path: String(path),
    meta: typeof meta === "string" ? sessionMeta.parse(JSON.parse(meta)) : null,
  };
}
