/**
 * Puts sessions into the index. It gets events, takes the secrets out of them, and writes passages. What was read of a
 * session and how far it was read get on the disk in one transaction, so that a kill at any point loses the last batch
 * and nothing else. Requires write on the index.
 */
import type { DatabaseSync } from "node:sqlite";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type Checkpoint, checkpoint as checkpointSchema } from "../protocol/cursor.ts";
import type { Event } from "../protocol/event.ts";
import type { Redaction } from "../protocol/redaction.ts";
import { BATCH_CHARS, BLOCK_CHARS, BLOCK_PASSAGES, READ_ANEW_BYTES } from "../protocol/search_limits.ts";
import type { SessionMeta, SessionRef } from "../protocol/session.ts";
import { beginRedaction, redactEvent, type RedactionState, redactLine } from "../redaction/redact_event.ts";
import { packBlock, unpackBlock } from "./block.ts";
import { indexedText, type Passage, passageOf } from "./passage.ts";

/** How its logs were when they were read. */
export interface LogFacts {
  readonly size: number;
  readonly modified: number;
}

export interface KnownSession extends SessionRef, LogFacts {
  readonly id: number;
  readonly gone: boolean;
}

/** A session that is being read. Nothing counts before `keep` or `finish`. */
export interface SessionWork {
  /** From where to read on; null: from the beginning. */
  readonly from: Checkpoint | null;
  /** Whether there is so much that it should be kept. */
  isFull(): boolean;
  /** The next event. False: the redaction cannot run over it, so that it must not be in the index. */
  take(event: Event): boolean;
  /** Keeps what was taken. Null: it is of the rest, and reading goes on from the checkpoint before it. */
  keep(checkpoint: Checkpoint | null): void;
  /** From here on events are provisional: they are read again when the logs grow. */
  beginRest(): void;
  /** Keeps what was taken since, and how the logs were. `blocked`: why the rest is not in the index. */
  finish(facts: LogFacts & Pick<SessionMeta, "title" | "project">, blocked: string | null): void;
  /** Takes all of it out: its logs are read from the beginning. */
  restart(): void;
  /** Drops what was not kept. */
  abandon(): void;
}

export type Indexer = ReturnType<typeof openIndexer>;

/** @param redact Of tests alone. */
export function openIndexer(database: DatabaseSync, redaction: Redaction, redact = redactEvent) {
  const rows = openRows(database);
  return {
    known: () => rows.known(),
    begin: (ref: SessionRef) => beginWork(rows, ref, redaction, redact),
    /** Has everything that was kept on the disk. */
    commit: () => rows.commit(),
    /** Notes that the logs of a session are not there any more, or are there again. What is indexed stays. */
    setGone(id: number, gone: boolean) {
      rows.begin();
      rows.setGone(id, gone);
    },
    /** Takes a session out of the index, and says whether it was there. Its words are overwritten. */
    forget(ref: SessionRef): boolean {
      const id = rows.find(ref);
      if (id === null) return false;
      database.exec("PRAGMA secure_delete = ON; BEGIN IMMEDIATE");
      rows.removePassages(id, false);
      rows.removeSession(id);
      database.exec("COMMIT");
      return true;
    },
  };
}

type Rows = ReturnType<typeof openRows>;

function openRows(database: DatabaseSync) {
  const get = (sql: string) => database.prepare(sql);
  const statements = {
    known: get("SELECT id, provider, session, size, modified, gone FROM sessions"),
    find: get("SELECT id FROM sessions WHERE provider = ? AND session = ?"),
    add: get("INSERT INTO sessions (provider, session, modified, size) VALUES (?, ?, 0, -1)"),
    setFacts: get(
      "UPDATE sessions SET title = ?, project = ?, modified = ?, size = ?, blocked = ?, gone = 0 WHERE id = ?",
    ),
    setGone: get("UPDATE sessions SET gone = ? WHERE id = ?"),
    reading: get("SELECT data FROM readings WHERE session = ?"),
    setReading: get("INSERT OR REPLACE INTO readings (session, data) VALUES (?, ?)"),
    dropReading: get("DELETE FROM readings WHERE session = ?"),
    dropSession: get("DELETE FROM sessions WHERE id = ?"),
    last: get("SELECT id + passages AS next FROM blocks ORDER BY id DESC LIMIT 1"),
    addBlock: get("INSERT INTO blocks (id, session, passages, provisional) VALUES (?, ?, ?, ?)"),
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
      })),
    find({ provider, session }: SessionRef): number | null {
      const id = statements.find.get(provider, session)?.["id"];
      return typeof id === "number" ? id : null;
    },
    setGone: (id: number, gone: boolean) => void statements.setGone.run(gone ? 1 : 0, id),
    addBlock(session: number, passages: readonly Passage[], isProvisional: boolean) {
      statements.addBlock.run(next, session, passages.length, isProvisional ? 1 : 0);
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

/** What a reading goes on from. */
interface Reading {
  readonly checkpoint: Checkpoint;
  readonly redaction: RedactionState;
}

function beginWork(
  rows: Rows,
  { provider, session }: SessionRef,
  redaction: Redaction,
  redact: typeof redactEvent,
): SessionWork {
  const { database, statements } = rows;
  const known = rows.find({ provider, session });
  const reading = known === null ? null : readingOf(statements.reading.get(known)?.["data"]);
  let state = structuredClone(reading?.redaction ?? beginRedaction());
  let id = known;
  /** Of the session's row, once it is on the disk. */
  let kept = known;
  let isRest = false;
  let passages: Passage[] = [];
  let length = 0;
  let isOpen = false;

  /** Begins what `abandon` undoes. */
  function open(): number {
    if (!isOpen) {
      rows.begin();
      database.exec("SAVEPOINT work");
      isOpen = true;
    }
    id ??= Number(statements.add.run(provider, session).lastInsertRowid);
    return id;
  }

  function flush(): void {
    if (passages.length > 0) rows.addBlock(open(), passages, isRest);
    passages = [];
    length = 0;
  }

  function safePassage(event: Event): Passage | null | "unsafe" {
    let safe: Event;
    try {
      safe = redact(event, redaction, state);
    } catch {
      // Its words may hold a part of the text, so that nobody may see them. The caller says that the session is blocked.
      return "unsafe";
    }
    return passageOf(safe);
  }

  function close(): void {
    database.exec("RELEASE work");
    isOpen = false;
    kept = id;
    rows.commitIfFull();
  }

  // Without a reading, its logs are read from the beginning.
  if (known !== null) rows.removePassages(open(), reading !== null);
  return {
    from: reading?.checkpoint ?? null,
    isFull: () => rows.isFull(),
    take(event) {
      const passage = safePassage(event);
      if (passage === null) return true;
      if (passage === "unsafe") return false;
      passages.push(passage);
      length += passage.text.length;
      if (length >= BLOCK_CHARS || passages.length >= BLOCK_PASSAGES) flush();
      return true;
    },
    keep(checkpoint) {
      const session = open();
      flush();
      if (checkpoint !== null) {
        statements.setReading.run(session, packReading({ checkpoint, redaction: state }));
      }
      close();
    },
    beginRest() {
      flush();
      isRest = true;
    },
    finish({ title, project, size, modified }, blocked) {
      const session = open();
      flush();
      const safe = title === null ? null : redactLine(title, redaction);
      statements.setFacts.run(safe, project, modified, size, blocked, session);
      if (size < READ_ANEW_BYTES) statements.dropReading.run(session);
      close();
    },
    restart() {
      const session = open();
      passages = [];
      length = 0;
      rows.removePassages(session, false);
      statements.dropReading.run(session);
      state = beginRedaction();
      isRest = false;
    },
    abandon() {
      if (isOpen) database.exec("ROLLBACK TO work; RELEASE work");
      isOpen = false;
      id = kept;
      passages = [];
      length = 0;
    },
  };
}

function packReading(reading: Reading): Uint8Array {
  return zstdCompressSync(new TextEncoder().encode(JSON.stringify(reading)));
}

/** Null: from the beginning. */
function readingOf(data: unknown): Reading | null {
  if (!(data instanceof Uint8Array)) return null;
  const { checkpoint, redaction } = JSON.parse(new TextDecoder().decode(zstdDecompressSync(data))) as Reading;
  return { checkpoint: checkpointSchema.parse(checkpoint), redaction };
}
