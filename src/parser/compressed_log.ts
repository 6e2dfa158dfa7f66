/**
 * A log that its client compressed (zstd) when it had lain still for days. Cursors count bytes of what was compressed,
 * so one of the plain log goes on in the compressed one, and back. Requires read on the log. Room: parser; edge.
 */
import { Decompress } from "fzstd";
import type { FileCursor } from "../protocol/cursor.ts";
import { COMPRESSED_PIECE, FINGERPRINT_BYTES, TAIL_BYTES } from "../protocol/limits.ts";
import { isAbsent } from "./disk.ts";
import { type Chunk, hashOf, type LogFile, type ReadResult, tailBefore } from "./log_file.ts";
import { createLineSplitter } from "./split_lines.ts";

/** What was decompressed of one file, as far as somebody may still ask for it. */
interface Stream {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly decoder: Decompress;
  /** Compressed bytes that were read. */
  taken: number;
  /** Decompressed, and not looked at yet. */
  readonly queue: Uint8Array[];
  /** Decompressed bytes that were looked at. */
  position: number;
  /** The first bytes, and the last ones before `position`. */
  head: Uint8Array<ArrayBuffer>;
  tail: Uint8Array<ArrayBuffer>;
}

/** Opens nothing yet: each read opens the file. Nothing before `from` is kept, but it must be decompressed again. */
export function openCompressedLog(from: FileCursor | null): LogFile {
  const start = from?.offset ?? 0;
  const splitter = createLineSplitter(start);
  let stream: Stream | null = null;
  let last: Chunk = { position: 0, chunk: new Uint8Array(0), before: new Uint8Array(0) };
  /** What the splitter did not take of the chunk that came last. */
  let left = new Uint8Array(0);

  /** The next decompressed bytes; null at the end. */
  function pull(file: Deno.FsFile, stream: Stream): Uint8Array | null {
    const piece = new Uint8Array(COMPRESSED_PIECE);
    while (stream.queue.length === 0) {
      file.seekSync(stream.taken, Deno.SeekMode.Start);
      const count = file.readSync(piece);
      if (count === null) return null;
      stream.taken += count;
      stream.decoder.push(piece.slice(0, count));
    }
    return stream.queue.shift() ?? null;
  }

  function note(stream: Stream, chunk: Uint8Array): void {
    const missing = FINGERPRINT_BYTES - stream.head.length;
    if (missing > 0) stream.head = concatenate(stream.head, chunk.subarray(0, missing));
    stream.tail = concatenate(stream.tail, chunk.subarray(-TAIL_BYTES)).slice(-TAIL_BYTES);
    stream.position += chunk.length;
  }

  /** Passes over what lies before the cursor. Whether the cursor is one of this log. */
  function reachStart(file: Deno.FsFile, stream: Stream): boolean {
    while (stream.position < start) {
      const chunk = pull(file, stream);
      if (chunk === null) return false;
      const within = chunk.subarray(0, start - stream.position);
      note(stream, within);
      if (within.length < chunk.length) stream.queue.unshift(chunk.subarray(within.length));
    }
    return from === null || (hashOf(stream.head.subarray(0, from.headBytes)) === from.head &&
      stream.tail.toHex() === from.tail);
  }

  function readOpened(file: Deno.FsFile): ReadResult {
    const { isFile, dev, ino, size, mtime } = file.statSync();
    if (!isFile) return { result: "gone", why: "not a regular file" };
    if (stream === null) {
      stream = begin(dev, ino ?? 0, size);
      if (!reachStart(file, stream)) return { result: "rewritten", how: "replaced" };
    } else if (stream.dev !== dev || stream.ino !== ino || stream.size !== size) {
      return { result: "rewritten", how: "replaced" };
    }
    const { position } = stream;
    if (left.length === 0) {
      const before = stream.tail;
      const chunk = pull(file, stream)?.slice() ?? null;
      if (chunk === null) return { result: "end", size: position, modified: mtime?.getTime() ?? 0 };
      note(stream, chunk);
      left = chunk;
      last = { position, chunk, before };
    }
    const begins = splitter.position();
    const lines = splitter.push(left);
    left = left.slice(splitter.position() - begins);
    return { result: "lines", lines };
  }

  return {
    read(path) {
      let file: Deno.FsFile;
      try {
        file = Deno.openSync(path, { read: true });
      } catch (error) {
        if (!isAbsent(error)) throw error;
        return { result: "gone", why: error instanceof Error ? error.name : String(error) };
      }
      try {
        return readOpened(file);
      } catch (error) {
        if (!isDamage(error)) throw error;
        return { result: "gone", why: `its compression is damaged: ${error.message}` };
      } finally {
        file.close();
      }
    },
    rest: () => splitter.rest(),
    cursorAfter(line, number) {
      if (stream === null) throw new Error("internal error: a cursor was asked of a log that was never read");
      const { dev, ino, head } = stream;
      const tail = tailBefore(last, line.end).toHex();
      const place = { offset: line.end, line: number + 1 };
      return { dev, ino, head: hashOf(head), headBytes: head.length, tail, ...place };
    },
  };
}

function begin(dev: number, ino: number, size: number): Stream {
  const queue: Uint8Array[] = [];
  // The decoder reuses what it hands out.
  const decoder = new Decompress((chunk) => void queue.push(chunk.slice()));
  const empty = new Uint8Array(0);
  return { dev, ino, size, decoder, taken: 0, queue, position: 0, head: empty, tail: empty };
}

/** The decoder's own errors have a number for a code; the system's have a name. */
function isDamage(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "number";
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
