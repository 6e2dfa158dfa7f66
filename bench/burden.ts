/**
 * Burdens that must not slow a daemon down: recordings that are long over, and a log full of look-alikes beside an
 * innocent session.
 */
import { DatabaseSync } from "node:sqlite";
import { placesOf } from "../src/settings/places.ts";
import { CLIENTS } from "./client.ts";
import { type Host, labelOf, startDaemon } from "./daemon.ts";
import { record, takeSamples } from "./live.ts";
import { cpuMs, median, pause, quantile } from "./measure.ts";
import { milliseconds, type Row } from "./row.ts";

/** Recordings that a person may have made in some years. */
export const PAST = 5_000;
/** How much more an event may cost with them. */
const RATIO = 1.2;
/** An innocent session waits no longer than this, with any content in its neighbour's log. Milliseconds. */
const P99_MS = 1_000;
/** Rows of sixteen look-alikes each: 3.8 MB of them. */
const POISON_ROWS = 1_000;

const LOOKED_THROUGH_MS = 3_000;

const CLIENT = CLIENTS["claude-code"];

/** CPU time and latency of an event, with no past recordings and with many. */
export async function measurePast(folder: string, host: Host, samples: number): Promise<Row> {
  const measure = async (past: number) => {
    const home = `${folder}/past-${past}-${labelOf(host)}`;
    if (typeof host !== "string") host.makeHome(home, CLIENT.root(home));
    else Deno.mkdirSync(CLIENT.root(home), { recursive: true });
    const first = await startDaemon(home, host, [CLIENT.provider.id]);
    const recorded = await record(CLIENT, home, first, 40_001, 0);
    await takeSamples(recorded, 10);
    await first.stop();
    addPast(placesOf(home).database, past);
    const daemon = await startDaemon(home, host, [CLIENT.provider.id]);
    try {
      await takeSamples(recorded, 10);
      // An installation is looked through while it starts, which costs half a second of its own.
      if (typeof host !== "string") await pause(LOOKED_THROUGH_MS);
      const before = cpuMs(daemon.pid);
      const latencies = await takeSamples(recorded, samples);
      return { cpu: (cpuMs(daemon.pid) - before) / samples, latencies };
    } finally {
      await daemon.stop();
    }
  };
  const none = await measure(0);
  const many = await measure(PAST);
  const ratio = many.cpu / none.cpu;
  const describe = ({ cpu, latencies }: typeof none) =>
    `${milliseconds(cpu)}, latency median ${milliseconds(median(latencies))}, p99 ${
      milliseconds(quantile(latencies, 0.99))
    }`;
  return {
    what: `CPU per event with 5,000 past recordings, against none, ${labelOf(host)}`,
    goal: `< ${RATIO} ×`,
    result: `${ratio.toFixed(2)} ×`,
    context: `with: ${describe(many)}; without: ${describe(none)}`,
    reached: ratio < RATIO,
  };
}

/** As many as the one that is there, stopped, each with a destination of its own. */
export function addPast(path: string, count: number): void {
  const state = new DatabaseSync(path);
  const columns = state.prepare("PRAGMA table_info(recordings)").all().map(({ name }) => String(name))
    .filter((name) => !["id", "destination", "state"].includes(name)).join(", ");
  state.exec(
    `INSERT INTO recordings (destination, state, ${columns})
      WITH RECURSIVE past (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM past WHERE n < ${count})
      SELECT destination || '.' || n || '.md', 'stopped', ${columns} FROM recordings, past WHERE ${count} > 0`,
  );
  state.close();
}

/** Latency of an innocent session while a neighbour's log of look-alikes is read. */
export async function measureLookAlikes(folder: string, host: Host): Promise<Row> {
  const home = `${folder}/look-alikes-${labelOf(host)}`;
  if (typeof host !== "string") host.makeHome(home, CLIENT.root(home));
  else Deno.mkdirSync(CLIENT.root(home), { recursive: true });
  const daemon = await startDaemon(home, host, [CLIENT.provider.id]);
  try {
    const innocent = await record(CLIENT, home, daemon, 40_002, 0);
    const poison = await record(CLIENT, home, daemon, 40_003, 0);
    const text = Array.from({ length: 16 }, (_, n) => `::record ${"x".repeat(200)}${n}.md`).join("\n");
    const rows = Array.from(
      { length: POISON_ROWS },
      (_, n) => CLIENT.answer(poison.index, 5_000_000 + n, text),
    );
    Deno.writeTextFileSync(poison.log, rows.join(""), { append: true });
    const latencies = await takeSamples(innocent, 100);
    const late = quantile(latencies, 0.99);
    return {
      what: `append to Markdown while 3.8 MB of look-alikes are read, ${labelOf(host)}`,
      goal: `p99 < ${milliseconds(P99_MS)}`,
      result: milliseconds(late),
      context: `median ${milliseconds(median(latencies))}, slowest ${milliseconds(Math.max(...latencies))}`,
      reached: late < P99_MS,
    };
  } finally {
    await daemon.stop();
  }
}
