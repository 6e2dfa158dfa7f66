/** Files that others read while we write them. Requires write on the folder of the file. Room: system; edge. */
import { dirname, join } from "@std/path";

/** Replaces `path` with `text`, mode 0600: a reader sees the old text or the new, whole. */
export function writeAtomically(path: string, text: string): void {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  Deno.writeTextFileSync(temporary, text, { createNew: true, mode: 0o600 });
  // The umask may have taken more than group and others.
  Deno.chmodSync(temporary, 0o600);
  Deno.renameSync(temporary, path);
}

/** Makes `path` and what is missing above it, each mode 0700 under any umask. */
export function makePrivateFolder(path: string): void {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  Deno.chmodSync(path, 0o700);
}
