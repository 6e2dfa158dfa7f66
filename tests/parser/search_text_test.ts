import assert from "node:assert/strict";
import fc from "fast-check";
import { searchText } from "../../src/parser/search_text.ts";
import { createLineSplitter, splitAll } from "../../src/parser/split_lines.ts";

const NEWLINE = 0x0a;
const encoder = new TextEncoder();
/** Longer than what is searched as it is, and of several pieces. */
const LONG = 300_000;
const PIECE = 64 * 1024;

/** Bytes of any kind, a newline now and then, most of all where one piece ends and the next one begins. */
const places = fc.array(
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
);

function chunkOf(among: readonly { readonly at: number; readonly bytes: Uint8Array }[]): Uint8Array {
  const chunk = new Uint8Array(LONG).fill("x".charCodeAt(0));
  for (const { at, bytes } of among) chunk.set(bytes.subarray(0, LONG - at), at);
  return chunk;
}

Deno.test("next() finds the newlines of a long chunk, whatever bytes are around them", () => {
  fc.assert(
    fc.property(places, (among) => {
      const chunk = chunkOf(among);
      const search = searchText(chunk, null);
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

Deno.test("isState() asks about the very line, each of its bytes a character, or not at all", () => {
  const latin1 = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  fc.assert(
    fc.property(places, (among) => {
      const chunk = chunkOf(among);
      let asked = "";
      const search = searchText(chunk, (text, from, to) => {
        asked = text.slice(from, to);
        return asked.startsWith("x");
      });
      let untold = 0;
      for (let from = 0;;) {
        const newline = search.next(from);
        if (newline === -1) break;
        const told = search.isState(from, newline);
        const line = latin1(chunk.subarray(from, newline));
        if (told === null) untold += 1;
        else assert.deepEqual([asked, told], [line, line.startsWith("x")]);
        from = newline + 1;
      }
      assert.ok(untold <= 2 * LONG / PIECE, "it is not asked where one piece ends, and about long lines");
    }),
    { numRuns: 50 },
  );
});

Deno.test("a long chunk gives the lines that it gives in short ones", () => {
  const linesOf = (pieces: readonly Uint8Array[]) => {
    const splitter = createLineSplitter(0, { search: searchText });
    // Each piece's by themselves: they are gone when the next one is pushed.
    return pieces.flatMap((piece) =>
      splitAll(splitter, piece).map(({ bytes, start, end }) => [bytes?.toHex(), start, end])
    );
  };
  fc.assert(
    fc.property(places, (among) => {
      const chunk = chunkOf(among);
      const short = Array.from(
        { length: Math.ceil(LONG / 50_000) },
        (_, at) => chunk.subarray(at * 50_000, (at + 1) * 50_000),
      );
      assert.deepEqual(linesOf([chunk]), linesOf(short));
    }),
    { numRuns: 30 },
  );
});

Deno.test("nothing is told of a line that began in the chunk before: the test would see its end only", () => {
  const splitter = createLineSplitter(0, {
    search: searchText,
    test: (text, from) => text.startsWith("7", from),
  });
  splitter.push(encoder.encode("c"));
  assert.deepEqual(splitter.take(), []);
  splitter.push(encoder.encode(`7\n7\n${"x".repeat(LONG)}`));
  assert.deepEqual(splitter.take()?.map(({ isState }) => isState), [null, true]);
});

Deno.test("a short chunk is searched as it is, and nothing is told", () => {
  const search = searchText(encoder.encode("S\nS\n"), () => assert.fail("asked"));
  assert.deepEqual([search.next(0), search.isState(0, 1), search.next(2), search.next(4)], [1, null, 3, -1]);
});
