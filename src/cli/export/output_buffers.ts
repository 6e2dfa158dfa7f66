/** Turns texts into the bytes of files, through buffers that the files of an export use one after the other. Requires write on them. */
import { removeIfThere } from "../../disk/entry_at.ts";

export interface OutputFile {
  /** The file and the folders that were made for it, outermost first; none if it was there. Their folders must be flushed. */
  readonly made: readonly string[];
  /** A promise where the disk is behind. Write no more before it resolves. */
  write(text: string): Promise<void> | null;
  /** Hands the rest to the disk. Only then may the next file be written. */
  handOver(): Promise<void>;
  /** After that: flushes and closes, whatever happens. Returns the size. */
  flush(): Promise<number>;
  /** Closes, and removes a file that was made for this export. A file that was to be replaced has a part, or is as it was. */
  abandon(): Promise<"removed" | "part" | "as-it-was">;
  /** Closes, and leaves what was written. */
  close(): Promise<void>;
}

const encoder = new TextEncoder();

/**
 * Text becomes bytes in buffers that are used again and again: a new one each time is garbage by the gigabyte. File
 * systems take a large piece in a fraction of the time of many small ones.
 */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** After this many buffers, data goes to the disk, so that the last flush has little to do. */
const BUFFERS_TO_FLUSH = 8;

/** One buffer is filled while the other is written: where a file is new, the kernel takes a third of an export's time. */
export interface Buffers {
  /** The end of `text` that found no room. */
  fill(text: string): string;
  /** Resolves when the other buffer may be filled; `write` gets the bytes of this one. Each file's next drain reports a failure. */
  drain(write: (bytes: Uint8Array) => Promise<void>): Promise<void>;
  /** Forgets what was filled. */
  drop(): void;
  /** Resolves when no file is being written: one of them may be replaced by the next. */
  idle(): Promise<void>;
}

export function makeBuffers(): Buffers {
  let buffer = new Uint8Array(BUFFER_BYTES);
  let other = new Uint8Array(BUFFER_BYTES);
  let filled = 0;
  /** The write of `other`, whosever it is. */
  let writing: Promise<void> = Promise.resolve();
  return {
    fill(text) {
      const { read, written } = encoder.encodeInto(text, buffer.subarray(filled));
      filled += written;
      return read === text.length ? "" : text.slice(read);
    },
    async drain(write) {
      await writing;
      writing = write(buffer.subarray(0, filled)).catch(() => {
        // The file's own next step reports it.
      });
      [buffer, other] = [other, buffer];
      filled = 0;
    },
    drop: () => void (filled = 0),
    idle: () => writing,
  };
}

/**
 * @param undo What giving up does with a file that was made for this export.
 * @param made The file and the folders that were made for it, outermost first; none if it was there.
 */
export function writeThrough(
  buffers: Buffers,
  file: Deno.FsFile,
  undo: "remove" | "empty",
  made: readonly string[],
): OutputFile {
  let drained = 0;
  let size = 0;
  /** The write of this file's last full buffer. */
  let writing: Promise<void> = Promise.resolve();

  async function writeOut(bytes: Uint8Array, flush: boolean): Promise<void> {
    for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
    size += bytes.length;
    if (flush) await file.syncData();
  }

  async function drain(): Promise<void> {
    await writing;
    // Not sooner: files that are opened with this one may never be written, and keep what they hold.
    if (drained === 0 && made.length === 0) file.truncateSync(0);
    drained += 1;
    await buffers.drain((bytes) => writing = writeOut(bytes, drained % BUFFERS_TO_FLUSH === 0));
  }

  async function drainAndFill(text: string): Promise<void> {
    for (let rest = text; rest !== "";) {
      await drain();
      rest = buffers.fill(rest);
    }
  }

  let isHandedOver = false;
  /** The buffers may hold the next file's text already. */
  function drop(): void {
    if (!isHandedOver) buffers.drop();
  }

  let closed = false;
  async function closeFile(): Promise<void> {
    if (closed) return;
    closed = true;
    await writing.catch(() => {
      // A handle is not closed under a write, and who asked for the write knows of its failure.
    });
    file.close();
  }

  return {
    made,
    write(text) {
      const rest = buffers.fill(text);
      return rest === "" ? null : drainAndFill(rest);
    },
    async handOver() {
      await drain();
      isHandedOver = true;
    },
    async flush() {
      try {
        await writing;
        await file.syncData();
        return size;
      } finally {
        await closeFile();
      }
    },
    async abandon() {
      drop();
      await writing.catch(() => {
        // The file is removed with what it wrote.
      });
      if (undo === "empty") file.truncateSync(0);
      await closeFile();
      // Somebody else may have removed it already.
      const created = made.at(-1);
      if (undo === "remove" && created !== undefined) removeIfThere(created);
      if (created !== undefined) return "removed";
      return drained > 0 ? "part" : "as-it-was";
    },
    async close() {
      drop();
      await closeFile();
    },
  };
}
