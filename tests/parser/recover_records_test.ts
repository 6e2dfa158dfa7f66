import assert from "node:assert/strict";
import fc from "fast-check";
import { recoverRecords } from "../../src/parser/recover_records.ts";
import { isWithin } from "../machine_speed.ts";

/** Each record as the line has it, with how it stands there: proven, behind a tear, or perhaps a part of a torn one. */
const TABLE: readonly (readonly [what: string, line: string, records: readonly string[], torn: number])[] = [
  ["one record", '{"a":1}', ['proven {"a":1}'], 0],
  ["nothing", "", [], 0],
  ["blanks", "  \t\r", [], 0],
  ["two whole ones", '{"a":1}{"b":2}', ['proven {"a":1}', 'proven {"b":2}'], 0],
  ["NUL bytes around and between", '\0\0{"a":1}\0{"b":2}\0', ['proven {"a":1}', 'proven {"b":2}'], 0],
  ["one without an end", '{"a":1', [], 1],
  ["torn behind a number", '{"a":1{"b":2}', ['behind {"b":2}'], 1],
  ["torn in a string", '{"a":"x{"b":2}', ['behind {"b":2}'], 1],
  ["torn in a key", '{"a{"b":2}', ['behind {"b":2}'], 1],
  ["torn behind a backslash", '{"a":"x\\{"b":2}', ['behind {"b":2}'], 1],
  ["torn in a word", '{"a":tru{"b":2}', ['behind {"b":2}'], 1],
  ["torn behind its first brace", '{{"b":2}', ['behind {"b":2}'], 1],
  ["torn behind a comma", '{"a":1,{"b":2}', ['behind {"b":2}'], 1],
  ["torn behind a colon", '{"a":{"b":2}', ['part {"b":2}'], 1],
  ["torn in a list", '{"a":[1,{"b":{"c":3}}', ['part {"b":{"c":3}}'], 1],
  ["torn behind a value of its own", '{"a":{"x":1}{"b":2}', ['part {"x":1}', 'behind {"b":2}'], 1],
  ["torn twice", '{"a":"x{"b":[{"c":3}', ['part {"c":3}'], 2],
  ["torn by NUL bytes", '{"a":"x\0\0y"}', [], 1],
  ["torn, then NUL bytes", '{"a":"x\0{"b":2}', ['behind {"b":2}'], 1],
  ["torn behind a whole one", '{"a":1}{"b":"x', ['proven {"a":1}'], 1],
  ["torn between whole ones", '{"a":1}{"b":"x{"c":3}', ['proven {"a":1}', 'behind {"c":3}'], 1],
  ["something else behind a whole one", '{"a":1}x', ['proven {"a":1}'], 1],
  ["a value of one whose beginning is lost", 'x":{"b":2},"c":3}', [], 1],
  ["the end of one whose beginning is lost", 'x"}{"b":2}', ['behind {"b":2}'], 1],
  ["a string that looks like a record", '{"a":"{\\"b\\":2}', [], 1],
  [
    "a string with a brace at its end",
    '{"a":"{","b":1}{"c":3}',
    ['proven {"a":"{","b":1}', 'proven {"c":3}'],
    0,
  ],
  ["a string with quotes and braces", '{"a":"}{\\"b\\":2}{"}{"c":3}', [
    'proven {"a":"}{\\"b\\":2}{"}',
    'proven {"c":3}',
  ], 0],
  ["no JSON at all", "hello {} [1]", [], 1],
];

for (const [what, line, expected, torn] of TABLE) {
  Deno.test(`recoverRecords() of ${what}`, () => {
    const recovered = recoverRecords(line);
    const shown = recovered.records.map(({ text, isProven, mayBePart }) =>
      `${isProven ? "proven" : mayBePart ? "part" : "behind"} ${text}`
    );
    assert.deepEqual([shown, recovered.torn], [expected, torn]);
  });
}

/** A client names its fields with letters; what they hold may be anything. */
const name = fc.stringMatching(/^[a-zA-Z]{1,6}$/);
const record = fc.dictionary(
  name,
  fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(name, fc.string())),
  { minKeys: 1 },
)
  .map((value) => JSON.stringify(value));

Deno.test("recoverRecords() finds every whole record behind one that was cut anywhere, and counts that one", () => {
  const whole = fc.array(record, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(
      record,
      fc.double({ min: 0, max: 1, noNaN: true }),
      whole,
      fc.boolean(),
      (first, at, rest, nul) => {
        const cut = first.slice(0, 1 + Math.floor(at * (first.length - 2)));
        const { records, torn } = recoverRecords(`${cut}${nul ? "\0\0" : ""}${rest.join("")}`);
        const sure = records.filter(({ text, mayBePart }) => !mayBePart || rest.includes(text));
        assert.deepEqual(sure.map(({ text }) => text), rest);
        assert.equal(torn, 1);
        assert.ok(
          records.every(({ isProven }) => !isProven),
          "nothing behind a tear is proven",
        );
      },
    ),
    { numRuns: 3000 },
  );
});

Deno.test("recoverRecords() proves whole records that stand at a line's beginning, whatever is behind them", () => {
  fc.assert(fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), record, (whole, last) => {
    const line = whole.join("") + last.slice(0, -1);
    const { records, torn } = recoverRecords(line);
    const proven = records.filter(({ isProven }) => isProven).map(({ text }) => text);
    assert.deepEqual([proven, torn], [whole, 1]);
  }));
});

Deno.test("recoverRecords() takes a moment, whatever a line of megabytes holds", () => {
  const MEGABYTES = 4 * 1024 * 1024;
  for (
    const flood of [
      '{"',
      '{"a',
      '{"a":',
      "[",
      "{}",
      '"',
      "\\",
      '{"a":1}x',
      '{"a":"x{"',
      "\0{",
      '{"a":{"b":1}',
    ]
  ) {
    const line = `{"x":${flood.repeat(MEGABYTES / flood.length)}`;
    const begun = performance.now();
    recoverRecords(line);
    assert.ok(isWithin(performance.now() - begun, 5000), flood);
  }
});
