/**
 * Takes the bytes of removed rows out of the state's files. VACUUM would do that, but the runtime's sandbox keeps SQLite from
 * attaching a file, which VACUUM does. Requires write on the state folder.
 */
import { type Database, StateError } from "./state.ts";

/** Tables with words or paths of sessions, those that refer to another before it. */
const TABLES = ["deliveries", "recordings", "sessions", "files"] as const;

/** Throws a StateError when that cannot be done now. It can be done again. */
export function scrub(database: Database): void {
  database.get("PRAGMA secure_delete = ON");
  try {
    database.transact(() => {
      rewriteTables(database);
      overwriteFreePages(database);
    });
  } finally {
    database.get("PRAGMA secure_delete = FAST");
  }
  // The journal has them, too.
  if (database.get("PRAGMA wal_checkpoint(TRUNCATE)")?.["busy"] !== 0) {
    throw new StateError("Another program reads the state, so that its journal cannot be emptied");
  }
}

/** A page may hold a copy of a row that has moved to another one. So each row gets a new page. */
function rewriteTables({ run }: Database): void {
  for (const table of TABLES) {
    run(`CREATE TEMP TABLE kept_${table} AS SELECT * FROM ${table}`);
    run(`DELETE FROM ${table}`);
  }
  for (const table of TABLES.toReversed()) {
    run(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
    run(`DROP TABLE kept_${table}`);
  }
}

/** Pages that were freed before, which a row of zeros takes and gives back. */
function overwriteFreePages({ run, get }: Database): void {
  const number = (pragma: string) => Number(get(`PRAGMA ${pragma}`)?.[pragma] ?? 0);
  run("CREATE TABLE zeros (zeros BLOB) STRICT");
  run("INSERT INTO zeros VALUES (zeroblob(?))", number("freelist_count") * number("page_size"));
  run("DROP TABLE zeros");
}
