import assert from "node:assert/strict";
import { isFor, readAccepted } from "../../tools/mutants/accepted.ts";
import { listMutants } from "../../tools/mutants/list_mutants.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

Deno.test("every survivor that is accepted is still a mutant of the code", async () => {
  const accepted = await readAccepted();
  const mutants = await listMutants(ROOT, [...new Set(accepted.map(({ file }) => file))]);
  const stale = accepted.filter((one) => !mutants.some((mutant) => isFor(one, mutant)));
  assert.deepEqual(stale, []);
});
