/**
 * The one file that a writer has open. Two openers make it: self_made_file.ts, where the writer creates the file, and
 * monitor_made_file.ts, where the monitor did.
 */
import type { OpenedFile } from "../protocol/writer_messages.ts";

export interface DestinationFile {
  size(): number;
  /** Writes all of `bytes` at the end. They are safe after `flush`. */
  write(bytes: Uint8Array): void;
  /** Puts everything written on the disk, and answers with the size. */
  flush(): number;
  /** Cuts the file, puts that on the disk too, and answers with the size. */
  truncate(length: number): number;
  close(): void;
}

/** The system calls on one open file. */
export interface FileCalls {
  size(): number;
  /** May write a part only; answers with how many bytes. */
  write(bytes: Uint8Array): number;
  sync(): void;
  truncate(length: number): void;
  close(): void;
}

export function destinationFile(calls: FileCalls): DestinationFile {
  function flush(): number {
    calls.sync();
    return calls.size();
  }
  return {
    size: calls.size,
    write(bytes) {
      for (let written = 0; written < bytes.length;) written += calls.write(bytes.subarray(written));
    },
    flush,
    truncate(length) {
      calls.truncate(length);
      return flush();
    },
    close: calls.close,
  };
}

/** What is asked of a writer that opens. */
export interface Wanted {
  readonly destination: string;
  /** Create it exclusively; else it is there already. */
  readonly create: boolean;
  /** Folders to create first, outermost first. */
  readonly directories: readonly string[];
}

export interface Opened {
  readonly file: DestinationFile;
  /** Identity of the opened file; null where the monitor reports it. */
  readonly found: OpenedFile | null;
}

export type OpenDestination = (wanted: Wanted) => Opened;
