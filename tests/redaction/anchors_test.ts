import assert from "node:assert/strict";
import fc from "fast-check";
import { findAnchors } from "../../src/redaction/anchors.ts";

/** Few letters, of both cases and beyond ASCII, so that literals overlap and texts hold them. */
const letters = fc.constantFrom("a", "b", "A", "-", "ß", "п");
const words = (minLength: number) =>
  fc.array(letters, { minLength, maxLength: 8 }).map((all) => all.join(""));

Deno.test("findAnchors() finds every place of every literal, in any case, and no place before the text", () => {
  const literals = fc.array(words(3), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(literals, fc.array(words(0), { maxLength: 30 }), (some, parts) => {
    const text = parts.join("") + some.join("");
    const found = new Set<string>();
    findAnchors(some).scan(text, (place, entry) => {
      assert.ok(place >= 0);
      found.add(`${place} ${entry}`);
    });
    const upper = new Set<string>();
    findAnchors(some).scan(text.toUpperCase().replaceAll("SS", "ß"), (place, entry) => {
      upper.add(`${place} ${entry}`);
    });
    some.forEach((literal, entry) => {
      for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) {
        assert.ok(found.has(`${at} ${entry}`), `${literal} at ${at}`);
        assert.ok(upper.has(`${at} ${entry}`), `${literal} at ${at}, in capitals`);
      }
    });
  }));
});

Deno.test("findAnchors() finds an anchor that is all of a text, and refuses one of two characters", () => {
  const places: number[][] = [];
  findAnchors(["key", "token"]).scan("Token", (...place) => places.push(place));
  assert.deepEqual(places, [[0, 1]]);
  assert.throws(() => findAnchors(["ab"]), /internal error: an anchor is too short/);
});
