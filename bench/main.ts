/**
 * `deno task bench [--quick] [--write]`: measures the goals of docs/performance.md, beside a bare loop over the same
 * file in the same run. Works in a temporary home, and removes it. `--write` puts the table into the document.
 * The runtime lets only a process with all permissions read /proc of another. The measured programs have fewer.
 */
import { measureAppends, measureLatency } from "./live.ts";
import type { ProviderId } from "../src/protocol/event.ts";
import { type BenchClient, clientOf, CLIENTS } from "./client.ts";
import { measureLookAlikes, measurePast } from "./burden.ts";
import { measureCommands } from "./commands.ts";
import { type Host, labelOf, startDaemon } from "./daemon.ts";
import { type ExportPlan, type ManyPlan, measureExport, measureMany } from "./export.ts";
import { generateTree } from "./generate.ts";
import { measureIdle } from "./idle.ts";
import { type Installation, makeInstallation } from "./installation.ts";
import { measureStart } from "./start.ts";
import type { Mode } from "./measure.ts";
import { measureMemory } from "./memory.ts";
import { measurePoisons } from "./poison.ts";
import { measureSearch } from "./search.ts";
import { writeBetween } from "./document.ts";
import { describeMachine, formatTable, type Row } from "./row.ts";

interface Plan {
  /** Poisons are poured in small measure. */
  readonly quick: boolean;
  readonly exports: readonly ExportPlan[];
  readonly many: ManyPlan;
  /** Daemons that are measured: whose sessions they follow, and in which mode. */
  readonly daemons: readonly (readonly [ProviderId, Mode])[];
  readonly sessions: number;
  readonly starts: number;
  readonly idleSeconds: number;
  readonly samples: number;
  readonly appendAt: readonly number[];
  /** How often a command is started whose start is measured. */
  readonly commands: number;
  readonly settleMs: number;
}

const DAEMONS: Plan["daemons"] = [
  ["claude-code", "jit"],
  ["claude-code", "jitless"],
  ["codex", "jitless"],
  ["gemini", "jitless"],
  ["copilot", "jitless"],
  ["qwen", "jitless"],
  ["pi", "jitless"],
  ["kimi", "jitless"],
];

const FULL: Plan = {
  quick: false,
  exports: [
    { client: "claude-code", bytes: 200e6, mix: "recorded", mode: "jit", runs: 5 },
    { client: "codex", bytes: 200e6, mix: "recorded", mode: "jit", runs: 5 },
    { client: "gemini", bytes: 200e6, mix: "recorded", mode: "jit", runs: 5 },
    { client: "claude-code", bytes: 10e6, mix: "outputs", mode: "jit", runs: 5 },
    { client: "claude-code", bytes: 200e6, mix: "outputs", mode: "jit", runs: 5 },
    { client: "claude-code", bytes: 1e9, mix: "outputs", mode: "jit", runs: 3 },
    { client: "claude-code", bytes: 200e6, mix: "talk", mode: "jit", runs: 5 },
    { client: "claude-code", bytes: 200e6, mix: "work", mode: "jit", runs: 5 },
    { client: "claude-code", bytes: 200e6, mix: "outputs", mode: "jitless", runs: 3 },
    { client: "codex", bytes: 200e6, mix: "outputs", mode: "jit", runs: 5 },
    { client: "codex", bytes: 2e9, mix: "outputs", mode: "jit", runs: 1 },
    { client: "gemini", bytes: 200e6, mix: "outputs", mode: "jit", runs: 5 },
    { client: "copilot", bytes: 200e6, mix: "outputs", mode: "jit", runs: 5 },
    { client: "qwen", bytes: 200e6, mix: "outputs", mode: "jit", runs: 5 },
    { client: "pi", bytes: 200e6, mix: "outputs", mode: "jit", runs: 5 },
    { client: "kimi", bytes: 200e6, mix: "outputs", mode: "jit", runs: 5 },
  ],
  many: { sessions: 450, bytes: 200e6, runs: 5 },
  daemons: DAEMONS,
  sessions: 10_000,
  starts: 3,
  idleSeconds: 40,
  samples: 300,
  appendAt: [1e6, 200e6],
  commands: 15,
  settleMs: 35_000,
};

const QUICK: Plan = {
  quick: true,
  exports: [
    { client: "claude-code", bytes: 10e6, mix: "outputs", mode: "jit", runs: 1 },
    { client: "codex", bytes: 10e6, mix: "outputs", mode: "jit", runs: 1 },
    { client: "gemini", bytes: 10e6, mix: "outputs", mode: "jit", runs: 1 },
    { client: "copilot", bytes: 10e6, mix: "outputs", mode: "jit", runs: 1 },
    { client: "qwen", bytes: 10e6, mix: "outputs", mode: "jit", runs: 1 },
    { client: "pi", bytes: 10e6, mix: "outputs", mode: "jit", runs: 1 },
    { client: "kimi", bytes: 10e6, mix: "outputs", mode: "jit", runs: 1 },
  ],
  many: { sessions: 100, bytes: 20e6, runs: 1 },
  // One host of threads and, built here, one of processes, of one client: the rest is for those who have the time.
  daemons: [["claude-code", "jitless"]],
  sessions: 2000,
  starts: 1,
  idleSeconds: 2,
  samples: 20,
  appendAt: [1e6, 20e6],
  commands: 5,
  settleMs: 1000,
};

/** A session of these is two prompts long, as most are that nobody looks at any more. */
const IDLE_BYTES = 4000;

const BEGIN = "<!-- bench: begin -->\n";
const END = "<!-- bench: end -->";

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter((arg) => arg !== "--quick" && arg !== "--write");
  if (unknown.length > 0) {
    console.error(`bench: unknown argument ${unknown[0]}. Usage: deno task bench [--quick] [--write]`);
    return 64;
  }
  const quick = args.includes("--quick");
  const folder = await Deno.makeTempDir({ prefix: "kato-bench-" });
  try {
    const rows = await measure(quick ? QUICK : FULL, folder);
    const text = `${describeMachine(`deno task bench${quick ? " --quick" : ""}`)}\n\n${formatTable(rows)}`;
    console.log(text);
    if (args.includes("--write")) await writeBetween(BEGIN, END, text);
    return 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measure(plan: Plan, folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const part of plan.exports) {
    console.error(`bench: export of ${part.bytes / 1e6} MB, ${part.client}, ${part.mix}, ${part.mode} …`);
    rows.push(...await measureExport(folder, part));
  }
  console.error(`bench: export of ${plan.many.sessions} sessions …`);
  rows.push(...await measureMany(folder, plan.many));
  console.error("bench: search …");
  rows.push(...await measureSearch(folder, plan.many));
  for (const [id, mode] of plan.daemons) rows.push(...await measureDaemon(plan, folder, clientOf(id), mode));
  rows.push(...await measureMemoryOf("jitless", plan, folder));
  // A quick run has poisons and burdens once: of the installation.
  if (!plan.quick) {
    rows.push(
      ...await measurePoisons("jitless", folder, plan),
      ...await measureBurdens("jitless", plan, folder),
    );
  }
  console.error("bench: building an installation …");
  const made = await makeInstallation(folder);
  if (made.made) return [...rows, ...await measureInstallation(made.installation, plan, folder)];
  console.error(`bench: the rows of an installation are left out: ${made.why}`);
  return rows;
}

async function measureInstallation(installation: Installation, plan: Plan, folder: string): Promise<Row[]> {
  return [
    ...await measureDaemon(plan, folder, CLIENTS["claude-code"], installation),
    ...await measureMemoryOf(installation, plan, folder),
    ...await measurePoisonsOf(installation, plan, folder),
    ...await measureBurdens(installation, plan, folder),
  ];
}

async function measurePoisonsOf(host: Host, plan: Plan, folder: string): Promise<Row[]> {
  console.error(`bench: an innocent session while poison is read, ${labelOf(host)} …`);
  return await measurePoisons(host, folder, plan);
}

async function measureBurdens(host: Host, { samples }: Plan, folder: string): Promise<Row[]> {
  console.error(`bench: past recordings and look-alikes, ${labelOf(host)} …`);
  return [await measurePast(folder, host, samples), await measureLookAlikes(folder, host)];
}

async function measureMemoryOf(host: Host, plan: Plan, folder: string): Promise<Row[]> {
  console.error(`bench: memory of a daemon at work, ${labelOf(host)} …`);
  return await measureMemory(host, {
    home: `${folder}/memory-${labelOf(host)}`,
    sessions: Math.ceil(plan.sessions / 3),
    bytes: IDLE_BYTES,
    settleMs: plan.settleMs,
  });
}

async function measureDaemon(plan: Plan, folder: string, client: BenchClient, host: Host): Promise<Row[]> {
  const { id } = client.provider;
  const home = `${folder}/${id}-${labelOf(host)}`;
  console.error(`bench: a daemon over ${plan.sessions} sessions of ${id}, ${labelOf(host)} …`);
  if (typeof host !== "string") host.makeHome(home);
  await generateTree(client, client.root(home), 0, plan.sessions, IDLE_BYTES);
  const rows = await measureStart(client, home, host, plan.sessions, plan.starts);
  const daemon = await startDaemon(home, host, [id]);
  try {
    if (typeof host !== "string") rows.push(...await measureCommands(host, home, plan.commands));
    // An idle daemon costs the same with every client.
    if (id === "claude-code") rows.push(...await measureIdle(daemon, host, plan.idleSeconds));
    rows.push(...await measureLatency(client, home, daemon, host, plan.samples));
    for (const bytes of plan.appendAt) {
      rows.push(await measureAppends(client, home, daemon, host, bytes, Math.ceil(plan.samples / 2)));
    }
  } finally {
    await daemon.stop();
  }
  await Deno.remove(home, { recursive: true });
  return rows;
}

Deno.exit(await main(Deno.args));
