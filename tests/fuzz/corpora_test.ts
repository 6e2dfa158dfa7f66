/** The fuzzer's kept inputs and findings break no promise, and make no more work than their length allows. */
import assert from "node:assert/strict";
import { watchCode } from "../../tools/fuzz/coverage.ts";
import { drawFrom, mutate } from "../../tools/fuzz/mutate.ts";
import { tried } from "../tried.ts";
import { readCorpus, readFindings } from "./corpora.ts";
import { isTooMuch } from "./target.ts";
import { TARGETS } from "./targets.ts";

for (const target of TARGETS) {
  Deno.test(`fuzz: ${target.name} keeps its promises for each kept input`, async () => {
    const corpus = readCorpus(target.name);
    // A new client has none yet: `deno task fuzz ID` makes one.
    const kept = corpus.length > 0 ? corpus : target.seeds();
    const inputs = [...kept, ...readFindings(target.name).map(({ input }) => input)];
    assert.ok(inputs.length > 0);
    await using watch = await watchCode();
    for (const input of inputs) {
      await watch.take();
      target.run(input);
      assert.equal(isTooMuch(target, input, (await watch.take()).steps), null, JSON.stringify(input));
    }
    tried(`${target.name}: ${inputs.length} kept inputs`);
  });
}

Deno.test("fuzz: no folder of fixtures/fuzz is without its target", () => {
  const folders = [...Deno.readDirSync(new URL("../../fixtures/fuzz", import.meta.url))].map(({ name }) =>
    name
  );
  assert.deepEqual(folders.sort(), TARGETS.map(({ name }) => name).sort());
});

Deno.test("mutate() gives the same texts for a seed, and no longer ones than it may", () => {
  const run = () => {
    const draw = drawFrom(7);
    return Array.from({ length: 200 }, () => mutate("::record a.md", ["::stop"], ["x".repeat(3_900)], draw));
  };
  const texts = run();
  assert.deepEqual(texts, run());
  assert.ok(texts.every(({ length }) => length <= 4_000) && new Set(texts).size > 150);
});

Deno.test("watchCode() tells which code ran, and counts its work", async () => {
  const target = TARGETS.find(({ name }) => name === "grammar");
  assert.ok(target !== undefined);
  await using watch = await watchCode();
  const workOf = async (input: string) => {
    await watch.take();
    target.run(input);
    return await watch.take();
  };
  await workOf("a");
  const [little, much] = [await workOf("::stop\n"), await workOf("::stop\n".repeat(60))];
  assert.ok(little.places.some((place) => place.startsWith("session/command.ts:")));
  assert.ok(much.steps > 10 * little.steps, `${much.steps} against ${little.steps}`);
});
