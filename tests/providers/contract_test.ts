/** Every provider keeps the contract, and each record of its fixtures is a beginning from which hostile ones are made. */
import assert from "node:assert/strict";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { providerById, providers } from "../../src/providers/registry.ts";
import { filesBelow } from "./corpus.ts";
import { testProviderContract } from "./provider_contract.ts";
import { readRecords } from "./read_log.ts";

/** The logs among the fixtures, each as lines, also where it is one document. */
function fixtureLogs(provider: Provider): { readonly file: string; readonly text: string }[] {
  const folder = new URL(`../../fixtures/${provider.id}/`, import.meta.url).pathname;
  return filesBelow(folder).filter((file) => /\/.*(?<!events|\.meta)\.jsonl?$/.test(file)).map((file) => {
    const text = Deno.readTextFileSync(folder + file);
    if (!file.endsWith(".json")) return { file, text };
    const records = provider.recordsOf?.(JSON.parse(text)) ?? [];
    return { file, text: records.map((record) => JSON.stringify(record)).join("\n") };
  });
}

for (const provider of providers) {
  const logs = fixtureLogs(provider);
  const seeds = logs.flatMap(({ text }) => text.trimEnd().split("\n")).map((line) => JSON.parse(line));

  testProviderContract(provider, seeds);

  Deno.test(`${provider.id} goes on from a kept state as if it had never stopped`, () => {
    for (const { file, text } of logs) {
      const name = file.slice(file.indexOf("/") + 1);
      for (const agent of [MAIN_AGENT, provider.classifyAgent(name)?.agent ?? "abc123"]) {
        const lines = text.split("\n");
        let state = provider.begin(agent);
        for (const { line, reading, handBack } of readRecords(provider, agent, text)) {
          state = JSON.parse(JSON.stringify(state));
          if (line === -1) {
            assert.deepEqual(provider.finish?.(state), reading, file);
            continue;
          }
          const record = { value: JSON.parse(lines[line] ?? ""), line };
          assert.deepEqual(provider.handBack(state, record), handBack, `${file}:${line}`);
          assert.deepEqual(provider.read(state, record), reading, `${file}:${line}`);
        }
      }
    }
  });

  Deno.test(`${provider.id} tells a record with a title or an earlier beginning by its text`, () => {
    for (const { file, text } of logs) {
      const lines = text.split("\n");
      let started: string | null = null;
      for (const { line, reading } of readRecords(provider, MAIN_AGENT, text)) {
        for (const out of reading.outs) {
          if (out.out !== "meta") continue;
          const isEarlier = started !== null && out.started !== undefined && out.started < started;
          started ??= out.started ?? null;
          // First words have rank 0, and a first look waits for them.
          if (line === -1 || !(isEarlier || (out.title?.rank ?? 0) > 0)) continue;
          assert.notEqual(provider.mayName?.(lines[line] ?? ""), false, `${file}:${line}`);
        }
      }
    }
  });

  Deno.test(`providerById() finds ${provider.id}`, () => assert.equal(providerById(provider.id), provider));
}
