/**
 * The search for those who read much and end. The engine searches a text ten times as fast as bytes, and in Latin-1 each
 * byte is one character, whatever it is part of; only Node's `Buffer` makes such a text without a loop. It costs each
 * process three megabytes and some milliseconds, so what runs for days does without. Room: parser; pure.
 */
import { Buffer } from "node:buffer";
import { isJson } from "./json_text.ts";
import { type LineSearcher, NEWLINE, searchBytes } from "./search_lines.ts";

/** In a chunk of fewer bytes it does not pay to make text of them. */
const LONG_CHUNK = 256 * 1024;
/** As much is text at once: more would be allocated by itself, each time anew. */
const PIECE = 64 * 1024;

export const searchText: LineSearcher = (chunk, test) => {
  if (chunk.length < LONG_CHUNK) return searchBytes(chunk, test);
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  let start = 0;
  let piece = "";
  return {
    next(from) {
      for (;;) {
        const at = piece.indexOf("\n", from - start);
        if (at !== -1) return start + at;
        start += piece.length;
        // The end of a long line is searched for as it is: text of it would be of no use.
        if (start - from >= PIECE) start = chunk.indexOf(NEWLINE, start);
        if (start === -1 || start >= chunk.length) return -1;
        piece = bytes.toString("latin1", start, start + PIECE);
      }
    },
    isState(from, newline) {
      // Nothing of the piece may be kept, or all of it would be.
      if (test === null || from < start) return null;
      const says = test(piece, from - start, newline - start);
      // One that a crash cut off has the next line glued to it. What is no ASCII is no less JSON in Latin-1.
      return says && !isJson(piece.slice(from - start, newline - start)) ? null : says;
    },
  };
};
