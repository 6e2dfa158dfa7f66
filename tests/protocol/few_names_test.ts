import assert from "node:assert/strict";
import { keepFew, OTHERS } from "../../src/protocol/few_names.ts";

Deno.test("keepFew() keeps the first names apart, and counts on in them when there is no room for others", () => {
  const few = keepFew(2);
  assert.deepEqual(["a", "b", "c", "a", "d", "b"].map(few), ["a", "b", OTHERS, "a", OTHERS, "b"]);
});
