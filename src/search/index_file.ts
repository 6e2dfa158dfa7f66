/**
 * Opens the search index: one SQLite file in a folder of its own.
 *
 * The room of the search reads and writes `~/.kato/index`, with this driver. It gets events from others: it never opens a
 * log, a recording or a setting. No text gets into the index before the redaction ran over it.
 */
import { dirname } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { makePrivateFolder } from "../disk/atomic_file.ts";
import { entryAt } from "../disk/entry_at.ts";
import { INDEX_CACHE_KIB, INDEX_PATIENCE_MS } from "../protocol/search_limits.ts";
import { MIGRATIONS } from "./migrations.ts";

export type OpenedIndex =
  | { readonly opened: true; readonly database: DatabaseSync }
  /** A sentence, and what to do. */
  | { readonly opened: false; readonly message: string };

/** The index cannot be used for now, or is damaged. The message says what to do. */
export class IndexError extends Error {
  override readonly name = "IndexError";
}

/** Temporary files would be in a folder that no command may write to. */
const PRAGMAS = `PRAGMA busy_timeout = ${INDEX_PATIENCE_MS}; PRAGMA temp_store = MEMORY; ` +
  `PRAGMA cache_size = -${INDEX_CACHE_KIB};`;

const ABSENT = "Nothing is indexed yet. 'kato search --update' makes the index.";

/** The paths of an index. All are in its folder. */
export interface IndexPlaces {
  readonly indexFile: string;
  readonly indexLock: string;
}

/** Opens the index to read it. */
export function openToRead(places: IndexPlaces, uid: number): OpenedIndex {
  const path = places.indexFile;
  const odd = findStranger(places, uid);
  if (odd !== null) return refuse(odd);
  if (entryAt(path) === null) return refuse(ABSENT);
  return guard(path, () => {
    const database = new DatabaseSync(path, { readOnly: true });
    database.exec(PRAGMAS);
    const version = versionOf(database);
    if (version > MIGRATIONS.length) return newer(path, version, database);
    if (version === MIGRATIONS.length) return { opened: true, database };
    database.close();
    return refuse(`${path} was written by an older kato. 'kato search --update' brings it up to date.`);
  });
}

/** All that `read` reads is of one moment. A writer waits meanwhile, as long as its patience lasts. */
export function readAtOnce<Result>(database: DatabaseSync, read: () => Result): Result {
  database.exec("BEGIN");
  try {
    return read();
  } finally {
    // Some errors end it.
    if (database.isTransaction) database.exec("ROLLBACK");
  }
}

/** Makes the folder of the index, mode 0700. Null: it is there, and holds nothing but kato's own; or what is wrong. */
export function makeIndexFolder(places: IndexPlaces, uid: number): string | null {
  const odd = findStranger(places, uid);
  if (odd === null) makePrivateFolder(dirname(places.indexFile));
  return odd;
}

/** Locks the index for one writer, until the file is closed. Null: another one has it. The kernel ends a lock with its process. */
export function lockIndex({ indexLock }: IndexPlaces): Deno.FsFile | null {
  const file = Deno.openSync(indexLock, { create: true, read: true, write: true, mode: 0o600 });
  if (file.tryLockSync(true)) return file;
  file.close();
  return null;
}

/** Opens or makes the index, mode 0600, and brings its schema up to date. Needs the folder and the lock. */
export function openToWrite({ indexFile: path }: IndexPlaces): OpenedIndex {
  const file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  const isPrivate = ((file.statSync().mode ?? 0) & 0o777) === 0o600;
  file.close();
  if (!isPrivate) Deno.chmodSync(path, 0o600);
  return guard(path, () => {
    const database = new DatabaseSync(path);
    // A rollback journal, because a reader with less authority than this process can read beside it. A power failure may
    // take the last batch, which is read again then.
    // Only a file without tables takes to 'auto_vacuum': its free space can be given back later.
    database.exec(
      `PRAGMA auto_vacuum = INCREMENTAL; ${PRAGMAS} PRAGMA journal_mode = DELETE; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;`,
    );
    const version = versionOf(database);
    if (version > MIGRATIONS.length) return newer(path, version, database);
    for (const [index, step] of MIGRATIONS.slice(version).entries()) {
      database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${version + index + 1}; COMMIT;`);
    }
    return { opened: true, database };
  });
}

/** Takes the index away, and what SQLite left beside it. */
export function removeIndex({ indexFile: path }: IndexPlaces): void {
  // The journal first: it would be applied to a later index.
  for (const file of [`${path}-journal`, path]) {
    try {
      Deno.removeSync(file);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function guard<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw asIndexError(path, error);
  }
}

/** An error of SQLite as one that says what to do; every other one as it is. */
export function asIndexError(path: string, error: unknown): unknown {
  const isSqlite = error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
  if (!isSqlite) return error;
  return new IndexError(`Cannot use the index ${path}: ${error.message}. ${mendOf(error.message)}`, {
    cause: error,
  });
}

/** SQLite's words: the runtime gives no number. */
function mendOf(words: string): string {
  if (/malformed|not a database|unsupported file format|disk image/.test(words)) {
    return "'kato search --rebuild' makes it anew from the logs.";
  }
  if (/locked|busy/.test(words)) return "Another search writes to it; try again when that one is done.";
  if (/readonly/.test(words)) return "Run the search without --no-update once.";
  return "Mend this, and try again; 'kato search --rebuild' makes the index anew.";
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
}

function newer(path: string, version: number, database: DatabaseSync): OpenedIndex {
  database.close();
  return refuse(
    `${path} was written by a newer kato (schema ${version}, this one knows ${MIGRATIONS.length}). ` +
      "Install that version again, or make the index anew with 'kato search --rebuild'.",
  );
}

function refuse(message: string): OpenedIndex {
  return { opened: false, message };
}

/** Why the folder or the file cannot be kato's own; null: it can, or it is not there. A link is never followed. */
function findStranger({ indexFile, indexLock }: IndexPlaces, uid: number): string | null {
  const folder = dirname(indexFile);
  const holds = entryAt(folder);
  const mend = "Move it away and search again: kato makes its own.";
  if (holds !== null && (!holds.isDirectory || holds.uid !== uid)) {
    return `${folder} is ${holds.isSymlink ? "a link" : "no folder of yours"}. ${mend}`;
  }
  for (const file of [indexFile, `${indexFile}-journal`, indexLock]) {
    const entry = holds === null ? null : entryAt(file);
    if (entry === null || (entry.isFile && entry.uid === uid && (entry.nlink ?? 1) === 1)) continue;
    return `${file} is ${entry.isSymlink ? "a link" : "no file of kato's"}. ${mend}`;
  }
  return null;
}
