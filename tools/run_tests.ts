/**
 * Runs every test, or those that are named, and prints one closing line, `N passed, N failed`. All of them run in two
 * lanes beside each other, for most of them wait most of the time.
 */
import { closingLine, type Count, runCounted, sumOf } from "./tests/run_counted.ts";

/** These take about half of the time. The other lane has all other tests. */
const SECOND_LANE = [
  "tests/attacks",
  "tests/daemon/kill_test.ts",
  "tests/faults",
  "tests/hosts",
  "tests/launcher",
];

function run(args: readonly string[], isShownAtEnd = false): Promise<Count> {
  const cwd = new URL("..", import.meta.url).pathname;
  return runCounted({ command: [Deno.execPath()], cwd, env: {}, args, isShownAtEnd });
}

const counts = Deno.args.length > 0 ? [await run(Deno.args)] : await Promise.all([
  // Without a folder the runtime would take every file whose name ends in `test.ts` for a test.
  run([`--ignore=${SECOND_LANE.join(",")}`, "tests"]),
  run(SECOND_LANE, true),
]);
const count = sumOf(counts);
console.log(closingLine(count));
Deno.exit(count.code);
