/** Files that others read while we write them. Requires write on the folder of the file. Room: system; edge. */
import { dirname, join } from "@std/path";
import { flushFolder, flushFoldersOf } from "./flush_folder.ts";
import { entryAt } from "./entry_at.ts";

/**
 * Replaces `path` with `text`, mode 0600: a reader sees the old text or the new, whole.
 *
 * @param lasting Also after a power failure, which otherwise may leave the old text, or an empty file. Requires read
 * on the folder, too.
 */
export function writeAtomically(path: string, text: string, lasting = false): void {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    Deno.writeTextFileSync(temporary, text, { createNew: true, mode: 0o600 });
    // The umask may have taken more than group and others.
    Deno.chmodSync(temporary, 0o600);
    if (lasting) flush(temporary);
    Deno.renameSync(temporary, path);
    if (lasting) flushFolder(dirname(path));
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

function flush(path: string): void {
  using file = Deno.openSync(path, { write: true });
  file.syncSync();
}

/** After a failure, which is told; that something is left of the attempt is the lesser one. */
function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Most likely it was never made.
  }
}

/** Makes `path` and what is missing above it, each mode 0700 under any umask. Requires write on `path`. */
export function makePrivateFolder(path: string): void {
  const isNew = entryAt(path) === null;
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  // Not where it is needless: on a disk that is read-only for now, it would be refused.
  if (((Deno.statSync(path).mode ?? 0) & 0o777) !== 0o700) Deno.chmodSync(path, 0o700);
  if (!isNew) return;
  try {
    flushFoldersOf([path]);
  } catch (error) {
    // The launcher makes and flushes kato's own folders. In a checkout, a process may not look above the one it makes.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}
