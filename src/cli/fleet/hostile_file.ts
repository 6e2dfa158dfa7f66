/**
 * Reads what another person keeps, as root: that person may put anything in its place, at any moment. Nothing is followed,
 * nothing but a regular file of theirs is opened, and no look takes longer than a bound. Requires read on the path.
 */
import { dirname } from "@std/path";
import { reasonOf, systemWords } from "../../disk/entry_at.ts";
import { LOOK_MS } from "../../protocol/collector_limits.ts";

/** Why a file was not read; completes "PATH …". */
export class Refused extends Error {}

/** Null when nothing is there. Throws a Refused. */
export async function openOwned(path: string, uid: number, base: string): Promise<Deno.FsFile | null> {
  for (const folder of foldersTo(path, base)) {
    const seen = await look(folder);
    if (seen === null) return null;
    if (!seen.isDirectory || seen.uid !== uid) {
      throw new Refused(`${folder} is no folder of this person's own`);
    }
  }
  const named = await look(path);
  if (named === null) return null;
  if (!named.isFile || named.uid !== uid || named.nlink !== 1) {
    throw new Refused(`${path} is no plain file of this person's own`);
  }
  const file = await within(path, Deno.open(path));
  const opened = file.statSync();
  // The runtime follows links when it opens, so what was opened is compared with what was looked at.
  if (opened.isFile && opened.dev === named.dev && opened.ino === named.ino) return file;
  file.close();
  throw new Refused(`${path} changed while it was read`);
}

/** The text of it; null when nothing is there. Throws a Refused. */
export async function readOwned(
  path: string,
  uid: number,
  base: string,
  most: number,
): Promise<string | null> {
  using file = await openOwned(path, uid, base);
  if (file === null) return null;
  const bytes = new Uint8Array(most + 1);
  let length = 0;
  for (;;) {
    const count = file.readSync(bytes.subarray(length));
    if (count === null || count === 0) break;
    length += count;
  }
  if (length > most) throw new Refused(`${path} is larger than ${most} bytes`);
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** Those below `base` on the way to `path`, the outermost first. */
function foldersTo(path: string, base: string): string[] {
  const folder = dirname(path);
  return folder === base ? [] : [...foldersTo(folder, base), folder];
}

async function look(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await within(path, Deno.lstat(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    if (systemWords(error) === null) throw error;
    throw new Refused(`${path} cannot be looked at: ${reasonOf(error)}`);
  }
}

/** A file system of the person's may never answer. */
async function within<Result>(path: string, step: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Refused(`${path} does not answer`)), LOOK_MS);
  try {
    return await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}
