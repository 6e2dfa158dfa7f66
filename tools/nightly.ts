/**
 * `deno task nightly [WORDS]`: what is too long for each change. Each part is a task that can be run by itself; WORDS choose parts.
 * Prints a line for each part and a closing line. Needs root for most.
 */
import { closingLine } from "./tests/run_counted.ts";

const ROOT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");

/** What each part is, and its task. */
const PARTS: readonly (readonly [what: string, ...task: readonly string[]])[] = [
  ["every test", "test"],
  ["the installation, every round", "test:installed"],
  ["torture", "test:torture", "--long"],
  ["attacks", "test:attack", "--long"],
  ["fuzzing", "test:fuzz", "--long"],
  ["fuzzing guided by coverage", "fuzz", "--runs", "20000"],
  ["a soak of an hour", "test:soak", "--long"],
  ["packages, both architectures, piuparts", "test:packages", "--arch", "all", "--slow"],
  ["a release", "test:release"],
  ["systemd of Debian 12", "test:system"],
  ["systemd of Debian 13", "test:system", "--release", "trixie"],
  ["a fleet of Debian 12", "test:fleet"],
  ["a fleet of Debian 13", "test:fleet", "--release", "trixie"],
  ["every mutant", "test:mutants", "--all"],
];

const words = Deno.args;
const chosen = PARTS.filter(([what]) => words.length === 0 || words.some((word) => what.includes(word)));
let failed = 0;
for (const [what, ...task] of chosen) {
  const begun = performance.now();
  console.log(`== ${what}: deno task ${task.join(" ")}`);
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["task", ...task], cwd: ROOT }).spawn()
    .status;
  if (!success) failed += 1;
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  console.log(`== ${what}: ${success ? "passed" : "FAILED"}, ${minutes} minutes`);
}
console.log(closingLine({ passed: chosen.length - failed, failed, ignored: 0 }));
Deno.exit(failed === 0 ? 0 : 1);
