/** Sessions in the daemon's state: how far each was watched, and which part of it is history. */
import { type Checkpoint, checkpoint as checkpointSchema } from "../protocol/cursor.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { SeenSession } from "../protocol/parser_messages.ts";
import { canonicalJson } from "../protocol/canonical_json.ts";
import { REDACTION, type Redaction } from "../protocol/redaction.ts";
import { type SessionMeta, sessionMeta, type SessionRef } from "../protocol/session.ts";
import { sha256 } from "../protocol/sha256.ts";
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
   * When it turned up or its log was written anew, and kato's latest look at its root before that. Null: it was there at
   * kato's first look and is the same.
   */
  readonly arrival: Arrival | null;
  readonly checkpoint: Checkpoint | null;
  /** Bytes of the log that were read. */
  readonly size: number;
  readonly meta: SessionMeta | null;
  readonly destination: string | null;
  /** Its first command ended earlier recordings before this event. Null: no command did. */
  readonly letGo: number | null;
  /** Where its log said first that it goes on, while it had no recording that could. */
  readonly goesOn: GoesOn | null;
  readonly crashes: number;
  readonly quarantined: string | null;
  /** A person had it forgotten: nothing of it is kept until a person records it again. */
  readonly isForgotten: boolean;
}

/** Milliseconds since 1970. */
export interface Arrival {
  readonly added: number;
  readonly looked: number;
}

/** Event `seq` of a log says that its session goes on in `into`. kato read it at `came`, in milliseconds since 1970. */
export interface GoesOn {
  readonly into: string;
  readonly seq: number;
  readonly came: number;
}

export type SessionsStore = ReturnType<typeof storeSessions>;

/** Every method runs inside the caller's transaction, or in one of its own. */
export function storeSessions(database: Database) {
  const claims = storeClaims(database);
  return {
    ...storeRows(database),
    ...storeTombstones(database),
    ...claims,
    /** A title that was read under other rules may hold a secret. It comes again when its log is read on. */
    titlesAreBy({ prefixes, allow }: Redaction) {
      const hashOf = (rules: Pick<Redaction, "prefixes" | "allow">) => sha256(canonicalJson(rules));
      const hash = hashOf({ prefixes, allow });
      const known = claims.fact("titles") ?? hashOf({ prefixes: REDACTION.prefixes, allow: REDACTION.allow });
      if (known === hash) return;
      database.transact(() => {
        database.run("UPDATE sessions SET meta = json_set(meta, '$.title', NULL) WHERE meta IS NOT NULL");
        claims.setFact("titles", hash);
      });
    },
  };
}

/** The row of one session. */
const where = "WHERE provider = ? AND session = ?";

function storeRows(database: Database) {
  return {
    find({ provider, session }: SessionRef) {
      const row = database.get(`SELECT * FROM sessions ${where}`, provider, session);
      return row === undefined ? null : fromRow(row);
    },
    /** `arrival` null: everything on disk now is history. */
    add(provider: ProviderId, { session, path, ino, parent, size }: SeenSession, arrival: Arrival | null) {
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
    move({ provider, session }: SessionRef, path: string, ino: number) {
      database.run(`UPDATE sessions SET path = ?, ino = ? ${where}`, path, ino, provider, session);
    },
    /** Its log was written anew. */
    arrive({ provider, session }: SessionRef, { added, looked }: Arrival) {
      database.run(`UPDATE sessions SET added = ?, looked = ? ${where}`, added, looked, provider, session);
    },
    /** Everything on disk now is history. */
    setBaseline({ provider, session }: SessionRef, baseline: number) {
      database.run(
        `UPDATE sessions SET baseline = ?, size = ? ${where}`,
        baseline,
        baseline,
        provider,
        session,
      );
    },
    advance({ provider, session }: SessionRef, checkpoint: Checkpoint, size: number, meta: SessionMeta) {
      database.run(
        `UPDATE sessions SET checkpoint = ?, size = ?, meta = ?, crashes = 0 ${where}`,
        JSON.stringify(checkpoint),
        size,
        JSON.stringify(meta),
        provider,
        session,
      );
    },
    point({ provider, session }: SessionRef, destination: string) {
      database.run(`UPDATE sessions SET destination = ? ${where}`, destination, provider, session);
    },
    /** A command ended earlier recordings before event `until`. Only the first one counts. */
    letGo({ provider, session }: SessionRef, until: number) {
      const sql = `UPDATE sessions SET let_go = ? ${where} AND let_go IS NULL`;
      database.run(sql, until, provider, session);
    },
    /** Copies of this session in which a command, or a rule, ended earlier recordings. */
    letGoCopies({ provider, session }: SessionRef): SessionRef[] {
      const sql = "SELECT session FROM sessions WHERE provider = ? AND parent = ? AND let_go IS NOT NULL";
      return database.all(sql, provider, session).map((row) => ({
        provider,
        session: String(row["session"]),
      }));
    },
    /** Its log says where it goes on, and it has no recording that could. The first time counts. */
    goOn({ provider, session }: SessionRef, { into, seq, came }: GoesOn) {
      const sql =
        `UPDATE sessions SET goes_on = ?, goes_on_seq = ?, goes_on_came = ? ${where} AND goes_on IS NULL`;
      database.run(sql, into, seq, came, provider, session);
    },
    /** A parser went down with this session in its hands. Returns how often. */
    countCrash({ provider, session }: SessionRef) {
      database.run(`UPDATE sessions SET crashes = crashes + 1 ${where}`, provider, session);
      return Number(
        database.get(`SELECT crashes FROM sessions ${where}`, provider, session)?.["crashes"] ?? 0,
      );
    },
    quarantine({ provider, session }: SessionRef, mark: string | null) {
      database.run(`UPDATE sessions SET quarantined = ?, crashes = 0 ${where}`, mark, provider, session);
    },
  };
}

/** Rows of sessions that a person had forgotten. */
function storeTombstones(database: Database) {
  return {
    /**
     * Leaves of its row what keeps it from coming back. All of its log is history up to byte `size`. Claims stay: they are ids of
     * messages, and keep commands from being obeyed twice. `isThere`: its log can be seen now; otherwise its path goes, too.
     * Done again, it takes away what came since, and keeps the time.
     */
    forget({ provider, session }: SessionRef, { size, isThere }: { size: number; isThere: boolean }) {
      database.run(
        `UPDATE sessions SET forgotten = coalesce(forgotten, ?), baseline = max(size, baseline, ?, 1),
          size = max(size, ?), checkpoint = NULL, meta = NULL, destination = NULL, added = NULL, looked = NULL, let_go = 0,
          goes_on = NULL, goes_on_seq = NULL, goes_on_came = NULL${isThere ? "" : ", path = '', ino = 0"}
          ${where}`,
        new Date().toISOString(),
        size,
        size,
        provider,
        session,
      );
    },
    /** A person records it again. */
    remember({ provider, session }: SessionRef) {
      database.run(`UPDATE sessions SET forgotten = NULL ${where}`, provider, session);
    },
    isForgotten: ({ provider, session }: SessionRef) =>
      database.get(`SELECT 1 FROM sessions ${where} AND forgotten IS NOT NULL`, provider, session) !==
        undefined,
    /** The log of a forgotten session was read up to byte `size`, which is history from now on. */
    passOver({ provider, session }: SessionRef, size: number) {
      const sql = `UPDATE sessions SET baseline = max(baseline, ?), size = ?, crashes = 0 ${where}`;
      database.run(sql, size, size, provider, session);
    },
    forgotten: (): SessionRef[] =>
      database.all(
        "SELECT provider, session FROM sessions WHERE forgotten IS NOT NULL ORDER BY provider, session",
      )
        .map((row) => ({ provider: row["provider"] as ProviderId, session: String(row["session"]) })),
  };
}

/** Facts, lines that were dealt with, and counts of those that are not listed. */
function storeClaims(database: Database) {
  return {
    fact(name: string) {
      return text(database.get("SELECT value FROM facts WHERE name = ?", name)?.["value"]);
    },
    setFact(name: string, value: string) {
      database.run("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, value);
    },
    /** Whether this line was claimed before. */
    isClaimed(provider: ProviderId, event: string, place: number) {
      const sql = "SELECT 1 FROM commands WHERE provider = ? AND event = ? AND place = ?";
      return database.get(sql, provider, event, place) !== undefined;
    },
    /** Claims this line. False when it was claimed before. */
    claimCommand(provider: ProviderId, event: string, place: number) {
      return database.run(
        "INSERT OR IGNORE INTO commands (provider, event, place, time) VALUES (?, ?, ?, ?)",
        provider,
        event,
        place,
        new Date().toISOString(),
      ).changes === 1;
    },
    /** Counts a message whose `lines` are not listed in the audit log. Returns the sums. */
    countUnlisted({ provider, session }: SessionRef, lines: number) {
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
    forgetUnlisted({ provider, session }: SessionRef) {
      database.run(`DELETE FROM unlisted ${where}`, provider, session);
    },
    /** Counts that are not recorded yet. */
    unlisted: () => database.all("SELECT * FROM unlisted").map(unlistedFromRow),
  };
}

function fromRow(row: Row): StoredSession {
  const checkpoint = text(row["checkpoint"]);
  const into = text(row["goes_on"]);
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
    goesOn: into === null
      ? null
      : { into, seq: Number(row["goes_on_seq"]), came: Number(row["goes_on_came"]) },
    crashes: Number(row["crashes"]),
    quarantined: text(row["quarantined"]),
    isForgotten: row["forgotten"] !== null,
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
