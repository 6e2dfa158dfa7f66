/** The soak's verdict: what grows is found in noise, and load on the machine is not taken for growth. */
import assert from "node:assert/strict";
import { plot } from "../../bench/soak/plot.ts";
import { report, type Round } from "../../bench/soak/report.ts";
import { medianOf, thinOut, trendOf } from "../../bench/soak/trend.ts";
import { createRandom } from "../daemon/stage/random.ts";
import { read } from "../documents.ts";

const BOUND = { share: 0.1, least: 0 };
const ROUNDS = 24;

/** `shape` gives the value of round `at`; noise of `noise`, as a share, lies on it. */
function seriesOf(shape: (at: number) => number, noise: number, rounds = ROUNDS): number[] {
  const random = createRandom(7);
  return Array.from({ length: rounds }, (_, at) => shape(at) * (1 + noise * (random.next() - 0.5)));
}

const CASES: readonly (readonly [what: string, values: readonly number[], isFlat: boolean])[] = [
  ["a level with noise", seriesOf(() => 100, 0.2), true],
  ["a level without noise", seriesOf(() => 100, 0), true],
  ["a fall", seriesOf((at) => 100 - at, 0.1), true],
  ["the teeth of a collector of garbage", seriesOf((at) => 100 + 5 * (at % 6), 0.05), true],
  ["load in the last third", seriesOf((at) => at < 16 ? 100 : 300, 0.1), true],
  ["a single peak", seriesOf((at) => at === 12 ? 10_000 : 100, 0.1), true],
  ["one step up, of a tenth, early", seriesOf((at) => at < 3 ? 90 : 100, 0.02), true],
  ["a leak of a twentieth over the run", seriesOf((at) => 100 + at * 5 / ROUNDS, 0.01), true],
  ["a leak of a half over the run", seriesOf((at) => 100 + at * 50 / ROUNDS, 0.1), false],
  ["a leak with a peak in it", seriesOf((at) => at === 5 ? 5_000 : 100 + 3 * at, 0.05), false],
  ["a cost that grows with what was done", seriesOf((at) => 1 + at, 0.3), false],
  ["three values that rise", [1, 2, 3], true],
  ["no value", [], true],
];

for (const [what, values, isFlat] of CASES) {
  Deno.test(`trendOf() ${isFlat ? "lets pass" : "finds"} ${what}`, () => {
    const trend = trendOf(values, BOUND);
    assert.equal(trend.isFlat, isFlat, JSON.stringify(trend));
  });
}

Deno.test("trendOf() allows the growth of small numbers by the least bound", () => {
  const values = seriesOf((at) => 1 + at / 12, 0);
  assert.ok(!trendOf(values, { share: 0, least: 1 }).isFlat);
  assert.ok(trendOf(values, { share: 0, least: 2 }).isFlat);
});

Deno.test("medianOf() and thinOut() take the middle, and no more values than there are", () => {
  assert.equal(medianOf([3, 1, 2]), 2);
  assert.equal(medianOf([4, 1, 2, 3]), 2.5);
  assert.deepEqual(thinOut([1, 2, 3], 10), [1, 2, 3]);
  assert.deepEqual(thinOut([1, 2, 900, 4, 5, 6], 2), [2, 5]);
});

const ROUND: Round = {
  pss: 300e6,
  resident: 900e6,
  descriptors: 400,
  watches: 70,
  database: 16e6,
  cpuMs: 0,
  cpuPerRow: 5,
  latency: 20,
  cpuProbe: 4,
  flush: 1,
};
const roundsWith = (own: (at: number) => Partial<Round>) =>
  Array.from({ length: ROUNDS }, (_, at): Round => ({ ...ROUND, ...own(at) }));

/** What leaks, and how many of the series show it. */
const LEAKS: readonly (readonly [what: string, own: (at: number) => Partial<Round>, failed: number])[] = [
  ["nothing", () => ({}), 0],
  ["memory", (at) => ({ pss: 300e6 + at * 5e6, resident: 900e6 + at * 5e6 }), 2],
  ["a descriptor in each third round", (at) => ({ descriptors: 400 + Math.floor(at / 3) }), 1],
  ["a watch in each fifth round", (at) => ({ watches: 70 + Math.floor(at / 5) }), 1],
  ["state of a recording that is over", (at) => ({ database: 16e6 + at * 20_000 }), 0],
  ["state of each row", (at) => ({ database: 16e6 + at * 100_000 }), 1],
  ["time, with each row", (at) => ({ cpuPerRow: 5 + at / 4, latency: 20 + at }), 2],
  [
    "time, because others load the machine",
    (at) => ({ cpuPerRow: 5 + at, cpuProbe: 4 + (4 * at) / 5, latency: 20 + 4 * at, flush: 1 + at / 5 }),
    0,
  ],
];

for (const [what, own, failed] of LEAKS) {
  Deno.test(`soak: when ${what} grows, ${failed} of its series are not flat`, () => {
    const found = report(roundsWith(own));
    assert.equal(found.failed, failed, found.table);
    assert.equal(found.table.split("**no**").length - 1, failed);
  });
}

Deno.test("plot() is the same each time, has a dark and a light form, and holds no text of its own making", () => {
  const series = [{ title: 'a < b & "c"', values: seriesOf(() => 5, 0.5, 5_000), format: String }];
  const drawn = plot("what <it> shows", series);
  assert.equal(drawn, plot("what <it> shows", series));
  assert.ok(drawn.includes("prefers-color-scheme: dark"));
  assert.ok(drawn.includes("a &lt; b &amp; &quot;c&quot;"));
  assert.ok(drawn.length < 6_000, "a plot of many values is as small as one of few");
  assert.ok(!/<script|href=/.test(drawn));
  for (const odd of [[], [0, 0], [1]]) {
    assert.doesNotMatch(plot("", [{ title: "", format: String, values: odd }]), /NaN|Inf/);
  }
});

Deno.test("the soak has its task, its hour is a part of the night, and its plot stands in the page", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  assert.match(tasks["test:soak"].command, /bench\/soak\/main\.ts$/);
  assert.ok(read("tools/nightly.ts").includes('"test:soak", "--long"'));
  assert.ok(read(".ci/run").includes("deno task test:soak"));
  assert.ok(read("docs/performance.md").includes("(soak.svg)"));
  assert.ok(read("docs/soak.svg").startsWith("<svg"));
});
