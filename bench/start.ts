/** Start: from nothing to watching, over many idle sessions; for the first time, and again. */
import { placesOf } from "../src/settings/places.ts";
import type { BenchClient } from "./client.ts";
import { type Host, labelOf, startDaemon } from "./daemon.ts";
import { median } from "./measure.ts";
import { milliseconds, type Row } from "./row.ts";

const GOAL_MS = 1000;

/** The sessions of `home` are there already, `count` of them. Leaves the home with a state that knows them. */
export async function measureStart(
  client: BenchClient,
  home: string,
  host: Host,
  count: number,
  runs: number,
): Promise<Row[]> {
  const first: number[] = [];
  const again: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await Deno.remove(placesOf(home).base, { recursive: true }).catch(ignoreAbsent);
    first.push(await timeStart(client, home, host, count));
    again.push(await timeStart(client, home, host, count));
  }
  return [row("first start", first), row("start with its state", again)];

  function row(what: string, times: readonly number[]): Row {
    return {
      what: `${what} until it watches ${count.toLocaleString("en")} sessions, ${client.provider.id}, ${
        labelOf(host)
      }`,
      goal: `< ${milliseconds(GOAL_MS)}`,
      result: milliseconds(median(times)),
      context: `each: ${times.map(milliseconds).join(", ")}`,
      reached: median(times) < GOAL_MS,
    };
  }
}

async function timeStart(client: BenchClient, home: string, host: Host, count: number): Promise<number> {
  const daemon = await startDaemon(home, host, [client.provider.id]);
  await daemon.stop();
  if (daemon.sessions !== count) throw new Error(`${daemon.sessions} of ${count} sessions are watched`);
  return daemon.startMs;
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
