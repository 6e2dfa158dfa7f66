import assert from "node:assert/strict";
import { walkLog } from "../../src/parser/log_walker.ts";
import { searchText } from "../../src/parser/search_text.ts";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import type { Out, Provider } from "../../src/providers/provider.ts";
import { providers } from "../../src/providers/registry.ts";
import { readRecords } from "../providers/read_log.ts";
import { makeStage } from "./stage.ts";

const FIXTURES = new URL("../../fixtures", import.meta.url).pathname;

/** Several chunks, and beyond each piece of them that is looked at as text. */
const BYTES = 2.5e6;

/** Rows of state as each client writes them, in front of which a piece may end. */
const STATE: Readonly<Partial<Record<Provider["id"], string>>> = {
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

/** What the log says, and how many rows of it were state before they were decoded. */
function walk(provider: Provider, path: string): { readonly outs: Out[]; readonly early: number } {
  const outs: Out[] = [];
  let early = 0;
  const counting: Provider = {
    ...provider,
    isState(text, from, to) {
      const isState = provider.isState?.(text, from, to) ?? false;
      if (isState && text.length > to - from) early += 1;
      return isState;
    },
  };
  const walker = walkLog(counting, MAIN_AGENT, path, null, { search: searchText });
  for (;;) {
    const next = walker.peek(({ kind, what }) => assert.fail(`${kind}: ${what}`));
    if (next.peek === "more") continue;
    if (next.peek !== "record") return { outs, early };
    outs.push(...provider.read(walker.fold, next.record).outs);
    walker.take();
  }
}

for (const provider of providers) {
  const state = STATE[provider.id] ?? "";
  Deno.test(`long logs of ${provider.id} say what they say line by line, though state is passed over`, () => {
    using stage = makeStage();
    let told = 0;
    for (const { name, text } of logsOf(provider)) {
      const rows = text.split("\n").filter((row) => row !== "");
      const again = `${[...rows, ...rows.map(() => state)].join("\n")}\n`;
      const long = again.repeat(Math.ceil(BYTES / again.length));
      const { outs, early } = walk(provider, stage.write(`${name}.jsonl`, long));
      const plain = readRecords(provider, MAIN_AGENT, long);
      assert.deepEqual(outs, plain.flatMap(({ reading }) => reading.outs), name);
      told += early;
    }
    assert.ok(told > 1000 || state === "", "state is told before it is decoded");
  });
}
