/**
 * Runs every test, or those that are named, and prints one closing line, `N passed, N failed`. All of them run in parts, two
 * beside each other, for most of them wait most of the time; a lane whose part is over takes the next one. Options of
 * the runner hold for each part.
 */
import { closingLine, type Count, runCounted, sumOf } from "./tests/run_counted.ts";

const LANES = 2;

/** The longest first, so that the lanes end at about the same time. What none of them has is the last part. */
const PARTS: readonly (readonly string[])[] = [
  ["--ignore=tests/daemon/kill_test.ts", "tests/daemon"],
  ["tests/daemon/kill_test.ts"],
  ["tests/attacks"],
  ["tests/faults"],
  ["tests/launcher"],
  ["tests/hosts"],
  ["tests/cli"],
];
const isOption = (word: string) => word.startsWith("--");
// Without a folder the runtime would take every file whose name ends in `test.ts` for a test.
const REST = [`--ignore=${PARTS.flat().filter((word) => !isOption(word)).join(",")}`, "tests"];

function run(args: readonly string[], isShownAtEnd = false): Promise<Count> {
  const cwd = new URL("..", import.meta.url).pathname;
  return runCounted({ command: [Deno.execPath()], cwd, env: {}, args, isShownAtEnd });
}

async function runAll(options: readonly string[]): Promise<Count[]> {
  const left = [...PARTS, REST];
  const counts: Count[] = [];
  async function runLane(_: unknown, lane: number): Promise<void> {
    for (let part = left.shift(); part !== undefined; part = left.shift()) {
      // One of the lanes shows how far it is.
      counts.push(await run([...options, ...part], lane > 0));
    }
  }
  await Promise.all(Array.from({ length: LANES }, runLane));
  return counts;
}

const counts = Deno.args.every(isOption) ? await runAll(Deno.args) : [await run(Deno.args)];
const count = sumOf(counts);
console.log(closingLine(count));
Deno.exit(count.code);
