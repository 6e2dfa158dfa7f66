/** What a run of tests counts, as its runner prints it. */
import assert from "node:assert/strict";
import { closingLine, countOf, readClosing, sumOf } from "../../tools/tests/run_counted.ts";

const LINES: readonly [string, ReturnType<typeof readClosing>][] = [
  ["ok | 3 passed | 0 failed (2s)", { passed: 3, failed: 0, ignored: 0 }],
  ["ok | 3 passed (12 steps) | 0 failed | 2 ignored (2s)", { passed: 3, failed: 0, ignored: 2 }],
  ["FAILED | 3 passed | 1 failed (2 steps) (1m2s)", { passed: 3, failed: 1, ignored: 0 }],
  ["ok | 0 passed | 0 failed | 17 filtered out (6s)", { passed: 0, failed: 0, ignored: 0 }],
  ["a test that is ok | 3 passed | 0 failed", null],
  ["error: Test failed", null],
];

for (const [line, counted] of LINES) {
  Deno.test(`readClosing(): ${line}`, () => assert.deepEqual(readClosing(line), counted));
}

const COUNTS: readonly [
  string,
  Parameters<typeof countOf>,
  [code: number, passed: number, failed: number],
][] = [
  ["all passed", [{ passed: 3, failed: 0, ignored: 0 }, 0], [0, 3, 0]],
  ["one failed", [{ passed: 3, failed: 1, ignored: 0 }, 1], [1, 3, 1]],
  ["a file did not load", [{ passed: 3, failed: 0, ignored: 0 }, 1], [1, 3, 1]],
  ["the runner was killed", [null, 137], [137, 0, 1]],
  ["the runner ended well, and counted nothing", [null, 0], [1, 0, 1]],
];

for (const [what, given, [code, passed, failed]] of COUNTS) {
  Deno.test(`countOf(): ${what}`, () =>
    assert.deepEqual(countOf(...given), { code, passed, failed, ignored: 0 }));
}

Deno.test("sumOf(): the run fails when any of its parts does", () => {
  const [good, bad] = [countOf({ passed: 3, failed: 0, ignored: 1 }, 0), countOf(null, 137)];
  for (const parts of [[good, bad], [bad, good]]) {
    assert.deepEqual(sumOf(parts), { code: 137, passed: 3, failed: 1, ignored: 1 });
  }
  assert.equal(closingLine(sumOf([good, bad])), "\n3 passed, 1 failed, 1 skipped");
  assert.equal(sumOf([good, good]).code, 0);
});
