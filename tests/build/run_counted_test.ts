/** What a run of tests counts, as its runner prints it. */
import assert from "node:assert/strict";
import {
  closingLine,
  countOf,
  failureIn,
  isFailed,
  readClosing,
  runCounted,
  runningFile,
  sumOf,
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

const LINES_OF_A_RUN: readonly [line: string, isFailed: boolean, failure: ReturnType<typeof failureIn>][] = [
  ["what it does (Landlock 7) => ./tests/launcher/descriptors_test.ts:112:8", false, { isFile: false }],
  ["what it does => ../elsewhere/a_test.ts:1:2", false, { isFile: false }],
  ["a table ... a row => ./tests/a_test.ts:1:2", false, { isFile: false }],
  ["./tests/a_test.ts (uncaught error)", false, { isFile: true, file: "tests/a_test.ts" }],
  ["    at fn (file:///work/tests/launcher/descriptors_test.ts:120:16)", false, null],
  ["what it does ... FAILED (2ms)", true, null],
  ["FAILED (1m2s)", true, null],
  [" FAILED (2m16s)", true, null],
  ["FAILED | 3 passed | 1 failed (2s)", false, null],
  ["what it does ... ok (2ms)", false, null],
];

for (const [line, failed, failure] of LINES_OF_A_RUN) {
  Deno.test(`isFailed(), failureIn(): ${line}`, () => {
    assert.equal(isFailed(line), failed);
    assert.deepEqual(failureIn(line), failure);
  });
}

Deno.test("runningFile() is the file whose tests follow", () => {
  assert.equal(runningFile("running 1 test from ./tests/a_test.ts"), "tests/a_test.ts");
  assert.equal(runningFile("running 2 tests from ../elsewhere/a_test.ts"), "../elsewhere/a_test.ts");
  assert.equal(runningFile("running 12 tests from ./tests/b_test.ts"), "tests/b_test.ts");
  assert.equal(runningFile("what is running 1 test from ./tests/a_test.ts"), null);
});

/** Registers a test that fails until it has failed so often, and one that passes. */
const HELPER = `
const left = new URL("left", import.meta.url);
export function register(name) {
  Deno.test("it passes", () => {});
  Deno.test(name, async (t) => {
    const times = Number(Deno.readTextFileSync(left));
    Deno.writeTextFileSync(left, String(times - 1));
    await t.step("a step <of it> & more", () => {});
    if (times > 0) throw new Error("as it should");
  });
}
`;
const OWN = `${HELPER.replace("export function", "function")}; register("it fails at first");`;
const REGISTERED = 'import { register } from "./helper.ts"; register(\'it "fails" <at first>\');';
const STEP = OWN.replace(
  '& more", () => {',
  '& more", () => { if (times > 0) throw new Error("as it should");',
);
/** Its test is another one, or none, each time. */
const OTHER_NAME = OWN.replace('register("it', 'register(Date.now() + " it');
const GONE = `if (Deno.readTextFileSync(new URL("left", import.meta.url)) !== "0") {${
  OWN.replaceAll("export ", "")
}}`;

for (
  const [what, text, times, again, [code, passed, failed]] of [
    ["a test that fails once", OWN, 1, "", [1, 1, 1]],
    ["a test that fails once", OWN, 1, "1", [0, 2, 0]],
    ["a test that fails twice", OWN, 2, "1", [1, 1, 1]],
    ["a test of a helper's that fails once", REGISTERED, 1, "1", [0, 2, 0]],
    ["a test of a helper's that fails twice", REGISTERED, 2, "1", [1, 1, 1]],
    ["a test whose step fails twice", STEP, 2, "1", [1, 1, 1]],
    ["a test that has another name then", OTHER_NAME, 1, "1", [1, 1, 1]],
    ["a test that is not there then", GONE, 1, "1", [1, 1, 1]],
    ["a file that does not load", "throw new Error('as it should');", 1, "1", [1, 0, 1]],
  ] as const
) {
  Deno.test(`runCounted(): ${what}, tried again: ${again !== ""}`, async () => {
    const cwd = Deno.makeTempDirSync();
    const before = Deno.env.get("KATO_TRY_AGAIN") ?? "";
    try {
      Deno.writeTextFileSync(`${cwd}/a_test.ts`, text);
      Deno.writeTextFileSync(`${cwd}/helper.ts`, HELPER);
      Deno.writeTextFileSync(`${cwd}/left`, String(times));
      Deno.env.set("KATO_TRY_AGAIN", again);
      const count = await runCounted({
        command: [Deno.execPath()],
        cwd,
        env: {},
        args: ["--no-check", "a_test.ts"],
        isShownAtEnd: true,
      });
      assert.deepEqual(count, { code, passed, failed, ignored: 0 });
    } finally {
      Deno.env.set("KATO_TRY_AGAIN", before);
      Deno.removeSync(cwd, { recursive: true });
    }
  });
}

const TASKS: Record<string, { readonly command?: string }> =
  JSON.parse(Deno.readTextFileSync("deno.json")).tasks;

/** The tasks that run tests with this tool; what each names behind it is left out. */
const RUNS = Object.entries(TASKS).flatMap(([task, { command = "" }]) => {
  const run = /^.* tools\/run_tests\.ts/.exec(command)?.[0];
  return run === undefined ? [] : [{ task, run }];
});

for (const { task, run } of RUNS) {
  Deno.test(`deno task ${task} may do all that a second try takes`, async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const file = `${folder}/a_test.ts`;
      Deno.writeTextFileSync(file, OWN);
      Deno.writeTextFileSync(`${folder}/left`, "1");
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", `${run.replaceAll(/\bdeno\b/g, '"$DENO"')} --no-check "$1"`, "sh", file],
        env: { DENO: Deno.execPath(), KATO_TRY_AGAIN: "1" },
        stderr: "null",
      }).output();
      const shown = new TextDecoder().decode(stdout).trimEnd().split("\n");
      assert.match(shown.findLast((line) => line.startsWith("unsteady: ")) ?? "", /it fails at first/);
      assert.equal(shown.at(-1), "2 passed, 0 failed");
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

Deno.test("the tasks that run every test, quick ones and many texts are among them", () => {
  assert.deepEqual(RUNS.map(({ task }) => task), ["test", "test:quick", "test:texts"]);
});
