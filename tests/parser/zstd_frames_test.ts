import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { DamagedFrame, walkFrames } from "../../src/parser/zstd_frames.ts";
import { blockHeader, frameOf, join, raw, repeated, skippable } from "./zstd.ts";

/** Where each step ends. */
function endsOf(bytes: Uint8Array): number[] {
  const frames = walkFrames();
  const ends: number[] = [];
  for (let at = 0; at < bytes.length;) {
    at += frames.step(bytes.subarray(at));
    ends.push(at);
  }
  return ends;
}

Deno.test("step() ends at each block, and with each frame", () => {
  const first = frameOf(7, [raw("ab"), repeated(120, 1000), raw("c", true)]);
  assert.deepEqual(endsOf(join(first, skippable(3), frameOf(7, [raw("", true)]))), [11, 15, 19, 30, 39]);
});

Deno.test("step() is told where blocks end by what a compressor writes, however it arrives", () => {
  const content = fc.uint8Array({ maxLength: 300_000, size: "max" });
  fc.assert(
    fc.property(content, fc.boolean(), fc.integer({ min: 1, max: 5000 }), (bytes, isRepeated, piece) => {
      const text = isRepeated ? new Uint8Array(400_000).fill(bytes[0] ?? 0) : bytes;
      const compressed = new Uint8Array(zstdCompressSync(text));
      const ends = endsOf(compressed);
      assert.equal(ends.at(-1), compressed.length);
      const frames = walkFrames();
      const inPieces: number[] = [];
      for (let at = 0; at < compressed.length;) {
        const chunk = compressed.subarray(at, at + piece);
        const count = frames.step(chunk);
        at += count;
        if (count < chunk.length || ends.includes(at)) inPieces.push(at);
      }
      assert.deepEqual(inPieces, ends);
    }),
    { numRuns: 40 },
  );
});

const HOSTILE: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ["no zstd", new TextEncoder().encode('{"type":"user"}')],
  ["a window of 16 MB", frameOf(14, [raw("x", true)])],
  ["a window of 2 GB", frameOf(21, [raw("x", true)])],
  ["a window of 1 TB", frameOf(30, [raw("x", true)])],
  ["a single segment of 4 GB", new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 255, 255, 255, 255])],
  ["a single segment of 2 ** 64", new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0xe0, ...new Array(8).fill(255)])],
  ["2 MB out of four bytes", frameOf(12, [repeated(120, 0x1fffff, true)])],
  ["a block of 129 KB", frameOf(12, [blockHeader(2, 129 * 1024)])],
  ["all that in a second frame", join(frameOf(7, [raw("x", true)]), frameOf(21, [raw("x", true)]))],
];

for (const [what, bytes] of HOSTILE) {
  Deno.test(`step() refuses ${what}`, () => assert.throws(() => endsOf(bytes), DamagedFrame));
}
