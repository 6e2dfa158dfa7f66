/**
 * The daemon's state: one SQLite database, which only the orchestrator opens. When a transaction returns, it is on the
 * disk. Requires read and write on the state folder.
 */
import { dirname } from "@std/path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { flushFoldersOf } from "../disk/flush_folder.ts";
import { entryAt } from "../disk/entry_at.ts";
import { MIGRATIONS } from "./migrations.ts";

export interface Database {
  /** Runs `change` in one transaction. When it returns, all of it is on the disk. When it throws, none is. */
  transact<Result>(change: () => Result): Result;
  run(sql: string, ...values: Value[]): { readonly id: number; readonly changes: number };
  all(sql: string, ...values: Value[]): Row[];
  get(sql: string, ...values: Value[]): Row | undefined;
  close(): void;
}

export type Value = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, unknown>>;

export type OpenedState =
  | { readonly opened: true; readonly database: Database }
  | { readonly opened: false; readonly message: string };

/** The database cannot be used for now: it is locked, the disk is full or read-only … */
export class StateError extends Error {
  override readonly name = "StateError";
}

/** How long to wait for another program that writes to the database, such as a backup. Milliseconds. */
const PATIENCE_MS = 250;

/**
 * Opens or makes the database at `path`, mode 0600, and brings its schema up to date. Throws a StateError or the system's
 * error when that is not possible for now.
 *
 * @param damaged Called once if the file turns out later to be damaged.
 */
export function openState(path: string, damaged: (message: string) => void = () => {}): OpenedState {
  let isOpen = false;
  const failures = createFailures(path, (message) => {
    if (isOpen) damaged(message);
  });
  let connection: DatabaseSync | null = null;
  try {
    // Made here, so that its mode does not depend on the umask. SQLite gives its side files the same mode.
    const isNew = entryAt(path) === null;
    const file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
    const isPrivate = ((file.statSync().mode ?? 0) & 0o777) === 0o600;
    file.close();
    // Only where needed: a disk that is read-only for now would refuse it.
    if (!isPrivate) Deno.chmodSync(path, 0o600);
    if (isNew) flushFoldersOf([path]);
    connection = new DatabaseSync(path);
    connection.exec(
      `PRAGMA busy_timeout = ${PATIENCE_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ` +
        // Removed rows leave no bytes in pages that are written anyway; a file for temporary tables is out of reach.
        "PRAGMA foreign_keys = ON; PRAGMA cache_size = -256; PRAGMA secure_delete = FAST; " +
        "PRAGMA temp_store = MEMORY;",
    );
    const version = Number(connection.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
    if (version > MIGRATIONS.length) {
      connection.close();
      const message =
        `${path} was written by a newer kato (schema ${version}, this one knows ${MIGRATIONS.length}). ` +
        `Install that version again, or move the file away to begin with empty state.`;
      return { opened: false, message };
    }
    for (const [index, step] of MIGRATIONS.slice(version).entries()) {
      connection.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${version + index + 1}; COMMIT;`);
    }
  } catch (error) {
    connection?.close();
    const failure = failures.wrap(error);
    if (failures.isDamaged()) return { opened: false, message: sayDamaged(path) };
    throw failure;
  }
  isOpen = true;
  return { opened: true, database: useConnection(connection, failures) };
}

function useConnection(connection: DatabaseSync, failures: Failures): Database {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  let inTransaction = false;
  let isPatient = true;

  /** After waiting in vain, writes do not wait: waiting holds up everything, and a failed step is tried again anyway. */
  function setPatience(patient: boolean): void {
    if (patient === isPatient) return;
    connection.exec(`PRAGMA busy_timeout = ${patient ? PATIENCE_MS : 0}`);
    isPatient = patient;
  }

  function attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw failures.wrap(error);
    }
  }

  function attemptWriting<Result>(work: () => Result): Result {
    try {
      const result = attempt(work);
      setPatience(true);
      return result;
    } catch (error) {
      if (error instanceof StateError) setPatience(false);
      throw error;
    }
  }

  return {
    transact(change) {
      if (inTransaction) return change();
      inTransaction = true;
      try {
        return attemptWriting(() => {
          connection.exec("BEGIN IMMEDIATE");
          const result = change();
          connection.exec("COMMIT");
          return result;
        });
      } catch (error) {
        // On a full disk, SQLite has rolled back by itself.
        if (connection.isTransaction) connection.exec("ROLLBACK");
        throw error;
      } finally {
        inTransaction = false;
      }
    },
    run: (sql, ...values) =>
      attemptWriting(() => {
        const { changes, lastInsertRowid } = prepare(sql).run(...values);
        return { id: Number(lastInsertRowid), changes: Number(changes) };
      }),
    all: (sql, ...values) => attempt(() => prepare(sql).all(...values)),
    get: (sql, ...values) => attempt(() => prepare(sql).get(...values)),
    close: () => connection.close(),
  };
}

interface Failures {
  /** An error of SQLite as a StateError; a bug of kato's as it is. */
  wrap(error: unknown): unknown;
  isDamaged(): boolean;
}

/** SQLite's words: the runtime gives no number. */
const DAMAGED = /malformed|not a database|unsupported file format/;
const OUR_OWN =
  /constraint failed|syntax error|no such (?:table|column)|datatype mismatch|cannot start a transaction/;

function createFailures(path: string, damaged: (message: string) => void): Failures {
  let isDamaged = false;
  return {
    wrap(error) {
      const isSqlite = error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
      if (!isSqlite || OUR_OWN.test(error.message)) return error;
      if (DAMAGED.test(error.message) && !isDamaged) {
        isDamaged = true;
        damaged(sayDamaged(path));
      }
      return new StateError(`Cannot use the state ${path}: ${error.message}`, { cause: error });
    },
    isDamaged: () => isDamaged,
  };
}

function sayDamaged(path: string): string {
  return `${path} is damaged. Put a backup in its place, or move the folder ${
    dirname(path)
  } away to begin with empty ` +
    "state: recordings stay as they are, and what is in the logs by then is history.";
}
