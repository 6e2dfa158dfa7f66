/**
 * The search for short-lived commands that read much. The engine searches text ten times as fast as bytes. In Latin-1
 * each byte is one character, and only Node's `Buffer` makes such a text without a loop. `Buffer` costs a process
 * three megabytes and some milliseconds, so long-lived roles do without.
 */
import { Buffer } from "node:buffer";
import { isJson } from "./json_text.ts";
import { type LineSearcher, NEWLINE, searchBytes } from "./search_lines.ts";

/** Converting a shorter chunk to text costs more than it saves. */
const LONG_CHUNK = 256 * 1024;
/** Bytes that are text at once. A longer text would get an allocation of its own each time. */
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
        // The end of a long line is searched as bytes: nobody needs its text.
        if (start - from >= PIECE) start = chunk.indexOf(NEWLINE, start);
        if (start === -1 || start >= chunk.length) return -1;
        piece = bytes.toString("latin1", start, start + PIECE);
      }
    },
    isState(from, newline) {
      // A substring that is kept would keep the whole piece in memory.
      if (test === null || from < start) return null;
      const says = test(piece, from - start, newline - start);
      // A line that a crash cut off has the next line glued to it. Bytes beyond ASCII are still valid JSON in Latin-1.
      return says && !isJson(piece.slice(from - start, newline - start)) ? null : says;
    },
  };
};
