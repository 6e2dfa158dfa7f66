/**
 * Takes the bytes of removed rows out of the state's files. VACUUM would do that, but the runtime's sandbox keeps SQLite from
 * attaching a file, which VACUUM does. Requires write on the state folder.
 */
import { SCRUB_ROWS } from "../protocol/state_limits.ts";
import { type Database, StateError } from "./state.ts";

/** Tables with words or paths of sessions, and the keys of their rows. */
const TABLES = Object.entries({
  sessions: "provider, session",
  recordings: "id",
  deliveries: "recording",
  files: "dev, ino",
});

/** Throws a StateError when that cannot be done now. It can be done again. */
export function scrub(database: Database): void {
  database.get("PRAGMA secure_delete = ON");
  // SQLite overwrites the first page of an emptied table only if no other table may refer to it.
  database.get("PRAGMA foreign_keys = OFF");
  try {
    database.transact(() => {
      // First, for rows that move take free pages, and may leave a part of one as it was.
      overwriteFreePages(database);
      for (const [table, key] of TABLES) rewriteTable(database, table, key);
    });
  } finally {
    database.get("PRAGMA foreign_keys = ON");
    database.get("PRAGMA secure_delete = FAST");
  }
  // The journal has them, too.
  if (database.get("PRAGMA wal_checkpoint(TRUNCATE)")?.["busy"] !== 0) {
    throw new StateError("Another program reads the state, so that its journal cannot be emptied");
  }
}

/** A page may hold a copy of a row that has moved to another one. So each row gets a new page. */
function rewriteTable(database: Database, table: string, key: string): void {
  const kept = `kept_${table}`;
  database.run(`CREATE TABLE ${kept} AS SELECT * FROM ${table} LIMIT 0`);
  moveRows(database, table, kept, key);
  moveRows(database, kept, table, "rowid");
  database.run(`DROP TABLE ${kept}`);
}

/** In portions: the next one takes the pages that this one leaves, so neither the file nor the memory doubles. */
function moveRows({ run }: Database, from: string, to: string, key: string): void {
  const portion = `FROM ${from} ORDER BY ${key} LIMIT ${SCRUB_ROWS}`;
  while (run(`INSERT INTO ${to} SELECT * ${portion}`).changes > 0) {
    run(`DELETE FROM ${from} WHERE (${key}) IN (SELECT ${key} ${portion})`);
  }
  // An empty table and its indexes still have a page each. This overwrites those.
  run(`DELETE FROM ${from}`);
}

/** Pages that were freed before, which a row of zeros takes and gives back. */
function overwriteFreePages({ run, get }: Database): void {
  const number = (pragma: string) => Number(get(`PRAGMA ${pragma}`)?.[pragma] ?? 0);
  run("CREATE TABLE zeros (zeros BLOB) STRICT");
  run("INSERT INTO zeros VALUES (zeroblob(?))", number("freelist_count") * number("page_size"));
  run("DROP TABLE zeros");
}
