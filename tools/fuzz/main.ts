/**
 * `deno task fuzz [--runs N] [--seed N] [TARGETS]`: changes inputs at random, keeps those that reach code that none did
 * before, and looks whether any breaks a promise of tests/fuzz/targets.ts. Kept inputs and findings stand in
 * fixtures/fuzz: tests/fuzz/corpora_test.ts runs them again.
 */
import { parseArgs } from "node:util";
import { readCorpus, readFindings, writeCorpus, writeFindings } from "../../tests/fuzz/corpora.ts";
import { isTooMuch, type Target } from "../../tests/fuzz/target.ts";
import { TARGETS } from "../../tests/fuzz/targets.ts";
import { markdownTable } from "../markdown_table.ts";
import { closingLine } from "../tests/run_counted.ts";
import { type Executed, type Watch, watchCode } from "./coverage.ts";
import { drawFrom, mutate } from "./mutate.ts";

/** Inputs of one target that are kept: the shortest ones that reach it all. */
const KEPT = 40;

interface Tried {
  readonly why: string | null;
  readonly executed: Executed;
}

async function tryInput(target: Target, input: string, watch: Watch): Promise<Tried> {
  await watch.take();
  let why: string | null = null;
  try {
    await target.run(input);
  } catch (error) {
    why = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : String(error);
  }
  const executed = await watch.take();
  return { why: why ?? isTooMuch(target, input, executed.steps), executed };
}

/** The shortest inputs that together reach every place. */
function distil(reached: ReadonlyMap<string, string>): string[] {
  return [...new Set(reached.values())].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).slice(
    0,
    KEPT,
  );
}

async function fuzz(target: Target, runs: number, seed: number, watch: Watch): Promise<string[]> {
  const draw = drawFrom(seed);
  const seeds = [...target.seeds(), ...readCorpus(target.name)];
  const pool: string[] = [];
  /** For each place the shortest input that reaches it. */
  const reached = new Map<string, string>();
  const findings = new Map(readFindings(target.name).map(({ input, why }) => [why, input]));
  const known = findings.size;
  let most = 0;
  for (let run = 0; run < seeds.length + runs; run += 1) {
    const base = pool[draw(pool.length)] ?? "";
    const input = run < seeds.length ? seeds[run] ?? "" : mutate(base, target.words, pool, draw);
    const { why, executed } = await tryInput(target, input, watch);
    if (why !== null && (findings.get(why)?.length ?? Infinity) > input.length) findings.set(why, input);
    most = Math.max(most, executed.steps / (input.length + 1));
    let isNew = false;
    for (const place of executed.places) {
      const before = reached.get(place);
      isNew ||= before === undefined;
      if (before === undefined || before.length > input.length) reached.set(place, input);
    }
    if (isNew) pool.push(input);
  }
  writeCorpus(target.name, distil(reached));
  writeFindings(target.name, [...findings].map(([why, input]) => ({ why, input })));
  return [
    target.name,
    String(runs),
    String(reached.size),
    String(distil(reached).length),
    most.toFixed(0),
    String(findings.size - known),
  ];
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { runs: { type: "string", default: "20000" }, seed: { type: "string" } },
  allowPositionals: true,
});
const seed = Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
console.log(`fuzz: --seed=${seed}`);
const chosen = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const rows: string[][] = [];
await using watch = await watchCode();
for (const target of chosen) {
  rows.push(await fuzz(target, Number(values.runs), seed, watch));
  console.error(`fuzz: ${rows.at(-1)?.join(", ")}`);
}
const head = ["target", "runs", "places reached", "inputs kept", "most steps a character", "new findings"];
console.log(`\n${markdownTable([head, ...rows])}`);
const found = rows.filter((row) => row.at(-1) !== "0").length;
console.log(closingLine({ passed: rows.length - found, failed: found, ignored: 0 }));
Deno.exitCode = found === 0 ? 0 : 1;
