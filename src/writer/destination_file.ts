/**
 * The one file a writer has open. Requires write on the destination; reads nothing. Whatever was opened is
 * reported, so that the orchestrator can compare it with what was decided before it sends a byte: the runtime
 * follows links while opening. Room: writer; edge.
 */
import * as fs from "node:fs";
import type { OpenedFile } from "../protocol/writer_messages.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

export interface DestinationFile {
  examine(): OpenedFile;
  /** Writes all of `bytes` at the end. They are safe after `flush`. */
  write(bytes: Uint8Array): void;
  /** Has everything written be on the disk; the size. */
  flush(): number;
  /** `write` and `flush`; the new size. */
  append(bytes: Uint8Array): number;
  truncate(length: number): number;
  close(): void;
}

/** Creates `path` exclusively, after `directories`, or opens it for appending; never through a new file by accident. */
export function openDestination(
  path: string,
  create: boolean,
  directories: readonly string[],
): DestinationFile {
  for (const directory of directories) {
    fs.mkdirSync(directory, { mode: DIRECTORY_MODE });
    // The umask may have taken more than group and others.
    fs.chmodSync(directory, DIRECTORY_MODE);
  }
  const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
  const flags = O_WRONLY | O_APPEND | O_NOFOLLOW | (create ? O_CREAT | O_EXCL : 0);
  const file = fs.openSync(path, flags, FILE_MODE);
  if (create) fs.fchmodSync(file, FILE_MODE);
  const write = (bytes: Uint8Array) => {
    for (let written = 0; written < bytes.length;) written += fs.writeSync(file, bytes, written);
  };
  const flush = () => {
    fs.fdatasyncSync(file);
    return fs.fstatSync(file).size;
  };
  return {
    examine() {
      const info = fs.fstatSync(file);
      return { dev: info.dev, ino: info.ino, links: info.nlink, size: info.size, isFile: info.isFile() };
    },
    write,
    flush,
    append(bytes) {
      write(bytes);
      return flush();
    },
    truncate(length) {
      fs.ftruncateSync(file, length);
      return flush();
    },
    close: () => fs.closeSync(file),
  };
}
