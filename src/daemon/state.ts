/**
 * The daemon's state: one SQLite database, opened by the orchestrator alone. A transaction that returned is on the
 * disk. Requires read and write on the state folder. Room: daemon; edge.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { flushFoldersOf } from "../system/flush_folder.ts";
import { lookAt } from "../system/look.ts";
import { MIGRATIONS } from "./migrations.ts";

export interface Database {
  /** Runs `change` in one transaction: all of it is on the disk when this returns, or none. */
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

/** Opens or makes the database at `path`, mode 0600, and brings its schema up to date. */
export function openState(path: string): OpenedState {
  // Made here and not by SQLite, so that its mode does not depend on the umask; SQLite gives its side files the same.
  const isNew = lookAt(path) === null;
  Deno.openSync(path, { append: true, create: true, mode: 0o600 }).close();
  Deno.chmodSync(path, 0o600);
  if (isNew) flushFoldersOf([path]);
  const connection = new DatabaseSync(path);
  connection.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -256;",
  );
  const version = Number(connection.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (version > MIGRATIONS.length) {
    connection.close();
    return {
      opened: false,
      message:
        `${path} was written by a newer kato (schema ${version}, this one knows ${MIGRATIONS.length}). ` +
        `Install that version again, or move the file away to begin with empty state.`,
    };
  }
  MIGRATIONS.slice(version).forEach((step, index) => {
    connection.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${version + index + 1}; COMMIT;`);
  });

  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  let depth = 0;

  const database: Database = {
    transact(change) {
      if (depth > 0) return change();
      connection.exec("BEGIN IMMEDIATE");
      depth += 1;
      try {
        const result = change();
        connection.exec("COMMIT");
        return result;
      } catch (error) {
        connection.exec("ROLLBACK");
        throw error;
      } finally {
        depth -= 1;
      }
    },
    run(sql, ...values) {
      const { changes, lastInsertRowid } = prepare(sql).run(...values);
      return { id: Number(lastInsertRowid), changes: Number(changes) };
    },
    all: (sql, ...values) => prepare(sql).all(...values),
    get: (sql, ...values) => prepare(sql).get(...values),
    close: () => connection.close(),
  };
  return { opened: true, database };
}
