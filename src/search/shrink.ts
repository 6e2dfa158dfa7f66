/** Gives free space of the index back to the disk. Requires read and write on the folder of the index. */
import type { DatabaseSync } from "node:sqlite";
import { entryAt } from "../disk/entry_at.ts";
import { type IndexPlaces, lockIndex, makeIndexFolder, openToRead, openToWrite } from "./index_file.ts";

/**
 * - `none`: there is no index, or it is not looked at
 * - `off`: policy does not allow the search
 * - `shrunk`: `bytes` are given back, or would be
 * - `fixed`: an older kato made the index, whose file cannot become smaller; `bytes` are free in it
 * - `left`: nothing was done, and `why`
 */
export interface Shrunk {
  readonly state: "none" | "off" | "shrunk" | "fixed" | "left";
  readonly bytes: number;
  readonly why: string | null;
}

/** VACUUM is not possible: it attaches a file, which the runtime lets SQLite never do. */
export function shrinkIndex(places: IndexPlaces, uid: number): Shrunk {
  if (entryAt(places.indexFile) === null) return NONE;
  const odd = makeIndexFolder(places, uid);
  if (odd !== null) return left(odd);
  using lock = lockIndex(places);
  if (lock === null) return left("A search is updating the index. Clean again when it is done.");
  const opened = openToWrite(places);
  if (!opened.opened) return left(opened.message);
  using database = opened.database;
  const free = freeSpace(database);
  if (free.state !== "shrunk" || free.bytes === 0) return free;
  // Each row is a page that is given back, so all of them must be fetched; there may be millions, so none is kept.
  for (const _page of database.prepare("PRAGMA incremental_vacuum").iterate()) continue;
  return { ...free, bytes: free.bytes - freeSpace(database).bytes };
}

/** What `shrinkIndex()` would do. Changes nothing. */
export function measureFreeSpace(places: IndexPlaces, uid: number): Shrunk {
  if (entryAt(places.indexFile) === null) return NONE;
  const opened = openToRead(places, uid);
  if (!opened.opened) return left(opened.message);
  using database = opened.database;
  return freeSpace(database);
}

const NONE: Shrunk = { state: "none", bytes: 0, why: null };

function left(why: string): Shrunk {
  return { state: "left", bytes: 0, why };
}

function freeSpace(database: DatabaseSync): Shrunk {
  const number = (pragma: string) => Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma] ?? 0);
  return {
    state: number("auto_vacuum") === INCREMENTAL ? "shrunk" : "fixed",
    bytes: number("freelist_count") * number("page_size"),
    why: null,
  };
}

/** SQLite's number of this kind of `auto_vacuum`. */
const INCREMENTAL = 2;
