import assert from "node:assert/strict";
import { structuredPatch } from "diff";
import fc from "fast-check";
import { CALL_CHARS, DIFF_EDITS } from "../../src/protocol/render_limits.ts";
import { diffLines } from "../../src/render/diff.ts";

const EDITS: readonly (readonly [what: string, before: string, after: string, shown: string])[] = [
  ["nothing before", "", "a\nb", "+a\n+b"],
  ["nothing after", "a\nb\n", "", "-a\n-b"],
  ["no line in common", "a\nb", "c\nd\n", "-a\n-b\n+c\n+d"],
  ["an empty line in common", "a\n\nb", "c\n\nd", "-a\n+c\n \n-b\n+d"],
  ["a final newline more", "a", "a\n", ""],
  ["line ends that differ", "a\r\nb", "a\nb", "-a\r\n+a\n b"],
  [
    "two places",
    "1\n2\n3\n4\n5\n6\n7\n8\n9",
    "0\n2\n3\n4\n5\n6\n7\n8\n0",
    "-1\n+0\n 2\n 3\n 4\n@@\n 6\n 7\n 8\n-9\n+0",
  ],
];

for (const [what, before, after, shown] of EDITS) {
  Deno.test(`diffLines() shows an edit: ${what}`, () => {
    assert.equal(diffLines(before, after), shown);
  });
}

const side = fc.array(fc.constantFrom("a", "b", "c", "", "}", "a\r", " a"), { maxLength: 12 })
  .map((lines) => lines.join("\n"));

Deno.test("diffLines() shows any edit as the comparison of all its lines shows it", () => {
  fc.assert(
    fc.property(side, side, fc.boolean(), (before, after, isOther) => {
      fc.pre(before !== "" && after !== "");
      // Half of the pairs share no line but the empty ones.
      const other = isOther ? after.toUpperCase() : after;
      assert.equal(diffLines(before, other), compareAll(before, other));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("diffLines() shows old and new lines where more of them differ than it compares", () => {
  const lines = (count: number, word: string) => Array.from({ length: count }, (_, n) => `${word}${n}`);
  const most = DIFF_EDITS / 2;
  for (const count of [most - 1, most, most + 1, most + 300]) {
    const before = ["same", ...lines(count, "a")].join("\n");
    const after = [...lines(count, "b"), "same"].join("\n");
    assert.equal(diffLines(before, after), compareAll(before, after), `${count} lines a side`);
  }
});

/** The same edit, compared whole by the library, without a bound on its size before. */
function compareAll(before: string, after: string): string {
  const closed = (text: string) => text.endsWith("\n") ? text : text + "\n";
  const options = { context: 3, maxEditLength: DIFF_EDITS };
  assert(before.length + after.length <= CALL_CHARS);
  const patch = structuredPatch("", "", closed(before), closed(after), "", "", options);
  const mark = (sign: string, text: string) => sign + closed(text).slice(0, -1).replaceAll("\n", "\n" + sign);
  if (patch === undefined) return `${mark("-", before)}\n${mark("+", after)}`;
  return patch.hunks.map((hunk) => hunk.lines.join("\n")).join("\n@@\n");
}
