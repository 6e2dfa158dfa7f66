import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJson, weighJson } from "../../src/parser/json_text.ts";
import { JSON_DEPTH, JSON_VALUES, JSON_WEIGHED } from "../../src/protocol/limits.ts";

const PADDING = `"${"x".repeat(JSON_WEIGHED)}"`;
const nest = (levels: number, open = "[", close = "]") => `${open.repeat(levels)}0${close.repeat(levels)}`;

const WEIGHED: readonly (readonly [name: string, text: string, why: ReturnType<typeof weighJson>])[] = [
  ["as deep as is allowed", `[${PADDING},${nest(JSON_DEPTH - 1)}]`, null],
  ["one level deeper", `[${PADDING},${nest(JSON_DEPTH)}]`, "nested too deeply"],
  ["deep objects, with blanks", `[${PADDING},${nest(JSON_DEPTH, '{ "a" :\n', "}")}]`, "nested too deeply"],
  ["deep, and cut off", PADDING + "[".repeat(3_000_000), "nested too deeply"],
  ["deep, by turns", `${PADDING}${'[{"a":'.repeat(1_000_000)}`, "nested too deeply"],
  ["brackets in a string", `["${"[".repeat(2_000_000)}",${PADDING}]`, null],
  ["brackets behind an escaped quote", `["\\"${"[".repeat(2_000_000)}"]`, null],
  [
    "brackets behind a string that ends in backslashes",
    `["\\\\",${nest(JSON_DEPTH)},${PADDING}]`,
    "nested too deeply",
  ],
  ["many siblings", `[${Array(5000).fill("[1,{}]").join(",")}]`, null],
  ["as many values as are allowed", `[${Array(JSON_VALUES - 1).fill("0").join(",")}]`, null],
  ["more values", `[${Array(JSON_VALUES + 1).fill("0").join(",")}]`, "too many values"],
  ["more empty objects", `[${"{},".repeat(JSON_VALUES)}0]`, "too many values"],
  ["commas in a string", `["${",".repeat(2 * JSON_VALUES)}"]`, null],
  [
    "escaped quotes without end",
    `[${nest(1)},"${'\\"'.repeat(3 * JSON_VALUES)}${"[".repeat(JSON_DEPTH)}"]`,
    "too many values",
  ],
];

for (const [name, text, why] of WEIGHED) {
  Deno.test(`weighJson(): ${name}: ${why ?? "nothing is too much"}`, () =>
    assert.equal(weighJson(text), why));
}

Deno.test("parseJson() gives what JSON.parse gives, and says of anything else why not", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 8 }), (text) => {
    assert.deepEqual(parseJson(text), { value: JSON.parse(text) });
  }));
  assert.deepEqual(parseJson('{"a":'), { why: "not JSON" });
  assert.deepEqual(parseJson("[".repeat(JSON_WEIGHED + 1)), { why: "nested too deeply" });
});

Deno.test("weighJson() finds nothing in what no client would call deep", () => {
  const value = fc.json({ maxDepth: 6 });
  fc.assert(fc.property(fc.array(value, { minLength: 100, maxLength: 300 }), (texts) => {
    assert.equal(weighJson(`[${texts.join(",")}]`), null);
  }));
});
