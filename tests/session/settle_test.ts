/** What a file's real length tells of a delivery that a crash interrupted. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { isAsLeft, settleDelivery } from "../../src/session/settle.ts";

const CASES = [
  { before: 100, length: 50, size: 100, is: "not-written" },
  { before: 100, length: 50, size: 101, is: "torn" },
  { before: 100, length: 50, size: 149, is: "torn" },
  { before: 100, length: 50, size: 150, is: "written" },
  { before: 100, length: 50, size: 151, is: "edited" },
  { before: 100, length: 50, size: 99, is: "edited" },
  { before: 100, length: 50, size: 0, is: "edited" },
  { before: 0, length: 1, size: 0, is: "not-written" },
  { before: 0, length: 1, size: 1, is: "written" },
] as const;

for (const { before, length, size, is } of CASES) {
  Deno.test(`settleDelivery() of ${length} bytes at ${before} into a file of ${size}: ${is}`, () => {
    assert.equal(settleDelivery(before, length, size), is);
  });
}

Deno.test("settleDelivery() cuts only what the delivery itself can have left", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1 }), fc.nat(), (before, length, size) => {
    const own = size > before && size < before + length;
    assert.equal(settleDelivery(before, length, size) === "torn", own);
  }));
});

Deno.test("settleDelivery() never cuts a file that stands in the place of the one it was for", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1 }), fc.nat(), (before, length, size) => {
    assert.notEqual(settleDelivery(before, length, size, false), "torn");
  }));
});

Deno.test("isAsLeft() calls no size an edit that a crash can have left", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1 }), fc.nat(), (before, length, size) => {
    const open = { before, length };
    assert.equal(isAsLeft(before, open, size), size >= before && size <= before + length);
    assert.equal(isAsLeft(before, null, size), size === before);
  }));
});
