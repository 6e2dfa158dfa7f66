/** Memory of a whole daemon at work: every provider's sessions, several recordings at once. */
import { PROVIDERS } from "../src/protocol/closed_sets.ts";
import { placesOf } from "../src/settings/places.ts";
import { clientOf } from "./client.ts";
import { type Host, labelOf, startDaemon } from "./daemon.ts";
import { generateTree } from "./generate.ts";
import { record, type Recorded, takeSamples } from "./live.ts";
import { pause } from "./measure.ts";
import { nameOf, pssBytes, treeOf } from "./processes.ts";
import { megabytes, type Row } from "./row.ts";

const GOAL_BYTES = 150e6;

/** Whose sessions are recorded: five recordings, and each provider has one. */
const RECORDED = ["claude-code", "codex", "gemini", "claude-code", "codex"] as const;

/** The other clients are switched off where roles are threads: there, each costs one parser more. */
const FOLLOWED = [...new Set(RECORDED)];

/** Lines that each of them gets before memory is looked at. */
const LINES = 20;

export interface MemoryPlan {
  readonly home: string;
  /** Of each provider. */
  readonly sessions: number;
  readonly bytes: number;
  /** Before memory is looked at: the runtime tidies up half a minute after a start. */
  readonly settleMs: number;
}

export async function measureMemory(host: Host, plan: MemoryPlan): Promise<Row[]> {
  const { home, sessions, bytes, settleMs } = plan;
  if (typeof host !== "string") host.makeHome(home);
  if (typeof host === "string") switchOffOthers(home);
  for (const id of FOLLOWED) {
    const client = clientOf(id);
    await generateTree(client, client.root(home), 0, sessions, bytes);
  }
  const daemon = await startDaemon(home, host, FOLLOWED);
  try {
    await pause(settleMs);
    const idle = row("idle, three providers", daemon.pid, host);
    const recordings: Recorded[] = [];
    for (const [n, id] of RECORDED.entries()) {
      recordings.push(await record(clientOf(id), home, daemon, 40_000 + n, 0));
    }
    for (const recording of recordings) await takeSamples(recording, LINES);
    const busy = row("three providers, five recordings at work", daemon.pid, host);
    await pause(settleMs);
    return [idle, busy, row("the same, quiet again", daemon.pid, host)];
  } finally {
    await daemon.stop();
    await Deno.remove(home, { recursive: true });
  }
}

function switchOffOthers(home: string): void {
  const { config, policyFile } = placesOf(home);
  Deno.mkdirSync(config, { recursive: true });
  const others = PROVIDERS.filter((id) => !FOLLOWED.some((followed) => followed === id));
  const tables = others.map((id) => `[providers.${id}]\nenabled = false\n`);
  Deno.writeTextFileSync(policyFile, `version = 1\n${tables.join("")}`);
}

function row(what: string, pid: number, host: Host): Row {
  const parts = treeOf(pid).map((member) => ({
    name: typeof host === "string" ? "one process" : nameOf(member),
    bytes: pssBytes(member),
  }));
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  // It is promised of an installation.
  const isGoal = typeof host !== "string";
  return {
    what: `memory of the whole daemon (PSS), ${what}, ${labelOf(host)}`,
    goal: isGoal ? `< ${megabytes(GOAL_BYTES)}` : null,
    result: megabytes(total),
    context: parts.map(({ name, bytes }) => `${name} ${megabytes(bytes)}`).join(", "),
    reached: isGoal ? total < GOAL_BYTES : null,
  };
}
