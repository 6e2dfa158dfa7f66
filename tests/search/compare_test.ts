/** Whether texts have what was searched for. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { comparePhrases, compareTerms } from "../../src/search/compare.ts";
import { parseQuery, type Term } from "../../src/search/query.ts";

function terms(...typed: string[]): readonly Term[] {
  const parsed = parseQuery(typed);
  assert.ok(parsed.ok);
  return parsed.terms;
}

/** `phrases`: the words are there, as the index knows. */
const TEXTS: readonly (readonly [text: string, typed: readonly string[], phrases: boolean, all: boolean])[] =
  [
    ["the disk is full", ["disk is"], true, true],
    ["the disk\n\t— is full", ["disk is"], true, true],
    ["the disks is full", ["disk is"], false, false],
    ["a ramdisk is full", ["disk is"], false, false],
    ["is disk", ["disk is"], false, false],
    ["the disk issues", ["disk is"], false, false],
    ["the disk issues", ["disk is*"], true, true],
    ["Größe ÜBER alles", ["große uber"], true, true],
    ["one word", ["missing"], true, false],
    ["one word", ["word", "one"], true, true],
    ["one wordless", ["word"], true, false],
    ["one wordless", ["word*"], true, true],
    ["swordless", ["word*"], true, false],
  ];

for (const [text, typed, phrases, all] of TEXTS) {
  Deno.test(`comparing ${JSON.stringify(typed)} with ${JSON.stringify(text)}`, () => {
    assert.equal(comparePhrases(terms(...typed))(text, false), phrases);
    assert.equal(compareTerms(terms(...typed))(text, false), all);
  });
}

Deno.test("an ASCII text compares as every other one", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 8 }), (text, typed) => {
      const parsed = parseQuery([typed]);
      if (!parsed.ok) return;
      const comparison = compareTerms(parsed.terms);
      assert.equal(comparison(text, true), comparison(text, false));
    }),
  );
});
