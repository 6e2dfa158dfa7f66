import assert from "node:assert/strict";
import fc from "fast-check";
import { rememberIds } from "../../src/parser/recent_ids.ts";
import { RECENT_IDS } from "../../src/protocol/limits.ts";

/** Ids as clients make them, short ones, and ones that differ in a single letter anywhere. */
const id = fc.oneof(
  fc.uuid(),
  fc.string({ maxLength: 12 }),
  fc.tuple(fc.nat(40), fc.constantFrom("a", "b")).map(([at, letter]) =>
    "-".repeat(at) + letter + "-".repeat(40 - at)
  ),
  fc.nat(300).map((number) => `line:${number}`),
);

Deno.test("the latest ids are known, and no others", () => {
  fc.assert(fc.property(fc.array(id, { maxLength: 700 }), fc.array(id, { maxLength: 50 }), (ids, asked) => {
    const remembered = rememberIds([]);
    const known: string[] = [];
    for (const one of ids) {
      assert.equal(remembered.has(one), known.includes(one));
      remembered.add(one);
      known.push(one);
      if (known.length === 2 * RECENT_IDS) known.splice(0, RECENT_IDS);
    }
    for (const one of [...asked, ...ids]) assert.equal(remembered.has(one), known.includes(one));
    assert.deepEqual(remembered.list(), known);
  }));
});

Deno.test("going on from a checkpoint is as if it had never stopped", () => {
  fc.assert(fc.property(fc.array(id, { maxLength: 600 }), fc.nat(600), (ids, at) => {
    const whole = rememberIds([]);
    let resumed = rememberIds([]);
    for (const [index, one] of ids.entries()) {
      if (index === at) resumed = rememberIds(resumed.list());
      whole.add(one);
      resumed.add(one);
    }
    assert.deepEqual(resumed.list(), whole.list());
    for (const one of ids) assert.equal(resumed.has(one), whole.has(one));
  }));
});
