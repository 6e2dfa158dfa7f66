/**
 * Writes files that other processes may read at the same moment, and makes private folders.
 *
 * The room of the disk holds calls that several rooms need: replace a file, make a folder, flush a folder, look at an
 * entry. It has no path of its own and may touch only what its caller may. It never follows a link and never reads
 * the content of a file.
 */
import { dirname, join } from "@std/path";
import { flushFolder, flushFoldersOf } from "./flush_folder.ts";
import { entryAt } from "./entry_at.ts";

/**
 * Replaces `path` with `text`, mode 0600. A reader sees the whole old text or the whole new one. Requires write on the
 * folder of the file.
 *
 * @param lasting The new text survives a power failure. Otherwise the file may hold the old text then, or be empty.
 * Requires read on the folder, too.
 */
export function writeAtomically(path: string, text: string, lasting = false): void {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    // The runtime gives the file this mode under any umask.
    Deno.writeTextFileSync(temporary, text, { createNew: true, mode: 0o600 });
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

/** Cleans up after a failure, which is thrown. What stays is the lesser problem. */
function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Most likely it was never made.
  }
}

/** Makes `path`, and the folders above it that are missing, with mode 0700 under any umask. Requires write on `path`. */
export function makePrivateFolder(path: string): void {
  const isNew = entryAt(path) === null;
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  // A disk that is read-only for now would refuse even a needless change of mode.
  if (((Deno.statSync(path).mode ?? 0) & 0o777) !== 0o700) Deno.chmodSync(path, 0o700);
  if (!isNew) return;
  try {
    flushFoldersOf([path]);
  } catch (error) {
    // In a checkout, a process may not open the folder above. Installed, the launcher makes and flushes kato's folders.
    if (error instanceof Deno.errors.NotCapable) return;
    // The next try must make it again, and flush again.
    removeQuietly(path);
    throw error;
  }
}
