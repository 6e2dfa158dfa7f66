/**
 * Reads one log on disk from a cursor. Distinguishes a log that only grew from one that was truncated, rewritten or
 * replaced, by device and inode, by the fingerprint of its first bytes, and by the bytes just before the cursor.
 * Requires read on the log.
 */
import { isForNow, isUnreadable, openRegular, readFull } from "./disk.ts";
import type { FileCursor } from "../protocol/cursor.ts";
import { FINGERPRINT_BYTES, READ_CHUNK, TAIL_BYTES } from "../protocol/limits.ts";
import { fingerprintOf } from "../protocol/fingerprint.ts";
import { concatenate } from "./bytes.ts";
import { createLineSplitter, type Line, type LineSplitter, type SplitOptions } from "./split_lines.ts";

export type ReadResult =
  /** `first`: number of the first line, where records before the cursor were changed in place. */
  | { readonly result: "lines"; readonly lines: readonly Line[]; readonly first?: number }
  /**
   * No complete line follows the cursor. `damage`: why the rest can never be read. `size`: bytes of the file, or of
   * the lines of a document.
   */
  | { readonly result: "end"; readonly size: number; readonly modified: number; readonly damage?: string }
  /** The file is no longer the one that the cursor belongs to: read it anew. */
  | { readonly result: "rewritten"; readonly how: string }
  | { readonly result: "gone"; readonly why: string }
  /** The system refuses for now. Everything is as it was before this read. */
  | { readonly result: "unreadable"; readonly why: string };

export interface LogFile {
  /** The next lines of the chunk in memory, or of a new chunk. `path` may change between calls: clients move logs. */
  read(path: string): ReadResult;
  /** The text behind the last newline, as if the log were complete. */
  rest(): Line | null;
  /** The cursor after `line`, whose number is `number`. */
  cursorAfter(line: Line, number: number): FileCursor;
}

/** Options for a log of lines. */
export interface ReadOptions extends SplitOptions {
  /** Bytes of one read. */
  readonly most?: number;
}

/** Opens nothing yet. Each read opens the file anew, so that it sees a rename or a replacement. */
export function openLogFile(
  from: FileCursor | null,
  { most = READ_CHUNK, ...split }: ReadOptions = {},
): LogFile {
  let known: { dev: number; ino: number; head: string; headBytes: number } | null = from;
  const splitter: LineSplitter = createLineSplitter(from?.offset ?? 0, split);
  /** The bytes just before the splitter's position. They are compared before the next chunk is read. */
  let tail = from === null ? new Uint8Array(0) : Uint8Array.fromHex(from.tail);
  /** The last chunk, for the tails of cursors into it. */
  let last: Chunk = { position: from?.offset ?? 0, chunk: new Uint8Array(0), before: tail };
  /** Reused for every chunk, and freed at the log's end: thousands of logs may be idle. */
  let buffer = new Uint8Array(0);

  function differs(file: Deno.FsFile, info: Deno.FileInfo): string | null {
    if (known === null) return null;
    // A client that moves a log, or compresses it and back, makes another file with the same beginning.
    const how = info.dev === known.dev && info.ino === known.ino ? "rewritten" : "replaced";
    if (info.size < splitter.position()) return how === "replaced" ? how : "truncated";
    if (fingerprintOf(readAt(file, 0, known.headBytes)) !== known.head) return how;
    const at = splitter.position() - tail.length;
    if (tail.length > 0 && readAt(file, at, tail.length).toHex() !== tail.toHex()) return how;
    return null;
  }

  function identify(file: Deno.FsFile, info: Deno.FileInfo): void {
    // A longer head distinguishes more files, so a short one is taken again when the file has grown.
    const { dev } = info;
    const ino = info.ino ?? 0;
    const headBytes = Math.min(FINGERPRINT_BYTES, info.size);
    if (known !== null && known.headBytes >= headBytes) known = { ...known, dev, ino };
    else known = { dev, ino, head: fingerprintOf(readAt(file, 0, headBytes)), headBytes };
  }

  return {
    read(path) {
      const more = splitter.take();
      if (more !== null) return { result: "lines", lines: more };
      tail = tailBefore(last, splitter.position());
      return lookInto(path, (file) => {
        const info = file.statSync();
        const how = differs(file, info);
        if (how !== null) return { result: "rewritten", how };
        identify(file, info);
        const position = splitter.position();
        if (info.size <= position) {
          buffer = new Uint8Array(0);
          splitter.relax();
          last = { position, chunk: buffer, before: tail };
          return { result: "end", size: info.size, modified: info.mtime?.getTime() ?? 0 };
        }
        file.seekSync(position, Deno.SeekMode.Start);
        const wanted = Math.min(most, info.size - position);
        if (buffer.length < wanted) buffer = new Uint8Array(wanted);
        const count = file.readSync(buffer.subarray(0, wanted)) ?? 0;
        const chunk = buffer.subarray(0, count);
        last = { position, chunk, before: tail };
        splitter.push(chunk);
        return { result: "lines", lines: splitter.take() ?? [] };
      });
    },
    rest: () => splitter.rest(),
    cursorAfter(line, number) {
      if (known === null) throw new Error("internal error: a cursor was asked of a log that was never read");
      return { ...known, tail: tailBefore(last, line.end).toHex(), offset: line.end, line: number + 1 };
    },
  };
}

export interface Chunk {
  /** Byte offset of the chunk in the file. */
  readonly position: number;
  readonly chunk: Uint8Array<ArrayBuffer>;
  readonly before: Uint8Array<ArrayBuffer>;
}

/** The last bytes before offset `end` of the file, which lies in the chunk. */
export function tailBefore({ position, chunk, before }: Chunk, end: number): Uint8Array<ArrayBuffer> {
  const inChunk = chunk.subarray(Math.max(0, end - position - TAIL_BYTES), end - position);
  const fromBefore = before.subarray(before.length - Math.min(TAIL_BYTES - inChunk.length, before.length));
  return concatenate(fromBefore, inChunk);
}

function readAt(file: Deno.FsFile, offset: number, length: number): Uint8Array {
  file.seekSync(offset, Deno.SeekMode.Start);
  return readFull(file, new Uint8Array(length));
}

/** Opens the log at `path` for one look. `look` must change nothing before it has read. Requires read on the log. */
export function lookInto(path: string, look: (file: Deno.FsFile) => ReadResult): ReadResult {
  const opened = openRegular(path);
  if (!("file" in opened)) return { result: opened.isForNow ? "unreadable" : "gone", why: opened.why };
  using file = opened.file;
  try {
    return look(file);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const why = error instanceof Error ? error.name : String(error);
    return { result: isForNow(error) ? "unreadable" : "gone", why };
  }
}
