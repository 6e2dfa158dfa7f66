/** The names of recorded cases, which tests are registered by, against the folders of cases where they are. */
import assert from "node:assert/strict";
import { providers } from "../../src/providers/registry.ts";
import { onlyWith } from "../needs.ts";
import { casesOnDisk, corpusOf } from "./corpus.ts";
import { RECORDED, RECORDED_LATER } from "./corpus_cases.ts";

for (const { id } of providers) {
  Deno.test(onlyWith(`corpus_cases.ts names every recorded case of ${id}`, corpusOf(id)), () => {
    for (const [index, names] of [RECORDED, RECORDED_LATER].entries()) {
      const there = casesOnDisk(id)[index] ?? null;
      if (there !== null) assert.deepEqual(names[id], there);
    }
  });
}
