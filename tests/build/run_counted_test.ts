/** What a run of tests counts, as its runner prints it. */
import assert from "node:assert/strict";
import {
  closingLine,
  countOf,
  failedFile,
  readClosing,
  runCounted,
  sumOf,
  unsteadyOf,
} from "../../tools/tests/run_counted.ts";

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

const FAILURES: readonly [string, string | null][] = [
  [
    "what it does (Landlock 7) => ./tests/launcher/descriptors_test.ts:112:8",
    "tests/launcher/descriptors_test.ts",
  ],
  ["a table ... a row => ./tests/a_test.ts:1:2", "tests/a_test.ts"],
  ["./tests/a_test.ts (uncaught error)", "tests/a_test.ts"],
  ["    at fn (file:///work/tests/launcher/descriptors_test.ts:120:16)", null],
  ["what it does ... FAILED (2ms)", null],
];

for (const [line, file] of FAILURES) {
  Deno.test(`failedFile(): ${line}`, () => assert.equal(failedFile(line), file));
}

Deno.test("unsteadyOf(): what passed by itself; nothing, where a file did not load again", () => {
  const failures = ["a => ./tests/a_test.ts:1:2", "b => ./tests/b_test.ts:1:2"];
  assert.deepEqual(unsteadyOf(failures, { code: 0, failures: [] }), failures);
  assert.deepEqual(unsteadyOf(failures, { code: 1, failures: failures.slice(1) }), failures.slice(0, 1));
  assert.deepEqual(unsteadyOf(failures, { code: 1, failures: [] }), []);
});

/** A test that fails until it has failed so often, and one that passes. */
const FAILING = `
const left = new URL("left", import.meta.url);
Deno.test("it passes", () => {});
Deno.test("it fails at first", () => {
  const times = Number(Deno.readTextFileSync(left));
  Deno.writeTextFileSync(left, String(times - 1));
  if (times > 0) throw new Error("as it should");
});
`;

for (
  const [times, again, [code, passed, failed]] of [
    [1, "", [1, 1, 1]],
    [1, "1", [0, 2, 0]],
    [2, "1", [1, 1, 1]],
  ] as const
) {
  Deno.test(`runCounted(): a test that fails ${times} times, tried again: ${again !== ""}`, async () => {
    const cwd = Deno.makeTempDirSync();
    const before = Deno.env.get("KATO_TRY_AGAIN") ?? "";
    try {
      Deno.writeTextFileSync(`${cwd}/a_test.ts`, FAILING);
      Deno.writeTextFileSync(`${cwd}/left`, String(times));
      Deno.env.set("KATO_TRY_AGAIN", again);
      const count = await runCounted({
        command: [Deno.execPath()],
        cwd,
        env: {},
        args: ["a_test.ts"],
        isShownAtEnd: true,
      });
      assert.deepEqual(count, { code, passed, failed, ignored: 0 });
    } finally {
      Deno.env.set("KATO_TRY_AGAIN", before);
      Deno.removeSync(cwd, { recursive: true });
    }
  });
}
