/** Where the code of a text is: the short way finds what the parser finds, or leaves it to the parser. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { findPlainFences, parsePlaces, PLAIN, WITH_TABLES } from "../../src/render/places.ts";

/** Lines that begin, end or bend a block to some reader, and lines that do nothing. */
const LINES = [
  ...["", "word", "Words, 1. and - and > in <b> &amp; them", "a\\", "x ```", "x    ", "Https://e.com [a](b)"],
  ...[
    "```",
    "```ts",
    "````",
    "```` md",
    " ```",
    "   ```",
    "    ```",
    "```\t",
    "```x`",
    "~~~",
    "`x`",
    "``` a b",
  ],
  ...[
    "    code",
    "\tcode",
    "- item",
    "1. item",
    "> quote",
    "# head",
    "---",
    "===",
    "***",
    "| a |",
    "|---|",
    "[a]: b",
  ],
  ...["<div>", "<!-- x", "&nbsp;", "  indented", "1) item", "é", "+++", "\\```"],
];

Deno.test("findPlainFences() finds what the parser finds, or nothing", () => {
  const text = fc.array(fc.constantFrom(...LINES), { maxLength: 12 }).map((lines) => lines.join("\n"));
  fc.assert(fc.property(text, check), { numRuns: 5000 });
});

Deno.test("findPlainFences() knows prose with fenced code", () => {
  const prose = fc.constantFrom("", "word", "Words, 1. and - and > in <b> them");
  const code = fc.constantFrom("", "  const a = `b` | ~c;", "# x", "- y", "\t<b>", "~~~");
  const fence = fc.tuple(fc.constantFrom("```", "````"), fc.constantFrom("", "ts", "c++"), fc.array(code))
    .map(([mark, info, lines]) => [mark + info, ...lines, mark].join("\n"));
  const text = fc.array(fc.oneof(prose, fence), { maxLength: 12 }).map((parts) => parts.join("\n"));
  fc.assert(fc.property(text, (one) => {
    assert.notEqual(findPlainFences(one), null);
    check(one);
  }));
});

function check(text: string): void {
  const places = findPlainFences(text);
  if (places === null) return;
  for (const reader of [PLAIN, WITH_TABLES]) assert.deepEqual(places, parsePlaces(text, reader), text);
}
