import assert from "node:assert/strict";
import { walkLog } from "../../src/parser/log_walker.ts";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import type { Out, Provider } from "../../src/providers/provider.ts";
import { providers } from "../../src/providers/registry.ts";
import { readRecords } from "../providers/read_log.ts";
import { makeStage } from "./stage.ts";

const FIXTURES = new URL("../../fixtures", import.meta.url).pathname;

/** Several chunks, and beyond each piece of them that is looked at as text. */
const BYTES = 2.5e6;

/** Rows of state as each client writes them, in front of which a piece may end. */
const STATE: Readonly<Record<Provider["id"], string>> = {
  "claude-code": '{"type":"last-prompt","lastPrompt":"ünï ✓","sessionId":"s"}',
  codex:
    '{"timestamp":"2026-11-23T03:08:47.684Z","type":"event_msg","payload":{"type":"token_count","info":"✓"}}',
  gemini: '{"$set":{"lastUpdated":"2026-11-23T03:14:57.826Z"}}',
};

function* logsOf({ id }: Provider): Generator<{ readonly name: string; readonly text: string }> {
  for (const { name } of Deno.readDirSync(`${FIXTURES}/${id}`)) {
    const path = `${FIXTURES}/${id}/${name}/in.jsonl`;
    try {
      yield { name, text: Deno.readTextFileSync(path) };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    }
  }
}

function walk(provider: Provider, path: string): { readonly outs: Out[]; readonly records: number } {
  const walker = walkLog(provider, MAIN_AGENT, path, null);
  const outs: Out[] = [];
  let records = 0;
  for (;;) {
    const next = walker.peek(({ kind, what }) => assert.fail(`${kind}: ${what}`));
    if (next.peek === "more") continue;
    if (next.peek !== "record") return { outs, records };
    outs.push(...provider.read(walker.fold, next.record).outs);
    walker.take();
    records += 1;
  }
}

for (const provider of providers) {
  Deno.test(`long logs of ${provider.id} say what they say line by line, though state is passed over`, () => {
    using stage = makeStage();
    let passed = 0;
    for (const { name, text } of logsOf(provider)) {
      const rows = text.split("\n").filter((row) => row !== "");
      const again = `${[...rows, ...rows.map(() => STATE[provider.id])].join("\n")}\n`;
      const long = again.repeat(Math.ceil(BYTES / again.length));
      const { outs, records } = walk(provider, stage.write(`${name}.jsonl`, long));
      const plain = readRecords(provider, MAIN_AGENT, long);
      assert.deepEqual(outs, plain.flatMap(({ reading }) => reading.outs), name);
      passed += plain.length - records;
    }
    assert.ok(passed > 1000, "state is passed over before it is decoded");
  });
}
