import assert from "node:assert/strict";
import fc from "fast-check";
import { searchLines } from "../../src/parser/search_lines.ts";
import { createLineSplitter } from "../../src/parser/split_lines.ts";

const NEWLINE = 0x0a;
/** Longer than what is searched as it is, and of several pieces. */
const LONG = 300_000;
const PIECE = 64 * 1024;

/** Bytes of any kind, a newline now and then, most of all where one piece ends and the next one begins. */
const longChunk = fc.array(
  fc.record({
    at: fc.oneof(
      fc.nat(LONG - 1),
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -9, max: 3 })).map(([piece, by]) =>
        piece * PIECE + by
      ),
    ),
    bytes: fc.uint8Array({ maxLength: 12 }).map((bytes) =>
      bytes.map((byte) => byte % 5 === 0 ? NEWLINE : byte)
    ),
  }),
  { maxLength: 40 },
).map((places) => {
  const chunk = new Uint8Array(LONG).fill("x".charCodeAt(0));
  for (const { at, bytes } of places) chunk.set(bytes.subarray(0, LONG - at), at);
  return chunk;
});

Deno.test("next() finds the newlines of a long chunk, whatever bytes are around them", () => {
  fc.assert(
    fc.property(longChunk, (chunk) => {
      const search = searchLines(chunk, null);
      for (let from = 0;;) {
        const newline = search.next(from);
        assert.equal(newline, chunk.indexOf(NEWLINE, from));
        if (newline === -1) return;
        from = newline + 1;
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("tell() asks about the very line, each of its bytes a character, or not at all", () => {
  const latin1 = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  fc.assert(
    fc.property(longChunk, (chunk) => {
      let asked = "";
      const search = searchLines(chunk, (text, from, to) => {
        asked = text.slice(from, to);
        return asked.startsWith("x");
      });
      for (let from = 0;;) {
        const newline = search.next(from);
        if (newline === -1) return;
        const told = search.tell(from, newline);
        const line = latin1(chunk.subarray(from, newline));
        if (told === null) {
          assert.ok(Math.floor(from / PIECE) < Math.floor(newline / PIECE), "it lies in one piece");
        } else assert.deepEqual([asked, told], [line, line.startsWith("x")]);
        from = newline + 1;
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("a long chunk gives the lines that it gives in short ones", () => {
  const linesOf = (pieces: readonly Uint8Array[]) => {
    const splitter = createLineSplitter(0);
    const lines: unknown[] = [];
    for (const piece of pieces) {
      splitter.push(piece);
      for (let some = splitter.take(); some.length > 0; some = splitter.take()) {
        lines.push(...some.map(({ bytes, start, end }) => [bytes?.toHex(), start, end]));
      }
    }
    return lines;
  };
  fc.assert(
    fc.property(longChunk, (chunk) => {
      const short = Array.from(
        { length: Math.ceil(LONG / 50_000) },
        (_, at) => chunk.subarray(at * 50_000, (at + 1) * 50_000),
      );
      assert.deepEqual(linesOf([chunk]), linesOf(short));
    }),
    { numRuns: 30 },
  );
});
