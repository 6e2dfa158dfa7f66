/** The fuzzer's targets that read records: every client's, and torn lines. */
import assert from "node:assert/strict";
import { parseJson } from "../../src/parser/json_text.ts";
import { recoverRecords } from "../../src/parser/recover_records.ts";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { filesBelow } from "../providers/corpus.ts";
import { checkRecords } from "../providers/provider_contract.ts";
import type { Target } from "./target.ts";

const JSON_WORDS = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "null",
  "true",
  "-1",
  "1e999",
  '""',
  "{}",
  "[]",
  "\\u0000",
  "\n",
];

/** Lines of the fixtures, and the names in them. */
function linesOf(provider: Provider): string[] {
  const folder = new URL(`../../fixtures/${provider.id}/`, import.meta.url).pathname;
  return filesBelow(folder).filter((file) => /\/.*(?<!events|\.meta)\.jsonl$/.test(file)).flatMap((file) =>
    Deno.readTextFileSync(folder + file).split("\n").filter((line) => line !== "" && line.length < 1_500)
  );
}

/** Any lines are read as this client's records. */
export function targetOf(provider: Provider): Target {
  const lines = linesOf(provider);
  const names = new Set(lines.flatMap((line) => line.match(/"[\w-]{1,40}"/g) ?? []));
  return {
    name: provider.id,
    words: [...JSON_WORDS, ...names],
    steps: { any: 20_000, each: 200 },
    // A few lines in a row: later ones refer to earlier ones.
    seeds: () => lines.flatMap((_, at) => at % 4 === 0 ? [lines.slice(at, at + 3).join("\n")] : []),
    run(input) {
      // A log is decoded from UTF-8.
      const values = input.toWellFormed().split("\n").flatMap((line) => {
        const parsed = parseJson(line);
        return "value" in parsed ? [parsed.value] : [];
      });
      checkRecords(provider, MAIN_AGENT, values);
    },
  };
}

export const RECORDS: Target = {
  name: "records",
  words: JSON_WORDS,
  steps: { any: 5_000, each: 100 },
  seeds: () => ['{"type":"x","a":1{"type":"y"}', '{"a":"b"}{"c":[1,2]}', '{"a":"b\0\0{"c":1}'],
  run(input) {
    const { records } = recoverRecords(input);
    for (const { text } of records) {
      assert.ok(input.includes(text), "a recovered record is a part of the line");
    }
  },
};
