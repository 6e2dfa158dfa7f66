/**
 * Live: a line is appended to a recorded session's log; how long until it stands in the Markdown file, and how much
 * CPU time that costs the daemon.
 */
import { join } from "@std/path";
import type { BenchClient } from "./client.ts";
import { time } from "./content.ts";
import { type Host, labelOf, type RunningDaemon, until } from "./daemon.ts";
import { generateLog } from "./generate.ts";
import { cpuMs, median, pause, quantile, startChild } from "./measure.ts";
import { milliseconds, type Row, size } from "./row.ts";

const MEDIAN_MS = 25;
const P99_MS = 100;
/** The fastest peer needs 600 ms for a line at 200 MB. */
const CPU_MS = 10;

/** Nobody waits longer than this for a line. Milliseconds. */
const LOST_MS = 10_000;

/** Between two looks at the file; sleeping, so that the daemon has the machine. Milliseconds. */
const LOOK_MS = 0.2;

/** The number of the row that says `::record`. */
const PROMPT = 2_000_000;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** A session that is being recorded. */
export interface Recorded {
  readonly client: BenchClient;
  readonly index: number;
  readonly log: string;
  readonly destination: string;
}

/** Latency with every other session idle, and with a neighbour that writes every 100 ms. */
export async function measureLatency(
  client: BenchClient,
  home: string,
  daemon: RunningDaemon,
  host: Host,
  samples: number,
): Promise<Row[]> {
  const recorded = await record(client, home, daemon, 20_001, 0);
  const quiet = await takeSamples(recorded, samples);
  const neighbour = await record(client, home, daemon, 20_002, 0);
  const child = startChild({
    script: "bench/neighbour.ts",
    command: "daemon",
    args: [client.provider.id, String(neighbour.index), neighbour.log],
    mode: "jit",
    home,
  });
  await pause(1000);
  const busy = await takeSamples(recorded, samples);
  child.kill("SIGKILL");
  await child.status;
  const flush = timeFlushes(join(home, "flush"), samples);
  const flushed = `a flush by itself: median ${milliseconds(median(flush))}, p99 ${
    milliseconds(quantile(flush, 0.99))
  }`;
  return [
    latencyRow(`append to Markdown, ${client.provider.id}, ${labelOf(host)}`, quiet, flushed),
    latencyRow(
      `append to Markdown, a busy neighbour, ${client.provider.id}, ${labelOf(host)}`,
      busy,
      "the neighbour is recorded too",
    ),
  ];
}

/** CPU time of the daemon for a line, when the session is `bytes` long already. */
export async function measureAppends(
  client: BenchClient,
  home: string,
  daemon: RunningDaemon,
  host: Host,
  bytes: number,
  samples: number,
): Promise<Row> {
  const recorded = await record(client, home, daemon, 30_000 + Math.round(bytes / 1e6), bytes);
  await takeSamples(recorded, 10);
  const before = cpuMs(daemon.pid);
  const latencies = await takeSamples(recorded, samples);
  const used = (cpuMs(daemon.pid) - before) / samples;
  return {
    what: `CPU per appended line, ${client.provider.id} session of ${size(bytes)}, ${labelOf(host)}`,
    goal: `< ${milliseconds(CPU_MS)}`,
    result: milliseconds(used),
    context: `latency: median ${milliseconds(median(latencies))}, p99 ${
      milliseconds(quantile(latencies, 0.99))
    }`,
    reached: used < CPU_MS,
  };
}

function latencyRow(what: string, latencies: readonly number[], context: string): Row {
  const [middle, late] = [median(latencies), quantile(latencies, 0.99)];
  return {
    what,
    goal: `median < ${milliseconds(MEDIAN_MS)}, p99 < ${milliseconds(P99_MS)}`,
    result: `${milliseconds(middle)}, ${milliseconds(late)}`,
    context: `${latencies.length} lines, slowest ${milliseconds(Math.max(...latencies))}; ${context}`,
    reached: middle < MEDIAN_MS && late < P99_MS,
  };
}

/** A new session, `bytes` long, whose person then types `::record`; waits until its file is there. */
export async function record(
  client: BenchClient,
  home: string,
  daemon: RunningDaemon,
  index: number,
  bytes: number,
): Promise<Recorded> {
  const root = client.root(home);
  const log = client.logPath(root, index);
  // Enough for a client's first rows, which identify it.
  await generateLog(client, root, index, Math.max(bytes, 1));
  const destination = join(daemon.exports, `live-${index}.md`);
  // Of some clients a log proves only of commands alone that a person typed them.
  const prompt = client.prompt(index, PROMPT, `::record live-${index}.md`);
  // kato obeys no command that is older than its last look.
  append(log, prompt.replaceAll(time(PROMPT), new Date().toISOString()));
  await until(`${destination} is begun`, () => sizeOf(destination) > 0 ? true : null);
  await pause(500);
  return { client, index, log, destination };
}

/** Milliseconds from each append until the destination was longer. */
export async function takeSamples(
  { client, index, log, destination }: Recorded,
  count: number,
): Promise<number[]> {
  const latencies: number[] = [];
  for (let sample = 0; sample < count; sample += 1) {
    const before = sizeOf(destination);
    const start = performance.now();
    append(
      log,
      client.answer(index, 3_000_000 + Math.round(start * 1000), `Answer ${sample}: ünïcödé and **bold**.`),
    );
    latencies.push(waitForMore(destination, before, start));
    // Uneven, so that no timer of the daemon is met again and again.
    await pause(20 + (sample * 7) % 30);
  }
  return latencies;
}

/** Milliseconds from `start` until the file at `path` was longer than `before`. */
export function waitForMore(path: string, before: number, start: number, patienceMs = LOST_MS): number {
  while (sizeOf(path) <= before) look(path, start, patienceMs);
  return performance.now() - start;
}

/** Gives the machine to the daemon for a moment; throws when `path` was waited for too long. */
export function look(path: string, start: number, patienceMs: number): void {
  if (performance.now() - start > patienceMs) {
    throw new Error(`${path}: nothing more within ${patienceMs} ms`);
  }
  Atomics.wait(sleeper, 0, 0, LOOK_MS);
}

/** The time in which this disk appends and flushes a few bytes. No recording can be faster. */
export function timeFlushes(path: string, count: number): number[] {
  using file = Deno.openSync(path, { append: true, create: true });
  const bytes = new Uint8Array(100);
  return Array.from({ length: count }, () => {
    const start = performance.now();
    file.writeSync(bytes);
    file.syncDataSync();
    return performance.now() - start;
  });
}

export function append(path: string, text: string): void {
  Deno.writeTextFileSync(path, text, { append: true });
}

export function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
