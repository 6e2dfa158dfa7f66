/** The rows of the index, as the indexer writes them. Requires write on the index. */
import type { DatabaseSync } from "node:sqlite";
import { BATCH_CHARS } from "../protocol/search_limits.ts";
import type { SessionRef } from "../protocol/session.ts";
import { packBlock, unpackBlock } from "./block.ts";
import { indexedText, type Passage } from "./passage.ts";

/** How its logs were when they were read. */
export interface LogFacts {
  readonly size: number;
  readonly modified: number;
}

export interface KnownSession extends SessionRef, LogFacts {
  readonly id: number;
  readonly gone: boolean;
  /** Of a recording, whose `session` is its path: the session that it holds. */
  readonly recorded: string | null;
}

export type Rows = ReturnType<typeof openRows>;

export function openRows(database: DatabaseSync) {
  const get = (sql: string) => database.prepare(sql);
  const statements = {
    known: get("SELECT id, provider, session, size, modified, gone, recorded FROM sessions"),
    find: get("SELECT id FROM sessions WHERE provider = ? AND session = ?"),
    add: get("INSERT INTO sessions (provider, session, modified, size) VALUES (?, ?, 0, -1)"),
    setFacts: get(
      "UPDATE sessions SET title = ?, project = ?, modified = ?, size = ?, blocked = ?, recorded = ?, gone = 0 WHERE id = ?",
    ),
    setGone: get("UPDATE sessions SET gone = ? WHERE id = ?"),
    reading: get("SELECT data FROM readings WHERE session = ?"),
    setReading: get("INSERT OR REPLACE INTO readings (session, data) VALUES (?, ?)"),
    dropReading: get("DELETE FROM readings WHERE session = ?"),
    dropSession: get("DELETE FROM sessions WHERE id = ?"),
    last: get("SELECT id + passages AS next FROM blocks ORDER BY id DESC LIMIT 1"),
    addBlock: get("INSERT INTO blocks (id, session, passages, provisional, latest) VALUES (?, ?, ?, ?, ?)"),
    addText: get("INSERT INTO texts (id, data) VALUES (?, ?)"),
    addWords: get("INSERT INTO words (rowid, text) VALUES (?, ?)"),
    blocks: get("SELECT id FROM blocks WHERE session = ? AND provisional >= ?"),
    text: get("SELECT data FROM texts WHERE id = ?"),
    dropWords: get("INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)"),
    dropText: get("DELETE FROM texts WHERE id = ?"),
    dropBlock: get("DELETE FROM blocks WHERE id = ?"),
  };
  let next = Number(statements.last.get()?.["next"] ?? 1);
  /** Characters that are not on the disk yet. */
  let batch = 0;
  const isFull = () => batch >= BATCH_CHARS;

  function commit(): void {
    if (database.isTransaction) database.exec("COMMIT");
    batch = 0;
  }

  return {
    database,
    statements,
    /** Each transaction waits for the disk several times: short sessions share one. */
    begin() {
      if (!database.isTransaction) database.exec("BEGIN IMMEDIATE");
    },
    commit,
    isFull,
    commitIfFull() {
      if (isFull()) commit();
    },
    known: (): KnownSession[] =>
      statements.known.all().map((row) => ({
        id: Number(row["id"]),
        provider: row["provider"] as KnownSession["provider"],
        session: String(row["session"]),
        size: Number(row["size"]),
        modified: Number(row["modified"]),
        gone: row["gone"] === 1,
        recorded: typeof row["recorded"] === "string" ? row["recorded"] : null,
      })),
    find({ provider, session }: SessionRef): number | null {
      const id = statements.find.get(provider, session)?.["id"];
      return typeof id === "number" ? id : null;
    },
    setGone: (id: number, gone: boolean) => void statements.setGone.run(gone ? 1 : 0, id),
    addBlock(session: number, passages: readonly Passage[], isProvisional: boolean) {
      statements.addBlock.run(next, session, passages.length, isProvisional ? 1 : 0, latestOf(passages));
      statements.addText.run(next, packBlock(passages));
      for (const passage of passages) {
        batch += passage.text.length;
        statements.addWords.run(next, indexedText(passage, session));
        next += 1;
      }
    },
    removePassages(session: number, onlyProvisional: boolean) {
      for (const { id } of statements.blocks.all(session, onlyProvisional ? 1 : 0)) {
        const data = statements.text.get(Number(id))?.["data"];
        if (!(data instanceof Uint8Array)) throw new Error("internal error: a block without a text");
        // An index without the texts takes words out by the texts that it was given.
        for (const [at, passage] of unpackBlock(data).entries()) {
          statements.dropWords.run(Number(id) + at, indexedText(passage, session));
        }
        statements.dropText.run(Number(id));
        statements.dropBlock.run(Number(id));
      }
    },
    removeSession(session: number) {
      statements.dropReading.run(session);
      statements.dropSession.run(session);
    },
  };
}

/** Null: nobody knows of one of them. */
function latestOf(passages: readonly Passage[]): number | null {
  const times = passages.map(({ time }) => time);
  return times.includes(null) ? null : Math.max(...times.filter((time) => time !== null));
}
