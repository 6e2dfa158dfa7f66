/**
 * Poison: how long an innocent session's person waits for a line while the parser of the same client reads a poisoned
 * log.
 */
import { clientOf } from "./client.ts";
import { type Host, labelOf, startDaemon } from "./daemon.ts";
import { record, takeSamples } from "./live.ts";
import { median, pause, quantile, startChild } from "./measure.ts";
import { milliseconds, type Row } from "./row.ts";
import type { ProviderId } from "../src/protocol/event.ts";

const P99_MS = 1000;

interface Poison {
  readonly name: string;
  readonly says: (amount: number) => string;
  /** Whose root it is poured below. */
  readonly client: ProviderId;
  readonly amount: number;
  readonly quick: number;
}

const POISONS: readonly Poison[] = [
  {
    name: "sessions",
    says: (amount) => `${amount} sessions appear at once`,
    client: "claude-code",
    amount: 20_000,
    quick: 2500,
  },
  {
    name: "folders",
    says: (amount) => `${amount} folders appear at once`,
    client: "claude-code",
    amount: 20_000,
    quick: 2000,
  },
  {
    name: "types",
    says: (amount) => `${amount} unknown types of record`,
    client: "claude-code",
    amount: 600_000,
    quick: 100_000,
  },
  { name: "fifo", says: () => "a FIFO in the root", client: "claude-code", amount: 1, quick: 1 },
  {
    name: "deep",
    says: (amount) => `a document nested ${amount} deep`,
    client: "gemini",
    amount: 3_000_000,
    quick: 3_000_000,
  },
  {
    name: "wide",
    says: (amount) => `a document of ${amount} empty arrays`,
    client: "gemini",
    amount: 5_000_000,
    quick: 1_500_000,
  },
];

/** Each in a daemon of its own. */
export async function measurePoisons(
  host: Host,
  folder: string,
  { samples, quick }: { readonly samples: number; readonly quick: boolean },
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const poison of POISONS) rows.push(await measurePoison(poison, host, folder, samples, quick));
  return rows;
}

async function measurePoison(
  poison: Poison,
  host: Host,
  folder: string,
  samples: number,
  quick: boolean,
): Promise<Row> {
  const home = `${folder}/poison-${poison.name}-${labelOf(host)}`;
  const amount = quick ? poison.quick : poison.amount;
  const client = clientOf(poison.client);
  if (typeof host !== "string") host.makeHome(home);
  await Deno.mkdir(client.root(home), { recursive: true });
  const daemon = await startDaemon(home, host, [poison.client]);
  try {
    const recorded = await record(client, home, daemon, 20_001, 0);
    await takeSamples(recorded, 10);
    const child = pour(poison, home, amount);
    const latencies = await takeSamples(recorded, samples);
    await child.status;
    // The last poured lines are read now.
    latencies.push(...await takeSamples(recorded, samples));
    await pause(100);
    const [middle, late] = [median(latencies), quantile(latencies, 0.99)];
    return {
      what: `append to Markdown while ${poison.says(amount)}, ${poison.client}, ${labelOf(host)}`,
      goal: `p99 < ${milliseconds(P99_MS)}`,
      result: milliseconds(late),
      context: `${latencies.length} lines, median ${milliseconds(middle)}, slowest ${
        milliseconds(Math.max(...latencies))
      }`,
      reached: late < P99_MS,
    };
  } finally {
    await daemon.stop();
    await Deno.remove(home, { recursive: true });
  }
}

function pour({ name, client }: Poison, home: string, amount: number): Deno.ChildProcess {
  // A process that opens it waits for a writer that never comes.
  if (name === "fifo") {
    return new Deno.Command("mkfifo", { args: [`${clientOf(client).root(home)}/fifo`] }).spawn();
  }
  const args = [name, home, String(amount)];
  return startChild({ script: "bench/pour.ts", command: "daemon", args, mode: "jit", home });
}
