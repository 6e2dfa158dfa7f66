/** Hashes the first bytes of a file. Requires read on the file. */
// Without a JIT, hashing in JavaScript takes a second for a megabyte.
import { createHash } from "node:crypto";
import { openRegular, readFull } from "../../parser/disk.ts";
import { READ_CHUNK } from "../../protocol/limits.ts";
import { letOthersGoOn } from "../slices.ts";

export interface HashedFile {
  /** How many bytes were hashed: fewer than asked for where the file has no more. */
  readonly bytes: number;
  readonly sha256: string;
  /** Bytes of the file. */
  readonly size: number;
}

/** @param most Bytes to hash; by default all that are there now. Null: it is no file that can be read. */
export async function hashFile(
  path: string,
  stopped: () => boolean,
  most = Infinity,
): Promise<HashedFile | "stopped" | null> {
  const opened = openRegular(path);
  if ("why" in opened) return null;
  using file = opened.file;
  const { size } = file.statSync();
  const hash = createHash("sha256");
  const end = Math.min(most, size);
  let bytes = 0;
  while (bytes < end) {
    if (stopped()) return "stopped";
    const piece = readFull(file, new Uint8Array(Math.min(READ_CHUNK, end - bytes)));
    if (piece.length === 0) break;
    hash.update(piece);
    bytes += piece.length;
    await letOthersGoOn();
  }
  return { bytes, sha256: hash.digest("hex"), size };
}
