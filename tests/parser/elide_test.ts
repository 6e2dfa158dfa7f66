import assert from "node:assert/strict";
import fc from "fast-check";
import { createElider } from "../../src/parser/elide.ts";
import { ELIDED_STRING_KEEPS } from "../../src/protocol/limits.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function elide(text: string, pieces: readonly number[] = []): { text: string | null; values: number } {
  const bytes = encoder.encode(text);
  const elider = createElider(1 << 26);
  let from = 0;
  for (const piece of [...pieces, bytes.length]) {
    const to = Math.min(bytes.length, from + piece);
    elider.push(bytes.subarray(from, to));
    from = to;
  }
  const result = elider.finish();
  return { text: result.bytes === null ? null : decoder.decode(result.bytes), values: result.values };
}

Deno.test("an elider leaves JSON without long strings alone, however it arrives", () => {
  fc.assert(fc.property(fc.json(), fc.array(fc.nat(9), { maxLength: 50 }), (json, pieces) => {
    assert.deepEqual(elide(json, pieces), { text: json, values: 0 });
  }));
});

const FILLINGS: readonly (readonly [name: string, filling: string])[] = [
  ["letters", "x"],
  ["escaped quotes", '"'],
  ["backslashes", "\\"],
  ["backslashes and quotes", '\\"\\\\"'],
  ["two-byte characters", "é"],
  ["three-byte characters", "€"],
  ["emoji", "🎉"],
  ["control characters", "\u0000\u001b"],
  ["newlines", "a\nb"],
];

for (const [name, filling] of FILLINGS) {
  Deno.test(`an elider cuts a long string of ${name} where JSON stays JSON`, () => {
    for (let shift = 0; shift < 14; shift += 1) {
      const long = "y".repeat(shift) +
        filling.repeat(Math.ceil((ELIDED_STRING_KEEPS + 100) / filling.length));
      const json = JSON.stringify({ a: long, b: ["short", long], c: 1 });
      const { text, values } = elide(json, [3, 70_000, 11, 65_537, 1]);
      const value = JSON.parse(text ?? "") as { a: string; b: [string, string]; c: number };
      assert.equal(values, 2);
      assert.equal(value.b[0], "short");
      assert.equal(value.c, 1);
      assert.ok(!text?.includes("\ufffd"), "no character is cut in two");
      const kept = value.a.slice(0, value.a.lastIndexOf(" … ["));
      assert.ok(long.startsWith(kept), "what is kept is a head of what was there");
      const width = encoder.encode(JSON.stringify(kept)).length - 2;
      assert.ok(
        width > ELIDED_STRING_KEEPS - 6 && width <= ELIDED_STRING_KEEPS,
        "as much as there is room for",
      );
    }
  });
}

Deno.test("an elider keeps no more than it is allowed", () => {
  const elider = createElider(10);
  elider.push(encoder.encode("[1,2,3,4,5,6,7]"));
  assert.equal(elider.finish().bytes, null);
});
