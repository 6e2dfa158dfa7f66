/** Sessions in the daemon's state: where watching stands, and what is history. Room: daemon; edge through Database. */
import { type Checkpoint, checkpoint as checkpointSchema } from "../protocol/cursor.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { SeenSession } from "../protocol/parser_messages.ts";
import { type SessionMeta, sessionMeta, type SessionRef } from "../protocol/session.ts";
import type { Unlisted } from "../audit/refused_lines.ts";
import type { Database, Row } from "./state.ts";

export interface StoredSession {
  readonly provider: ProviderId;
  readonly session: string;
  readonly path: string;
  readonly ino: number;
  readonly baseline: number;
  readonly parent: string | null;
  /**
   * When it turned up, or its log was written anew, and kato's last look at its root before that; null: it was there when
   * kato first looked, and is the same.
   */
  readonly arrival: Arrival | null;
  readonly checkpoint: Checkpoint | null;
  /** Bytes of the log that were looked at. */
  readonly size: number;
  readonly meta: SessionMeta | null;
  readonly destination: string | null;
  /** Before this event its first command let go of whatever recorded it; null: none has. */
  readonly letGo: number | null;
  readonly crashes: number;
  readonly quarantined: string | null;
}

/** Milliseconds since 1970. */
export interface Arrival {
  readonly added: number;
  readonly looked: number;
}

export interface SessionsStore {
  find(ref: SessionRef): StoredSession | null;
  /** `arrival` null: what is on disk now is history. */
  add(provider: ProviderId, seen: SeenSession, arrival: Arrival | null): void;
  move(ref: SessionRef, path: string, ino: number): void;
  /** Its log was written anew. */
  arrive(ref: SessionRef, arrival: Arrival): void;
  /** What is on disk now is history. */
  setBaseline(ref: SessionRef, baseline: number): void;
  advance(ref: SessionRef, checkpoint: Checkpoint, size: number, meta: SessionMeta): void;
  point(ref: SessionRef, destination: string): void;
  /** A command let go of whatever recorded the session before event `until`; the first one counts. */
  letGo(ref: SessionRef, until: number): void;
  /** A parser went down with this session in its hands; how often that has happened. */
  countCrash(ref: SessionRef): number;
  quarantine(ref: SessionRef, mark: string | null): void;
  fact(name: string): string | null;
  setFact(name: string, value: string): void;
  /** Whether this line was dealt with before. */
  isClaimed(provider: ProviderId, event: string, place: number): boolean;
  /** Deals with this line; false when it was dealt with before. */
  claimCommand(provider: ProviderId, event: string, place: number): boolean;
  /** Counts one more message whose `lines` look-alikes are not listed in the audit log; all that were, so far. */
  countUnlisted(ref: SessionRef, lines: number): Unlisted;
  forgetUnlisted(ref: SessionRef): void;
  /** What was counted and is not on record yet. */
  unlisted(): Unlisted[];
}

/** Every method runs inside the caller's transaction, or in one of its own. */
export function storeSessions(database: Database): SessionsStore {
  const where = "WHERE provider = ? AND session = ?";
  return {
    find({ provider, session }) {
      const row = database.get(`SELECT * FROM sessions ${where}`, provider, session);
      return row === undefined ? null : fromRow(row);
    },
    add(provider, { session, path, ino, parent, size }, arrival) {
      const baseline = arrival === null ? size : 0;
      database.run(
        "INSERT INTO sessions (provider, session, path, ino, baseline, parent, size, added, looked) " +
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        provider,
        session,
        path,
        ino,
        baseline,
        parent,
        baseline,
        arrival?.added ?? null,
        arrival?.looked ?? null,
      );
    },
    move({ provider, session }, path, ino) {
      database.run(`UPDATE sessions SET path = ?, ino = ? ${where}`, path, ino, provider, session);
    },
    arrive({ provider, session }, { added, looked }) {
      database.run(`UPDATE sessions SET added = ?, looked = ? ${where}`, added, looked, provider, session);
    },
    setBaseline({ provider, session }, baseline) {
      database.run(
        `UPDATE sessions SET baseline = ?, size = ? ${where}`,
        baseline,
        baseline,
        provider,
        session,
      );
    },
    advance({ provider, session }, checkpoint, size, meta) {
      database.run(
        `UPDATE sessions SET checkpoint = ?, size = ?, meta = ?, crashes = 0 ${where}`,
        JSON.stringify(checkpoint),
        size,
        JSON.stringify(meta),
        provider,
        session,
      );
    },
    point({ provider, session }, destination) {
      database.run(`UPDATE sessions SET destination = ? ${where}`, destination, provider, session);
    },
    letGo({ provider, session }, until) {
      const sql = `UPDATE sessions SET let_go = ? ${where} AND let_go IS NULL`;
      database.run(sql, until, provider, session);
    },
    countCrash({ provider, session }) {
      database.run(`UPDATE sessions SET crashes = crashes + 1 ${where}`, provider, session);
      return Number(
        database.get(`SELECT crashes FROM sessions ${where}`, provider, session)?.["crashes"] ?? 0,
      );
    },
    quarantine({ provider, session }, mark) {
      database.run(`UPDATE sessions SET quarantined = ?, crashes = 0 ${where}`, mark, provider, session);
    },
    fact(name) {
      return text(database.get("SELECT value FROM facts WHERE name = ?", name)?.["value"]);
    },
    setFact(name, value) {
      database.run("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, value);
    },
    isClaimed(provider, event, place) {
      const sql = "SELECT 1 FROM commands WHERE provider = ? AND event = ? AND place = ?";
      return database.get(sql, provider, event, place) !== undefined;
    },
    claimCommand(provider, event, place) {
      return database.run(
        "INSERT OR IGNORE INTO commands (provider, event, place, time) VALUES (?, ?, ?, ?)",
        provider,
        event,
        place,
        new Date().toISOString(),
      ).changes === 1;
    },
    countUnlisted({ provider, session }, lines) {
      database.run(
        `INSERT INTO unlisted (provider, session, messages, lines) VALUES (?, ?, 1, ?)
          ON CONFLICT DO UPDATE SET messages = messages + 1, lines = lines + excluded.lines`,
        provider,
        session,
        lines,
      );
      const row = database.get(`SELECT * FROM unlisted ${where}`, provider, session);
      if (row === undefined) throw new Error("internal error: what was counted is not there");
      return unlistedFromRow(row);
    },
    forgetUnlisted({ provider, session }) {
      database.run(`DELETE FROM unlisted ${where}`, provider, session);
    },
    unlisted: () => database.all("SELECT * FROM unlisted").map(unlistedFromRow),
  };
}

function fromRow(row: Row): StoredSession {
  const checkpoint = text(row["checkpoint"]);
  const meta = text(row["meta"]);
  return {
    provider: row["provider"] as ProviderId,
    session: String(row["session"]),
    path: String(row["path"]),
    ino: Number(row["ino"]),
    baseline: Number(row["baseline"]),
    parent: text(row["parent"]),
    arrival: row["looked"] === null ? null : { added: Number(row["added"]), looked: Number(row["looked"]) },
    checkpoint: checkpoint === null ? null : checkpointSchema.parse(JSON.parse(checkpoint)),
    size: Number(row["size"]),
    meta: meta === null ? null : sessionMeta.parse(JSON.parse(meta)),
    destination: text(row["destination"]),
    letGo: typeof row["let_go"] === "number" ? row["let_go"] : null,
    crashes: Number(row["crashes"]),
    quarantined: text(row["quarantined"]),
  };
}

function unlistedFromRow(row: Row): Unlisted {
  return {
    provider: row["provider"] as ProviderId,
    session: String(row["session"]),
    messages: Number(row["messages"]),
    lines: Number(row["lines"]),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
