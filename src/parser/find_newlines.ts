/** Searches bytes for the ends of lines with what the engine does natively. Room: parser; pure. */

const NEWLINE = 0x0a;

/** In a chunk of as many bytes it pays to make text of them. */
const LONG_CHUNK = 256 * 1024;
/** As much is text at once: what is larger is not allocated with the rest, and each would cost a look at the memory. */
const PIECE = 64 * 1024;

/** What is used here of Node's `Buffer`. */
interface BytesAsText {
  from(bytes: ArrayBufferLike, offset: number, length: number): {
    toString(encoding: "latin1", start: number, end: number): string;
  };
}

/**
 * Where the next newline of `chunk` is, from an index on that only grows; -1: there is no other.
 *
 * The engine searches a text ten times as fast as bytes, and in Latin-1 each byte is one character, whatever it is part
 * of. Only Node's `Buffer` makes such a text without a loop. The runtime loads it when it is first looked at, which takes
 * milliseconds and two megabytes: what a client appends is searched as it is.
 */
export function findNewlines(chunk: Uint8Array): (from: number) => number {
  const text = chunk.length < LONG_CHUNK
    ? undefined
    : (globalThis as { readonly Buffer?: BytesAsText }).Buffer;
  if (text === undefined) return (from) => chunk.indexOf(NEWLINE, from);
  const bytes = text.from(chunk.buffer, chunk.byteOffset, chunk.length);
  let start = 0;
  let piece = "";
  return (from) => {
    for (;;) {
      const at = piece.indexOf("\n", from - start);
      if (at !== -1) return start + at;
      start += piece.length;
      if (start >= chunk.length) return -1;
      piece = bytes.toString("latin1", start, start + PIECE);
    }
  };
}
