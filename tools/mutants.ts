/**
 * Changes one thing at a time in the code and looks whether a test fails: `deno task test:mutants [ROOM|FILE …]
 * [--sample N]`. A mutant that no test notices is a hole in the tests, or stands in mutants/accepted.json with the
 * reason why it is none. `--all` tries every room; `--sample` limits the mutants of each room. Works on copies of the
 * project in temporary folders.
 */
import { isFor, readAccepted } from "./mutants/accepted.ts";
import { createTestFinder } from "./mutants/choose_tests.ts";
import { listMutants, type Mutant } from "./mutants/list_mutants.ts";
import { type Fate, printScores, roomOf, scoreRooms } from "./mutants/scores.ts";
import { boundOf, type Copy, makeCopy } from "./mutants/try_mutant.ts";
import { walkFiles } from "./mutants/walk_files.ts";

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/** Test files that take less than this are run before the others. */
const QUICK_MS = 2_000;

/** A test file that takes longer than this is not run once a mutant. */
const SLOW_MS = 60_000;

/**
 * Tests of other rooms are run up to this time together, the quickest first, and none that takes longer than the second:
 * few of them kill a mutant that a room's own tests do not kill.
 */
const OTHERS_MS = 10_000;
const OTHER_MS = 3_000;

interface Measured {
  readonly test: string;
  readonly duration: number;
}
type Group = readonly Measured[];

function parseArguments(args: readonly string[]): { names: string[]; sample: number } {
  const at = args.indexOf("--sample");
  const sample = at < 0 ? Infinity : Number(args[at + 1]);
  const others = args.filter((_, index) => at < 0 || (index !== at && index !== at + 1));
  const names = others.filter((name) => name !== "--all");
  const isAll = names.length < others.length;
  if (Number.isNaN(sample) || names.some((name) => name.startsWith("-")) || isAll === names.length > 0) {
    console.error("deno task test:mutants (ROOM|FILE … | --all) [--sample N]");
    Deno.exit(64);
  }
  return { names: isAll ? ["src"] : names, sample };
}

async function filesOf(names: readonly string[]): Promise<string[]> {
  const folders = names.map((name) => /^src(\/|$)/.test(name) ? name : `src/${name}`);
  const files = await Promise.all(folders.map((name) => walkFiles(ROOT, name)));
  return files.flat().filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
}

/** The same `count` of a room's mutants each time, from all over. */
function take(mutants: readonly Mutant[], count: number): readonly Mutant[] {
  if (mutants.length <= count) return mutants;
  return Array.from({ length: count }, (_, index) => mutants[Math.floor(index * mutants.length / count)])
    .filter((mutant) => mutant !== undefined);
}

const { names, sample } = parseArguments(Deno.args);
const files = await filesOf(names);
const accepted = await readAccepted();
const found = await listMutants(ROOT, files);
const finder = await createTestFinder(ROOT);
const stale = accepted.filter((one) =>
  files.includes(one.file) && !found.some((mutant) => isFor(one, mutant))
);
const open = found.filter((mutant) => !accepted.some((one) => isFor(one, mutant)));
const chosen = [...Map.groupBy(open, roomOf).values()].flatMap((mutants) => take(mutants, sample));

const copies = await Promise.all(
  Array.from({ length: Math.max(1, Math.min(4, navigator.hardwareConcurrency)) }, () => makeCopy(ROOT)),
);
const durations = new Map<string, Promise<number | null>>();
const fates = new Map<Mutant, Fate>();

/** The quickest first. */
async function measure(copy: Copy, tests: readonly string[], bound: number): Promise<Group> {
  const measured: Measured[] = [];
  for (const test of tests) {
    const key = `${test} in ${bound}`;
    if (!durations.has(key)) durations.set(key, copy.measure(test, bound));
    const duration = await durations.get(key);
    if (typeof duration === "number") measured.push({ test, duration });
  }
  return measured.sort((a, b) => a.duration - b.duration);
}

/** The tests of a file in the order in which they are run, each group in one process: those that kill most for least time first. */
async function* groupsOf(copy: Copy, file: string): AsyncGenerator<Group> {
  const { near, others } = finder.testsOf(file);
  const own = await measure(copy, near, SLOW_MS);
  const isQuick = ({ duration }: Measured) => duration < QUICK_MS;
  yield own.filter(isQuick);
  yield own.filter((one) => !isQuick(one));
  let total = 0;
  yield (await measure(copy, others, OTHER_MS)).filter(({ duration }) => (total += duration) < OTHERS_MS);
}

async function tryOne(copy: Copy, mutant: Mutant): Promise<Fate> {
  let fate: Fate = "untested";
  for await (const group of groupsOf(copy, mutant.file)) {
    if (group.length === 0) continue;
    const total = group.reduce((sum, { duration }) => sum + duration, 0);
    fate = await copy.tryMutant(mutant, group.map(({ test }) => test), boundOf(total));
    if (fate !== "survived") break;
  }
  return fate;
}

async function work(copy: Copy, queue: Mutant[]): Promise<void> {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const fate = await tryOne(copy, mutant);
    fates.set(mutant, fate);
    if (fate !== "killed") {
      console.log(`${mutant.file}:${mutant.line}: ${fate}: ${mutant.change}\n    ${mutant.text}`);
    }
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    await Promise.allSettled(copies.map((copy) => copy.remove()));
    Deno.exit(1);
  });
}

try {
  const queue = [...chosen];
  await Promise.all(copies.map((copy) => work(copy, queue)));
} finally {
  await Promise.all(copies.map((copy) => copy.remove()));
}

for (const [test, duration] of durations) {
  if (await duration === null) console.log(`left out: ${test} ms: it fails without a mutant, or is too slow`);
}
for (const { file, text, change } of stale) {
  console.log(`stale in accepted.json: ${file}: ${change}\n    ${text}`);
}

const scores = scoreRooms(chosen.map((mutant) => [mutant, fates.get(mutant) ?? "untested"]));
console.log(printScores(scores));
console.log(`${accepted.filter(({ file }) => files.includes(file)).length} accepted, ${stale.length} stale`);
Deno.exit(scores.some(({ score, needed }) => score < needed) || stale.length > 0 ? 1 : 0);
