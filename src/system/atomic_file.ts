/** Files that others read while we write them. Requires write on the folder of the file. Room: system; edge. */
import { dirname, join } from "@std/path";

/**
 * Replaces `path` with `text`, mode 0600: a reader sees the old text or the new, whole.
 *
 * @param lasting Also after a power failure, which may leave an empty file in its place.
 */
export function writeAtomically(path: string, text: string, lasting = false): void {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    Deno.writeTextFileSync(temporary, text, { createNew: true, mode: 0o600 });
    // The umask may have taken more than group and others.
    Deno.chmodSync(temporary, 0o600);
    if (lasting) flush(temporary);
    Deno.renameSync(temporary, path);
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

/** Makes `path` and what is missing above it, each mode 0700 under any umask. */
export function makePrivateFolder(path: string): void {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  Deno.chmodSync(path, 0o700);
}
