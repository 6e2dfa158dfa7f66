/** Searches bytes for lines with what the engine does natively. Room: parser; pure. */
import type { LineTest } from "../providers/provider.ts";

const NEWLINE = 0x0a;

/** In a chunk of as many bytes it pays to make text of them. */
const LONG_CHUNK = 256 * 1024;
/** As much is text at once: more would be allocated by itself, each time anew. */
const PIECE = 64 * 1024;

export interface LineSearch {
  /** Where the next newline is, from an index on that only grows; -1: there is no other. */
  next(from: number): number;
  /** What `test` says of the line from `from` to the newline found last; null where it could not be asked. */
  tell(from: number, newline: number): boolean | null;
}

/** What is used here of Node's `Buffer`. */
interface BytesAsText {
  from(bytes: ArrayBufferLike, offset: number, length: number): {
    toString(encoding: "latin1", start: number, end: number): string;
  };
}

/**
 * The engine searches a text ten times as fast as bytes, and in Latin-1 each byte is one character, whatever it is part
 * of. Only Node's `Buffer` makes such a text without a loop. The runtime loads it when it is first looked at, which takes
 * milliseconds and two megabytes: what a client appends is searched as it is.
 */
export function searchLines(chunk: Uint8Array, test: LineTest | null): LineSearch {
  const text = chunk.length < LONG_CHUNK
    ? undefined
    : (globalThis as { readonly Buffer?: BytesAsText }).Buffer;
  if (text === undefined) return { next: (from) => chunk.indexOf(NEWLINE, from), tell: () => null };
  const bytes = text.from(chunk.buffer, chunk.byteOffset, chunk.length);
  let start = 0;
  let piece = "";
  return {
    next(from) {
      for (;;) {
        const at = piece.indexOf("\n", from - start);
        if (at !== -1) return start + at;
        start += piece.length;
        if (start >= chunk.length) return -1;
        piece = bytes.toString("latin1", start, start + PIECE);
      }
    },
    tell(from, newline) {
      // Nothing of the piece may be kept, or all of it would be.
      return test === null || from < start ? null : test(piece, from - start, newline - start);
    },
  };
}
