import assert from "node:assert/strict";
import fc from "fast-check";
import { findBytes } from "../../src/parser/bytes.ts";
import { fingerprintOf } from "../../src/protocol/fingerprint.ts";

const PIECE = 64 * 1024;
const encoder = new TextEncoder();

Deno.test("fingerprint: the bytes as one number, whatever pieces it is made from", () => {
  const prime = 0xf9976d33eed13db425a34e03n;
  for (const length of [0, 1, 32, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7]) {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 31);
    const expected = (BigInt(`0x1${bytes.toHex()}`) % prime).toString(16).padStart(24, "0");
    assert.equal(fingerprintOf(bytes), expected);
  }
});

Deno.test("fingerprint: any change of any byte, and any other length, shows", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, by) => {
    const longer = Uint8Array.of(0, ...bytes);
    assert.notEqual(fingerprintOf(longer), fingerprintOf(bytes));
    if (bytes.length === 0) return;
    const other = bytes.with(at % bytes.length, (bytes[at % bytes.length] ?? 0) ^ by);
    assert.notEqual(fingerprintOf(other), fingerprintOf(bytes));
  }));
});

Deno.test("fingerprint: of records that differ in one place, however far apart, none is like another", () => {
  const record = "x".repeat(500);
  const seen = new Set<string>();
  for (let at = 0; at < record.length; at += 1) {
    for (const letter of "abcde") {
      const changed = `${record.slice(0, at)}${letter}${record.slice(at + 1)}`;
      seen.add(fingerprintOf(encoder.encode(changed)));
    }
  }
  assert.equal(seen.size, record.length * 5);
});

const PLACES: readonly (readonly [what: string, before: number, after: number])[] = [
  ["at the beginning", 0, 10],
  ["at the end", 10, 0],
  ["as all there is", 0, 0],
  ["over the end of a piece", PIECE - 3, PIECE],
  ["just behind the end of a piece", PIECE, 5],
  ["in the third piece", 2 * PIECE + 17, 100],
];

for (const [what, before, after] of PLACES) {
  Deno.test(`find: a text ${what}`, () => {
    const bytes = encoder.encode(
      `${"é".repeat(before / 2)}${before % 2 === 1 ? "." : ""},"a":[${".".repeat(after)}`,
    );
    assert.equal(findBytes(bytes, ',"a":['), before);
    assert.equal(findBytes(bytes.subarray(0, -after - 1), ',"a":['), -1);
  });
}

Deno.test("find: the same as among letters, also where the hex of two bytes looks alike", () => {
  // "3" is 33, so that `333` is found in `3333` at odd digits too.
  const letters = fc.string({ unit: fc.constantFrom("3", "C", "4"), maxLength: 40 });
  fc.assert(fc.property(letters, letters.filter((text) => text !== ""), (text, wanted) => {
    assert.equal(findBytes(encoder.encode(text), wanted), text.indexOf(wanted));
  }));
});
