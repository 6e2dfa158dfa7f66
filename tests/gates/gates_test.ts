/** The gates that docs/security-gates.md promises are those that the tasks run, and each has its tests. */
import assert from "node:assert/strict";
import { gatesOf, gateTable, type SuiteName, SUITES } from "../../tools/gates/gates.ts";
import { read } from "../documents.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const NAMES = Object.keys(SUITES) as SuiteName[];

/** What the baseline asks for by name. */
const BASELINE = [
  "path traversal and canonicalisation",
  "symlink escape",
  "command confusion",
  "parser poisoning",
  "permission boundaries per worker",
  "lifecycle races",
  "audit completeness",
];

Deno.test("each gate that the baseline asks for is there once", () => {
  const gates = NAMES.flatMap((suite) => gatesOf(suite).map(({ what }) => what));
  assert.deepEqual(new Set(gates).size, gates.length);
  for (const what of BASELINE) assert.ok(gates.includes(what), what);
});

Deno.test("each file or folder of a gate is there and is one of tests", () => {
  for (const { what, tests } of NAMES.flatMap(gatesOf)) {
    assert.ok(tests.length > 0, what);
    for (const path of tests) {
      const names = Deno.statSync(`${ROOT}${path}`).isFile
        ? [path]
        : [...Deno.readDirSync(`${ROOT}${path}`)].map(({ name }) => name);
      assert.ok(names.some((name) => name.endsWith("_test.ts")), path);
    }
  }
});

Deno.test("each suite has its task, and its long form is a part of the night", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  const nightly = read("tools/nightly.ts");
  for (const suite of NAMES) {
    assert.match(tasks[`test:${suite}`].command, new RegExp(`tools/test_gate\\.ts ${suite}$`));
    assert.ok(nightly.includes(`"test:${suite}", "--long"`), suite);
  }
});

Deno.test("docs/security-gates.md has the table of the gates", () => {
  assert.ok(read("docs/security-gates.md").includes(gateTable()));
});
