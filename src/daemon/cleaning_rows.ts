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
 * A recording needs its session, those that its file came from and goes on to. One may still come where the log said, within
 * the time of a continuation, that the session goes on.
 */
const UNNEEDED = `provider = ? AND path <> '' AND forgotten IS NULL AND destination IS NULL AND let_go IS NULL
  AND (goes_on_came IS NULL OR goes_on_came < ?)
  AND session NOT IN (SELECT session FROM recordings WHERE provider = ?
    UNION SELECT inherits FROM recordings WHERE provider = ? AND inherits IS NOT NULL
    UNION SELECT goes_on FROM recordings WHERE provider = ? AND goes_on IS NOT NULL)`;

export function storeCleaning(database: Database, now: () => number = Date.now) {
  const values = (provider: ProviderId): Value[] => [
    provider,
    now() - CONTINUATION_MS,
    provider,
    provider,
    provider,
  ];
  return {
    /** Sessions after `session` that nothing in the state needs, in order. */
    unneeded(provider: ProviderId, session: string, limit: number): KnownLog[] {
      const sql = `SELECT session, path, meta FROM sessions WHERE ${UNNEEDED} AND session > ?
        ORDER BY session LIMIT ?`;
      return database.all(sql, ...values(provider), session, limit).map(logFromRow);
    },
    isUnneeded: ({ provider, session }: SessionRef) =>
      database.get(
        `SELECT 1 FROM sessions WHERE ${UNNEEDED} AND session = ?`,
        ...values(provider),
        session,
      ) !==
        undefined,
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
