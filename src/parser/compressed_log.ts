/**
 * A log that its client compressed with zstd after days without a change. Cursors count decompressed bytes, so a
 * cursor of the plain log is good for the compressed one, and the other way round. Requires read on the log.
 */
import { Decompress } from "fzstd";
import type { FileCursor } from "../protocol/cursor.ts";
import { COMPRESSED_PIECE, FINGERPRINT_BYTES, TAIL_BYTES } from "../protocol/limits.ts";
import { fingerprintOf } from "../protocol/fingerprint.ts";
import { concatenate } from "./bytes.ts";
import { type Chunk, type LogFile, lookInto, type ReadResult, tailBefore } from "./log_file.ts";
import { createLineSplitter, type Unread } from "./split_lines.ts";
import { DamagedFrame, type FrameWalker, walkFrames } from "./zstd_frames.ts";

/** One file's decompressed bytes, as far as they are still needed. */
interface Stream {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly frames: FrameWalker;
  /** Null at the end of the file, so that idle logs hold no memory. */
  decoder: Decompress | null;
  /** Compressed bytes that were read; `input` holds those that the decoder did not get yet. */
  taken: number;
  input: Uint8Array;
  /** Why the rest cannot be decompressed. */
  damage: string | null;
  /** Decompressed chunks that were not handed out yet. */
  readonly queue: Uint8Array[];
  /** Decompressed bytes that were handed out. */
  position: number;
  /** The first bytes, and the last bytes before `position`. */
  head: Uint8Array<ArrayBuffer>;
  tail: Uint8Array<ArrayBuffer>;
}

/** Opens nothing yet: each read opens the file. Bytes before `from` are decompressed again, but not kept. */
export function openCompressedLog(from: FileCursor | null, unread?: Unread): LogFile {
  const start = from?.offset ?? 0;
  const splitter = createLineSplitter(start, unread === undefined ? {} : { unread });
  let stream: Stream | null = null;
  /** Whether everything before the cursor was skipped. */
  let isReached = false;
  let last: Chunk = { position: 0, chunk: new Uint8Array(0), before: new Uint8Array(0) };

  /** The next decompressed chunk; null at the end. */
  function pull(file: Deno.FsFile, stream: Stream): Uint8Array | null {
    while (stream.queue.length === 0 && stream.decoder !== null) {
      if (stream.input.length === 0) stream.input = readPiece(file, stream);
      const isEnd = stream.input.length === 0;
      const count = stream.frames.step(stream.input);
      stream.decoder.push(stream.input.slice(0, count), isEnd);
      stream.input = stream.input.subarray(count);
      if (isEnd) stream.decoder = null;
    }
    return stream.queue.shift() ?? null;
  }

  function note(stream: Stream, chunk: Uint8Array): void {
    const missing = FINGERPRINT_BYTES - stream.head.length;
    if (missing > 0) stream.head = concatenate(stream.head, chunk.subarray(0, missing));
    stream.tail = concatenate(stream.tail, chunk.subarray(-TAIL_BYTES)).slice(-TAIL_BYTES);
    stream.position += chunk.length;
  }

  /** Skips everything before the cursor. False when the cursor is not of this log. */
  function reachStart(file: Deno.FsFile, stream: Stream): boolean {
    while (stream.position < start) {
      const chunk = pull(file, stream);
      if (chunk === null) return false;
      const within = chunk.subarray(0, start - stream.position);
      note(stream, within);
      if (within.length < chunk.length) stream.queue.unshift(chunk.subarray(within.length));
    }
    if (from === null) return true;
    return fingerprintOf(peekHead(file, stream, from.headBytes)) === from.head &&
      stream.tail.toHex() === from.tail;
  }

  /** The first `length` bytes, even when reading has not come that far. */
  function peekHead(file: Deno.FsFile, stream: Stream, length: number): Uint8Array {
    const ahead: Uint8Array[] = [];
    let head: Uint8Array = stream.head;
    while (head.length < length) {
      const chunk = pull(file, stream);
      if (chunk === null) break;
      ahead.push(chunk);
      head = concatenate(head, chunk);
    }
    stream.queue.unshift(...ahead);
    return head.subarray(0, length);
  }

  function readOpened(file: Deno.FsFile): ReadResult {
    const { dev, ino, size, mtime } = file.statSync();
    if (stream === null || !isReached) {
      // Where a read fails on the way to the start, the next one begins anew.
      stream = begin(dev, ino ?? 0, size);
      if (!reachStart(file, stream)) return { result: "rewritten", how: "replaced" };
      isReached = true;
    } else if (stream.dev !== dev || stream.ino !== ino || stream.size !== size) {
      return { result: "rewritten", how: "replaced" };
    }
    if (stream.damage !== null) return endAt(stream.damage, size, mtime);
    const { position, tail: before } = stream;
    const chunk = pull(file, stream)?.slice() ?? null;
    if (chunk === null) return { result: "end", size, modified: mtime?.getTime() ?? 0 };
    note(stream, chunk);
    last = { position, chunk, before };
    splitter.push(chunk);
    return { result: "lines", lines: splitter.take() ?? [] };
  }

  function readUndamaged(file: Deno.FsFile): ReadResult {
    try {
      return readOpened(file);
    } catch (error) {
      if (!isDamage(error) || stream === null) throw error;
      stream.damage = `its compression is damaged: ${error.message}`;
      stream.decoder = null;
      isReached = true;
      const { size, mtime } = file.statSync();
      return endAt(stream.damage, size, mtime);
    }
  }

  return {
    read(path) {
      const more = splitter.take();
      return more !== null ? { result: "lines", lines: more } : lookInto(path, readUndamaged);
    },
    rest: () => splitter.rest(),
    cursorAfter(line, number) {
      if (stream === null) throw new Error("internal error: a cursor was asked of a log that was never read");
      const { dev, ino, head } = stream;
      const tail = tailBefore(last, line.end).toHex();
      const place = { offset: line.end, line: number + 1 };
      return { dev, ino, head: fingerprintOf(head), headBytes: head.length, tail, ...place };
    },
  };
}

/** Bytes behind the damage can never be read. Bytes before it were. */
function endAt(damage: string, size: number, modified: Date | null): ReadResult {
  return { result: "end", size, modified: modified?.getTime() ?? 0, damage };
}

function begin(dev: number, ino: number, size: number): Stream {
  const queue: Uint8Array[] = [];
  const decoder = new Decompress((chunk, isEnd) => {
    // The decoder reuses its buffer, so it is copied. Empty blocks are kept too: the caller must get control in
    // between.
    if (!isEnd || chunk.length > 0) queue.push(chunk.slice());
  });
  const empty = new Uint8Array(0);
  const nothing = { taken: 0, input: empty, damage: null, queue, position: 0, head: empty, tail: empty };
  return { dev, ino, size, frames: walkFrames(), decoder, ...nothing };
}

/** The next compressed bytes; empty at the end. */
function readPiece(file: Deno.FsFile, stream: Stream): Uint8Array {
  const piece = new Uint8Array(COMPRESSED_PIECE);
  file.seekSync(stream.taken, Deno.SeekMode.Start);
  const count = file.readSync(piece) ?? 0;
  stream.taken += count;
  return piece.subarray(0, count);
}

/** The decoder's errors have a number as code. The system's errors have a name. */
function isDamage(error: unknown): error is Error {
  return error instanceof DamagedFrame ||
    (error instanceof Error && "code" in error && typeof error.code === "number");
}
