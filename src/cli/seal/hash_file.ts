/** Hashes the first bytes of a file. Requires read on the file. */
// Without a JIT, hashing in JavaScript takes a second for a megabyte.
import { createHash } from "node:crypto";
import { READ_CHUNK } from "../../protocol/limits.ts";
import { letOthersGoOn } from "../slices.ts";
import { type CheckedFile, openChecked } from "../verify/checked_file.ts";

export interface HashedFile {
  /** How many bytes were hashed: fewer than asked for where the file has no more. */
  readonly bytes: number;
  readonly sha256: string;
}

/** @param most Bytes to hash; by default all that are there now. Null: it is no file that can be read. */
export async function hashFile(
  path: string,
  stopped: () => boolean,
  most = Infinity,
): Promise<HashedFile | "stopped" | null> {
  const file = openChecked(path);
  if ("why" in file) return null;
  try {
    return await hashOpened(file, stopped, most);
  } finally {
    file.close();
  }
}

/** Of the file that is open: at its path there may be another one by now. */
export async function hashOpened(
  file: CheckedFile,
  stopped: () => boolean,
  most = Infinity,
): Promise<HashedFile | "stopped"> {
  const hash = createHash("sha256");
  const end = Math.min(most, file.size);
  let bytes = 0;
  while (bytes < end) {
    if (stopped()) return "stopped";
    const piece = file.bytesAt(bytes, Math.min(READ_CHUNK, end - bytes));
    if (piece.length === 0) break;
    hash.update(piece);
    bytes += piece.length;
    await letOthersGoOn();
  }
  return { bytes, sha256: hash.digest("hex") };
}
