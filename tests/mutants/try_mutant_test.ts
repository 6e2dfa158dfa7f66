import assert from "node:assert/strict";
import { listMutants } from "../../tools/mutants/list_mutants.ts";
import { makeCopy, mutate, type Run } from "../../tools/mutants/try_mutant.ts";

const SOURCE =
  "export function count(to: number) {\n  let at = 0;\n  while (at < to) at += 1;\n  return at;\n}\n";
const IMPORT = 'import { count } from "../count.ts";\n';
const FILES: Readonly<Record<string, string>> = {
  "count.ts": SOURCE,
  "tests/none_test.ts": `${IMPORT}Deno.test("none", () => void count(0));\n`,
  "tests/three_test.ts":
    `${IMPORT}Deno.test("three", () => { if (count(3) !== 3) throw new Error("no"); });\n`,
  "tests/waits_test.ts":
    `${IMPORT}Deno.test("waits", async () => { if (count(1) !== 1) await new Promise((run) => setTimeout(run, 1e9)); });\n`,
};
const NONE = "tests/none_test.ts";
const THREE = "tests/three_test.ts";
const WAITS = "tests/waits_test.ts";

const HOUR_MS = 3_600_000;

/** Many times what a start of the tests takes. */
const BOUND_MS = 2_000;

/** The mutant that makes `line` of SOURCE, and what becomes of it under these tests. */
const CASES: readonly (readonly [
  line: string,
  tests: readonly string[],
  wait: number,
  Pick<Run, "fate" | "failed">,
])[] = [
  ["while (at <= to) at += 1;", [NONE], HOUR_MS, { fate: "survived", failed: null }],
  ["while (at <= to) at += 1;", [NONE, THREE], HOUR_MS, { fate: "killed", failed: THREE }],
  ["while (at <= to) at += 1;", [THREE, NONE], HOUR_MS, { fate: "killed", failed: THREE }],
  ["while (at < to) ;", [NONE, THREE], HOUR_MS, { fate: "timed out", failed: THREE }],
  ["while (false) at += 1;", [WAITS, THREE], 1_000, { fate: "waited", failed: null }],
];

Deno.test("tryMutant() tells by the time of the processor what becomes of a mutant", async (t) => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${root}/tests`);
  for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(`${root}/${name}`, text);
  const mutants = await listMutants(root, ["count.ts"]);
  const copy = await makeCopy(root);
  try {
    for (const [line, tests, wait, expected] of CASES) {
      await t.step(`${line} under ${tests}`, async () => {
        const mutant = mutants.find((one) => mutate(SOURCE, one).includes(line));
        assert.ok(mutant);
        const { fate, failed } = await copy.tryMutant(mutant, tests, BOUND_MS, wait);
        assert.deepEqual({ fate, failed }, expected);
      });
    }
    await t.step("measure() gives the time of tests that pass", async () => {
      assert.ok(Number(await copy.measure([NONE, THREE], HOUR_MS)) > 0);
    });
  } finally {
    await copy.remove();
    await Deno.remove(root, { recursive: true });
  }
});
