import assert from "node:assert/strict";
import { nestsTooDeeply } from "../../src/parser/nesting.ts";
import { JSON_DEPTH } from "../../src/protocol/limits.ts";

/** `value` within as many arrays and objects. */
function nest(value: unknown, levels: number): unknown {
  let nested = value;
  for (let level = 0; level < levels; level += 1) {
    nested = level % 2 === 0 ? [1, nested] : { a: "b", c: nested };
  }
  return nested;
}

Deno.test("nestsTooDeeply() counts the levels above the deepest value", () => {
  for (const value of [null, "text", 7]) {
    assert.equal(nestsTooDeeply(nest(value, JSON_DEPTH)), false);
    assert.equal(nestsTooDeeply(nest(value, JSON_DEPTH + 1)), true);
  }
  assert.equal(nestsTooDeeply(nest([], JSON_DEPTH)), false);
  assert.equal(nestsTooDeeply(nest(null, 100_000)), true, "and does not run out of stack");
});
