/**
 * Puts sessions into the index. It gets events, takes the secrets out of them, and writes passages. What was read of a
 * session and how far it was read get on the disk in one transaction, so that a kill at any point loses the last batch
 * and nothing else. Requires write on the index.
 */
import type { DatabaseSync } from "node:sqlite";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Event } from "../protocol/event.ts";
import type { Redaction } from "../protocol/redaction.ts";
import { BLOCK_CHARS, BLOCK_PASSAGES, READ_ANEW_BYTES } from "../protocol/search_limits.ts";
import type { SessionMeta, SessionRef } from "../protocol/session.ts";
import { beginRedaction, redactEvent, type RedactionState, redactLine } from "../redaction/redact_event.ts";
import { type Passage, passageOf } from "./passage.ts";
import { type KnownSession, type LogFacts, openRows, type Rows } from "./rows.ts";

export interface Finished {
  /** Why the rest is not in the index. */
  readonly blocked: string | null;
  /** Of a recording: the session that it holds. */
  readonly recorded: string | null;
}

/** A session that is being read. Nothing counts before `keep` or `finish`. */
export interface SessionWork {
  /** From where to read on, as `keep` got it; null: from the beginning. */
  readonly from: unknown;
  /** Whether there is so much that it should be kept. */
  isFull(): boolean;
  /** The next event. False: the redaction cannot run over it, so that it must not be in the index. */
  take(event: Event): boolean;
  /** Keeps what was taken. Null: it is of the rest, and reading goes on from the place before it. */
  keep(place: unknown): void;
  /** From here on events are provisional: they are read again when the logs grow. */
  beginRest(): void;
  /** Keeps what was taken since, and how the logs were. */
  finish(facts: LogFacts & Pick<SessionMeta, "title" | "project">, how: Finished): void;
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
    /** Takes out what `known` listed. */
    drop({ id }: KnownSession) {
      rows.begin();
      rows.removePassages(id, false);
      rows.removeSession(id);
    },
    /** Takes a session and its recordings out of the index, and says whether there was one. Their words are overwritten. */
    forget(ref: SessionRef): boolean {
      const ids = rows.known().filter((known) => isOf(known, ref)).map(({ id }) => id);
      if (ids.length === 0) return false;
      rows.commit();
      database.exec("PRAGMA secure_delete = ON; BEGIN IMMEDIATE");
      for (const id of ids) {
        rows.removePassages(id, false);
        rows.removeSession(id);
      }
      database.exec("COMMIT");
      return true;
    },
  };
}

function isOf({ provider, session, recorded }: KnownSession, ref: SessionRef): boolean {
  return provider === ref.provider && (recorded ?? session) === ref.session;
}

/** What a reading goes on from. */
interface Reading {
  readonly place: unknown;
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
    from: reading?.place ?? null,
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
    keep(place) {
      const session = open();
      flush();
      if (place !== null) {
        statements.setReading.run(session, packReading({ place, redaction: state }));
      }
      close();
    },
    beginRest() {
      flush();
      isRest = true;
    },
    finish({ title, project, size, modified }, { blocked, recorded }) {
      const session = open();
      flush();
      const safe = title === null ? null : redactLine(title, redaction);
      statements.setFacts.run(safe, project, modified, size, blocked, recorded, session);
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
  return JSON.parse(new TextDecoder().decode(zstdDecompressSync(data))) as Reading;
}
