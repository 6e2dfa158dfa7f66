/** Files that others read while we write them. Requires write on the folder of the file. Room: system; edge. */
import * as fs from "node:fs";
import { dirname, join } from "@std/path";

/** Replaces `path` with `text`, mode 0600: a reader sees the old text or the new, whole. */
export function writeAtomically(path: string, text: string): void {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  const file = fs.openSync(temporary, "wx", 0o600);
  try {
    fs.fchmodSync(file, 0o600);
    fs.writeSync(file, text);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(temporary, path);
}

/** Makes `path` and what is missing above it, each mode 0700 under any umask. */
export function makePrivateFolder(path: string): void {
  fs.mkdirSync(path, { recursive: true, mode: 0o700 });
  fs.chmodSync(path, 0o700);
}
