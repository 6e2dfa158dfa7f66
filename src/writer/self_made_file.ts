/**
 * A destination that the writer creates or opens itself: as a thread, and in one-shot commands. The runtime follows
 * links while it opens, so the identity of the opened file is reported and compared with the decision before the file
 * gets a byte. Requires write on the destination; reads nothing.
 */
import * as fs from "node:fs";
import type { OpenedFile } from "../protocol/writer_messages.ts";
import { destinationFile, type Opened, type Wanted } from "./destination_file.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Creates the folders and then the file, exclusively; or opens a file that is there. Appends in both cases. */
export function openSelfMadeFile(
  { destination, create, directories }: Wanted,
): Opened & { readonly found: OpenedFile } {
  for (const directory of directories) {
    fs.mkdirSync(directory, { mode: DIRECTORY_MODE });
    // The umask may have taken rights from the owner, too.
    fs.chmodSync(directory, DIRECTORY_MODE);
  }
  const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
  const flags = O_WRONLY | O_APPEND | O_NOFOLLOW | (create ? O_CREAT | O_EXCL : 0);
  const file = fs.openSync(destination, flags, FILE_MODE);
  if (create) fs.fchmodSync(file, FILE_MODE);
  const info = fs.fstatSync(file);
  return {
    found: { dev: info.dev, ino: info.ino, links: info.nlink, isFile: info.isFile() },
    file: destinationFile({
      size: () => fs.fstatSync(file).size,
      write: (bytes) => fs.writeSync(file, bytes),
      sync: () => fs.fdatasyncSync(file),
      truncate: (length) => fs.ftruncateSync(file, length),
      close: () => fs.closeSync(file),
    }),
  };
}
