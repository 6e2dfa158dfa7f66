/**
 * `deno task test:torture`, `test:attack`, `test:fuzz` `[--long] [WORDS]`: one suite of gates; WORDS choose gates. Two
 * gates run beside each other. At the end comes a table: what each gate tried, how often, and what it found.
 */
import { parseArgs } from "node:util";
import { type Gate, gatesOf, type SuiteName, SUITES } from "./gates/gates.ts";
import { markdownTable } from "./markdown_table.ts";
import { closingLine, type Count, runCounted, sumOf } from "./tests/run_counted.ts";

const ROOT = new URL("../", import.meta.url).pathname;

interface Result {
  readonly gate: Gate;
  readonly count: Count;
  readonly seconds: number;
  /** The lines by which its tests told what they had tried. */
  readonly tried: readonly string[];
}

async function run(gate: Gate, isLong: boolean): Promise<Result> {
  const file = Deno.makeTempFileSync({ prefix: "kato-tried-" });
  const begun = performance.now();
  const count = await runCounted({
    command: [Deno.execPath()],
    cwd: ROOT,
    env: { KATO_TRIED: file, ...isLong ? gate.long : gate.short },
    // `deno task check` has seen to the types.
    args: ["--no-check", ...gate.tests],
    isShownAtEnd: true,
  });
  const tried = Deno.readTextFileSync(file).split("\n").slice(0, -1);
  Deno.removeSync(file);
  return { gate, count, seconds: Math.round((performance.now() - begun) / 1000), tried };
}

function row({ gate: { what }, count: { passed, failed, ignored }, seconds, tried }: Result): string[] {
  const found = failed === 0 ? "nothing" : `${failed} failed`;
  return [what, String(passed), String(ignored), String(seconds), [...tried, found].join("; ")];
}

const { values, positionals: [name = "", ...words] } = parseArgs({
  args: Deno.args,
  options: { long: { type: "boolean", default: false } },
  allowPositionals: true,
});
if (!(name in SUITES)) throw new Error(`no suite "${name}": ${Object.keys(SUITES).join(", ")}`);
const chosen = gatesOf(name as SuiteName)
  .filter(({ what }) => words.length === 0 || words.some((word) => what.includes(word)));
const queue = [...chosen];
const results: Result[] = [];
async function lane(): Promise<void> {
  for (let gate = queue.shift(); gate !== undefined; gate = queue.shift()) {
    results.push(await run(gate, values.long));
  }
}
await Promise.all([lane(), lane()]);
results.sort((a, b) => chosen.indexOf(a.gate) - chosen.indexOf(b.gate));
console.log(
  `\n${markdownTable([["gate", "tests", "skipped", "seconds", "tried and found"], ...results.map(row)])}`,
);
const whole = sumOf(results.map(({ count }) => count));
console.log(closingLine(whole));
Deno.exit(whole.code);
