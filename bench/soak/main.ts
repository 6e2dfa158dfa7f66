/**
 * `deno task test:soak [--long | --minutes N] [--dist FOLDER] [--write]`: sessions at work for a long time, beside
 * thousands of past recordings. What the daemon holds, and what a row costs, must stay flat. A run is a number of rounds
 * and not a time, so that a loaded machine does the same work. `--write` puts plot and figures into
 * docs/performance.md. Works in a temporary home, and removes it.
 */
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { placesOf } from "../../src/settings/places.ts";
import { closingLine } from "../../tools/tests/run_counted.ts";
import { addPast, PAST } from "../burden.ts";
import { type Host, labelOf, startDaemon } from "../daemon.ts";
import { makeInstallation } from "../installation.ts";
import { timeFlushes } from "../live.ts";
import { cpuMs, pause } from "../measure.ts";
import { describeMachine } from "../row.ts";
import { report, type Round } from "./report.ts";
import { holdingOf } from "./sample.ts";
import { beginTalk, PLAYED, type Talk } from "./talk.ts";
import { medianOf } from "./trend.ts";
import { writeDocument } from "./write.ts";

const SESSIONS = 50;
/** No other session of a benchmark has such numbers. */
const FIRST_SESSION = 50_001;
const FOLLOWED = PLAYED.map(({ provider }) => provider.id);
/** Rounds that the runtime takes to compile, and to fill its caches. */
const WARM_UP = 6;
/** Sessions that get a row at the same time. */
const AT_ONCE = 5;
/** Between two such times in the long form: each session gets a row in ten seconds. Milliseconds. */
const PACE_MS = 1_000;
const ROUNDS_A_MINUTE = 60_000 / (SESSIONS / AT_ONCE * PACE_MS);
/** The short form has fewer rounds, without long pauses. */
const SHORT = { rounds: 18, paceMs: 50 };

const PROBE_ROUNDS = 4_000_000;
const FLUSHES = 9;

/** CPU time of a fixed piece of work: the machine's own speed at this time. Milliseconds. */
function probeCpu(): number {
  const before = cpuUsage();
  let state = 1;
  for (let round = 0; round < PROBE_ROUNDS; round += 1) state = (Math.imul(state, 1_664_525) + round) >>> 0;
  const used = cpuUsage(before);
  // Used, so that the loop is not left out.
  if (state === -1) throw new Error("internal error: a number without a sign");
  return (used.user + used.system) / 1000;
}

async function playRound(talk: Talk, pid: number, home: string, paceMs: number): Promise<Round> {
  const latencies: number[] = [];
  const before = cpuMs(pid);
  let due = performance.now();
  for (let row = 0; row < SESSIONS; row += AT_ONCE) {
    latencies.push(...talk.answer(AT_ONCE));
    due += paceMs;
    // The pause is what is left of the pace, so that a round takes as long as it should on any machine that can.
    await pause(Math.max(SHORT.paceMs, due - performance.now()));
  }
  talk.command();
  const used = cpuMs(pid) - before;
  for (;;) {
    const holding = holdingOf(pid, placesOf(home).database);
    if (holding === null) continue;
    return {
      ...holding,
      cpuPerRow: used / SESSIONS,
      latency: medianOf(latencies),
      cpuProbe: probeCpu(),
      flush: medianOf(timeFlushes(`${home}/flush`, FLUSHES)),
    };
  }
}

/** A home whose daemon has known thousands of recordings. */
async function makePast(home: string, host: Host): Promise<void> {
  for (const client of PLAYED) {
    const root = client.root(home);
    if (typeof host === "string") Deno.mkdirSync(root, { recursive: true });
    else host.makeHome(home, root);
  }
  const daemon = await startDaemon(home, host, FOLLOWED);
  await beginTalk(home, daemon, FIRST_SESSION - 1, 1);
  await daemon.stop();
  addPast(placesOf(home).database, PAST);
}

async function soak(folder: string, dist: string | null, rounds: number, paceMs: number) {
  const made = await makeInstallation(folder, dist);
  if (!made.made) console.error(`soak: a daemon of threads, in place of an installed one: ${made.why}`);
  const host: Host = made.made ? made.installation : "jitless";
  const home = `${folder}/home`;
  await makePast(home, host);
  const daemon = await startDaemon(home, host, FOLLOWED);
  try {
    const talk = await beginTalk(home, daemon, FIRST_SESSION, SESSIONS);
    console.error(`soak: ${SESSIONS} sessions at work …`);
    const played: Round[] = [];
    for (let round = 0; round < WARM_UP + rounds; round += 1) {
      const one = await playRound(talk, daemon.pid, home, paceMs);
      if (round >= WARM_UP) played.push(one);
      if (round % 10 === 9) console.error(`soak: round ${round + 1} of ${WARM_UP + rounds} …`);
    }
    return { played, host: labelOf(host) };
  } finally {
    await daemon.stop();
  }
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    long: { type: "boolean", default: false },
    minutes: { type: "string" },
    dist: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const minutes = values.long ? 60 : values.minutes === undefined ? null : Number(values.minutes);
const rounds = minutes === null ? SHORT.rounds : Math.round(minutes * ROUNDS_A_MINUTE);
const folder = Deno.makeTempDirSync({ prefix: "kato-soak-" });
try {
  const begun = performance.now();
  const paceMs = minutes === null ? SHORT.paceMs : PACE_MS;
  const { played, host } = await soak(folder, values.dist ?? null, rounds, paceMs);
  const took = ((performance.now() - begun) / 60_000).toFixed(1);
  const what =
    `${describeMachine(`deno task test:soak${minutes === null ? "" : ` --minutes ${minutes}`}`)} ` +
    `${rounds} rounds of ${SESSIONS} sessions, ${
      rounds * SESSIONS
    } rows and ${rounds} commands to stop and to record, ` +
    `${PAST} past recordings; ${host}, ${took} minutes with the preparations.`;
  const { table, plot, failed, count } = report(played);
  console.log(`${what}\n\n${table}`);
  if (values.write) await writeDocument(`${what}\n\n![${plot.label}](soak.svg)\n\n${table}`, plot.svg);
  console.log(closingLine({ passed: count - failed, failed, ignored: 0 }));
  Deno.exitCode = failed === 0 ? 0 : 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}
