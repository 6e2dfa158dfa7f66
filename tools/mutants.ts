/**
 * Changes one thing at a time in the code and looks whether a test fails: `deno task test:mutants [PART …]
 * [--sample N]`. A part is a room, a folder or a file. A mutant that no test notices is a hole in the tests, or stands
 * in mutants/accepted.json with the reason why it is none. `--all` tries every room; `--sample` limits the mutants of
 * each part; `--tests` names the only tests that are run; `--record` writes the scores to CONTRIBUTING.md. Works on
 * copies of the project in temporary folders.
 */
import { parseArgs } from "node:util";
import { isFor, readAccepted } from "./mutants/accepted.ts";
import { createTestFinder } from "./mutants/choose_tests.ts";
import { listMutants, type Mutant } from "./mutants/list_mutants.ts";
import { recordScores } from "./mutants/record_scores.ts";
import { type Fate, printScores, scoreParts } from "./mutants/scores.ts";
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

/** A mutant that waits is tried so often: on a busy machine, its tests wait without it, too. */
const TRIES = 3;

interface Measured {
  readonly test: string;
  readonly duration: number;
}
type Group = readonly Measured[];

const USAGE = "deno task test:mutants (PART … | --all) [--sample N] [--tests FOLDER|FILE]… [--record]";

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
      sample: { type: "string", default: "Infinity" },
      tests: { type: "string", multiple: true, default: [] },
    },
  });
  const { all, record, tests } = values;
  const sample = Number(values.sample);
  if (Number.isNaN(sample) || all === positionals.length > 0) {
    console.error(USAGE);
    Deno.exit(64);
  }
  const parts = positionals.map((name) => name.replace(/^src\/|\/$/g, ""));
  return { parts: all ? listRooms() : parts, sample, tests, record };
}

/** The rooms, and the entries beside them. */
function listRooms(): string[] {
  return [...Deno.readDirSync(`${ROOT}/src`)].map(({ name }) => name).sort();
}

async function filesOf(part: string): Promise<string[]> {
  const files = await walkFiles(ROOT, `src/${part}`);
  return files.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
}

/** The same `count` of a part's mutants each time, from all over. */
function take(mutants: readonly Mutant[], count: number): readonly Mutant[] {
  if (mutants.length <= count) return mutants;
  return Array.from({ length: count }, (_, index) => mutants[Math.floor(index * mutants.length / count)])
    .filter((mutant) => mutant !== undefined);
}

const { parts, sample, tests, record } = readArguments();
const accepted = await readAccepted();
const finder = await createTestFinder(ROOT, tests);

/** The mutants of a part: all that are not accepted, those of them that are tried, and what is accepted. */
async function survey(part: string) {
  const files = await filesOf(part);
  const found = files.length === 0 ? [] : await listMutants(ROOT, files);
  const known = accepted.filter(({ file }) => files.includes(file));
  const open = found.filter((mutant) => !known.some((one) => isFor(one, mutant)));
  return { part, open: open.length, chosen: take(open, sample), accepted: known.length };
}

const surveys = (await Promise.all(parts.map(survey))).filter(({ chosen }) => chosen.length > 0);

const copies = await Promise.all(
  Array.from({ length: Math.max(1, Math.min(4, navigator.hardwareConcurrency)) }, () => makeCopy(ROOT)),
);
const durations = new Map<string, Promise<number | null>>();
const fates = new Map<Mutant, Fate>();
/** The tests that killed mutants of a file, the latest first. */
const killers = new Map<string, readonly string[]>();

/** The quickest first. */
async function measure(copy: Copy, tests: readonly string[], bound: number): Promise<Group> {
  const measured: Measured[] = [];
  for (const test of tests) {
    const key = `${test} in ${bound}`;
    if (!durations.has(key)) durations.set(key, copy.measure([test], bound));
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

async function tryGroup(copy: Copy, mutant: Mutant, group: Group): Promise<Fate> {
  const known = killers.get(mutant.file) ?? [];
  const names = group.map(({ test }) => test);
  const order = [
    ...known.filter((test) => names.includes(test)),
    ...names.filter((test) => !known.includes(test)),
  ];
  const bound = boundOf(group.reduce((sum, { duration }) => sum + duration, 0));
  for (let tries = 0; tries < TRIES; tries++) {
    const { fate, failed } = await copy.tryMutant(mutant, order, bound);
    if (failed !== null) killers.set(mutant.file, [failed, ...known.filter((test) => test !== failed)]);
    if (fate !== "waited") return fate;
    if (await copy.measure(order, bound) !== null) return "timed out";
  }
  return "survived";
}

async function tryOne(copy: Copy, mutant: Mutant): Promise<Fate> {
  let fate: Fate = "untested";
  for await (const group of groupsOf(copy, mutant.file)) {
    if (group.length === 0) continue;
    fate = await tryGroup(copy, mutant, group);
    if (fate !== "survived") return fate;
  }
  return await copy.isOfWrongType(mutant) ? "wrong type" : fate;
}

async function work(copy: Copy, queue: Mutant[]): Promise<void> {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const fate = await tryOne(copy, mutant);
    fates.set(mutant, fate);
    if (fate === "survived" || fate === "untested" || fate === "timed out") {
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
  const queue = surveys.flatMap(({ chosen }) => chosen);
  await Promise.all(copies.map((copy) => work(copy, queue)));
} finally {
  await Promise.all(copies.map((copy) => copy.remove()));
}

for (const [test, duration] of durations) {
  if (await duration === null) console.log(`left out: ${test} ms: it fails without a mutant, or is too slow`);
}
const scores = scoreParts(surveys.map((one) => ({
  ...one,
  fates: one.chosen.map((mutant) => fates.get(mutant) ?? "untested"),
})));
console.log(printScores(scores));
if (record) await recordScores(`${ROOT}/CONTRIBUTING.md`, scores, new Date());
Deno.exit(scores.some(({ score, needed }) => score < needed) ? 1 : 0);
