/**
 * A destination that the writer makes or opens itself, as a thread and in one-shot commands. Requires write on it;
 * reads nothing. Whatever was opened is told, so that it can be compared with what was decided before it gets a byte:
 * the runtime follows links while opening. Room: writer; edge.
 */
import * as fs from "node:fs";
import type { OpenedFile } from "../protocol/writer_messages.ts";
import type { Opened, Wanted } from "./destination_file.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Creates the file exclusively, after its folders, or opens it for appending; never through a new file by accident. */
export function openSelfMadeFile(
  { destination, create, directories }: Wanted,
): Opened & { readonly found: OpenedFile } {
  for (const directory of directories) {
    fs.mkdirSync(directory, { mode: DIRECTORY_MODE });
    // The umask may have taken more than group and others.
    fs.chmodSync(directory, DIRECTORY_MODE);
  }
  const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
  const flags = O_WRONLY | O_APPEND | O_NOFOLLOW | (create ? O_CREAT | O_EXCL : 0);
  const file = fs.openSync(destination, flags, FILE_MODE);
  if (create) fs.fchmodSync(file, FILE_MODE);
  const info = fs.fstatSync(file);
  const size = () => fs.fstatSync(file).size;
  const flush = () => {
    fs.fdatasyncSync(file);
    return size();
  };
  return {
    found: { dev: info.dev, ino: info.ino, links: info.nlink, isFile: info.isFile() },
    file: {
      size,
      write(bytes) {
        for (let written = 0; written < bytes.length;) written += fs.writeSync(file, bytes, written);
      },
      flush,
      truncate(length) {
        fs.ftruncateSync(file, length);
        return flush();
      },
      close: () => fs.closeSync(file),
    },
  };
}
