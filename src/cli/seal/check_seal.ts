/**
 * Checks a file against its seal, without the daemon's state: its bytes, the audit record that the seal names, and the part
 * of the log that was there. Requires read on the file, its seal, the log folder and the session's logs.
 */
import { basename } from "@std/path";
import { findRecords } from "../../audit/search.ts";
import { readSmall } from "../../parser/disk.ts";
import { SEAL_BYTES } from "../../protocol/limits.ts";
import { entryAt } from "../../disk/entry_at.ts";
import type { FoundSession } from "../sessions/find_sessions.ts";
import type { CheckedFile } from "../verify/checked_file.ts";
import { hashFile, hashOpened } from "./hash_file.ts";
import { type Seal, seal as sealSchema, sealedWords } from "./seal.ts";
import type { SealCheck, SEALED_RECORD, SEALED_SOURCE } from "./seal_check.ts";

export interface SealOptions {
  readonly seal: string;
  /** What is judged. */
  readonly file: CheckedFile;
  /** Its real path. */
  readonly path: string;
  readonly logs: string;
  readonly source: FoundSession | null;
  readonly stopped: () => boolean;
}

/** Null: there is no seal. */
export async function checkSeal(options: SealOptions): Promise<SealCheck | "stopped" | null> {
  const { file, path, logs, source, stopped } = options;
  if (entryAt(options.seal) === null) return null;
  const seal = readSeal(options.seal, path);
  if (seal === null) return { seal: null };
  const hashed = await hashOpened(file, stopped, seal.file.bytes);
  const logsNow = await compareLogs(seal, source, stopped);
  if (hashed === "stopped" || logsNow === "stopped") return "stopped";
  const isSame = hashed.sha256 === seal.file.sha256 && hashed.bytes === seal.file.bytes;
  const state = !isSame ? "changed" : file.size > hashed.bytes ? "grown" : "same";
  return { seal, file: state, ...findRecord(seal, logs), source: logsNow };
}

/** The seal of this file; null where it is none. */
export function readSeal(path: string, file: string): Seal | null {
  const text = readSmall(path, SEAL_BYTES);
  if (text === null) return null;
  try {
    const { data } = sealSchema.safeParse(JSON.parse(text));
    return data?.file.name === basename(file) ? data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** By its hash, which is that of its content: a record that says the same elsewhere has another one. */
function findRecord(
  { audit, ...sealed }: Seal,
  logs: string,
): { readonly record: typeof SEALED_RECORD[number]; readonly sealedAt: string | null } {
  for (const record of findRecords(logs, [`"hash":"${audit.hash}"`])) {
    if (record.hash !== audit.hash) continue;
    const { sequence, event, detail, path } = record;
    // Not its path: the file may have been moved, and its name is in the seal.
    const isIt = sequence === audit.sequence && event === "file-sealed" && detail === sealedWords(sealed);
    return isIt ? { record: "found", sealedAt: path } : { record: "altered", sealedAt: null };
  }
  // A record of that number is there, or one from before it: then this one was removed.
  const [first] = findRecords(logs, ['"sequence":']);
  if (first === undefined) return { record: "no-log", sealedAt: null };
  return { record: first.sequence > audit.sequence ? "not-there" : "altered", sealedAt: null };
}

async function compareLogs(
  { source: { logs } }: Seal,
  source: FoundSession | null,
  stopped: () => boolean,
): Promise<typeof SEALED_SOURCE[number] | "stopped"> {
  if (source === null || logs.length === 0) return "gone";
  const { parts } = source.locate();
  for (const [index, log] of logs.entries()) {
    const path = parts[index]?.path;
    const hashed = path === undefined ? null : await hashFile(path, stopped, log.bytes);
    if (hashed === "stopped") return "stopped";
    if (hashed?.sha256 !== log.sha256) return "changed";
  }
  return "same";
}
