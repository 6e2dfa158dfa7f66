/** What is said of a test that is skipped. */
import assert from "node:assert/strict";
import { filesBelow } from "./providers/corpus.ts";
import { onlyWith } from "./needs.ts";

const TESTS = new URL(".", import.meta.url).pathname;
const OWN = ["needs.ts", "needs_test.ts"];

Deno.test("onlyWith() says in a skipped test's name what is missing, and leaves the others as they are", () => {
  const there = { isMet: true, otherwise: "x" };
  const missing = (what: string) => ({ isMet: false, otherwise: `${what} is missing` });
  assert.deepEqual(onlyWith("it holds"), { name: "it holds", ignore: false });
  assert.deepEqual(onlyWith("it holds", there), { name: "it holds", ignore: false });
  assert.deepEqual(onlyWith("it holds", there, missing("a"), missing("b")), {
    name: "it holds (skipped: a is missing; b is missing)",
    ignore: true,
  });
});

const TASKS: { readonly tasks: Readonly<Record<string, unknown>> } = JSON.parse(
  Deno.readTextFileSync(new URL("../deno.json", import.meta.url)),
);

Deno.test("what brings a missing thing is a task that there is, another user, or a program to install", () => {
  for (const file of filesBelow(TESTS).filter((name) => name.endsWith(".ts") && !OWN.includes(name))) {
    for (
      const [, task = ""] of Deno.readTextFileSync(`${TESTS}${file}`).matchAll(/deno task (test[\w:]*)/g)
    ) {
      assert.ok(task in TASKS.tasks, `${file}: deno task ${task}`);
    }
  }
});
