/**
 * Export: `kato export` beside a bare loop that reads the same file and parses its lines, both as processes of
 * their own, one after the other, their start included.
 */
import { join } from "@std/path";
import type { ProviderId } from "../src/protocol/event.ts";
import { clientOf } from "./client.ts";
import type { Mix } from "./content.ts";
import { FORMATS } from "../src/protocol/closed_sets.ts";
import type { Format } from "../src/protocol/render.ts";
import { generateLog, generateWork } from "./generate.ts";
import { repeatRecorded } from "./recorded.ts";
import { median, type Mode, type Run, runChild } from "./measure.ts";
import { megabytes, milliseconds, percent, type Row, size } from "./row.ts";

/** The goals of docs/performance.md. */
const THROUGHPUT = 0.6;
const MEMORY_BYTES = 200e6;

const MIXES: Readonly<Record<ExportPlan["mix"], string>> = {
  recorded: "recorded",
  outputs: "long outputs",
  talk: "small rows",
  work: "real work",
};

export interface ExportPlan {
  readonly bytes: number;
  readonly client: ProviderId;
  /** A made log of this kind, or the client's own log, where recordings lie beside the checkout. */
  readonly mix: Mix | "recorded";
  readonly mode: Mode;
  readonly runs: number;
}

type Program = "bare" | "read" | Format;

/** Rows for throughput and for memory, per program; none without a log. It is made in `home`, and gone afterwards. */
export async function measureExport(
  home: string,
  { client: id, bytes, mix, mode, runs }: ExportPlan,
): Promise<Row[]> {
  const root = join(home, "logs");
  const client = clientOf(id);
  const log = mix === "recorded"
    ? await repeatRecorded(client, root, bytes)
    : await generateLog(client, root, 1, bytes, mix);
  if (log === null) {
    console.error("bench: no recordings are here, so their rows are left out");
    return [];
  }
  const done: Record<Program, Run[]> = { bare: [], read: [], md: [], jsonl: [], html: [] };
  // Pages in HTML have no goal: one log of each kind shows what they cost.
  const formats: readonly Format[] = id === "claude-code" && bytes === 200e6 && mode === "jit"
    ? FORMATS
    : ["md", "jsonl"];
  for (let turn = 0; turn < runs; turn += 1) {
    // Alternating, so that other work of the machine slows all of them.
    const run = (script: string, args: readonly string[]) =>
      runChild({ script, command: "export", args, mode, home });
    done.bare.push(await run("bench/bare_loop.ts", [log.path]));
    done.read.push(await run("bench/read_loop.ts", [id, log.path]));
    for (const format of formats) {
      const output = join(home, `out.${format}`);
      const args = ["export", "--file", log.path, "--provider", id, "--output", output];
      done[format].push(await run("src/kato.ts", args));
      await Deno.remove(output);
    }
  }
  await Deno.remove(root, { recursive: true });

  const name = `${id}, ${size(bytes)}, ${MIXES[mix]}${mode === "jitless" ? ", jitless" : ""}`;
  const isGoal = mode === "jit" && bytes >= 100e6;
  return [
    compare(`read into events, ${name}`, log.bytes, done.read, done.bare, false),
    ...formats.map((format) =>
      compare(`export, ${format}, ${name}`, log.bytes, done[format], done.bare, isGoal && format !== "html")
    ),
  ];
}

export interface ManyPlan {
  readonly sessions: number;
  readonly bytes: number;
  readonly runs: number;
}

/** `kato export --all` of real work in many sessions, beside a bare loop over all of their logs. */
export async function measureMany(folder: string, { sessions, bytes, runs }: ManyPlan): Promise<Row[]> {
  const home = join(folder, "many");
  const client = clientOf("claude-code");
  const root = client.root(home);
  const total = await generateWork(client, root, sessions, bytes);
  const done: Record<"bare" | Format, Run[]> = { bare: [], md: [], jsonl: [], html: [] };
  for (let turn = 0; turn < runs; turn += 1) {
    const run = (script: string, args: readonly string[]) =>
      runChild({ script, command: "export", args, mode: "jit", home });
    done.bare.push(await run("bench/bare_loop.ts", [root]));
    for (const format of FORMATS) {
      const output = join(home, format);
      done[format].push(
        await run("src/kato.ts", ["export", "--all", "--format", format, "--output", output]),
      );
      await Deno.remove(output, { recursive: true });
    }
  }
  await Deno.remove(home, { recursive: true });
  const name = `${sessions} sessions of claude-code, ${size(total)}, real work`;
  return FORMATS.map((format) =>
    compare(`export --all, ${format}, ${name}`, total, done[format], done.bare, false)
  );
}

/** Throughput and CPU time as ratios to the bare loop's, and the most memory that any run held. */
function compare(
  what: string,
  bytes: number,
  runs: readonly Run[],
  bare: readonly Run[],
  isGoal: boolean,
): Row {
  const [ms, bareMs] = [median(runs.map(wallOf)), median(bare.map(wallOf))];
  const [cpu, bareCpu] = [median(runs.map(cpuOf)), median(bare.map(cpuOf))];
  const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes));
  return {
    what,
    goal: isGoal ? `≥ ${percent(THROUGHPUT)} of the bare loop, < ${megabytes(MEMORY_BYTES)}` : null,
    result: `${percent(bareMs / ms)} (by CPU time ${percent(bareCpu / cpu)}), ${megabytes(peak)}`,
    context: `${milliseconds(ms)}, CPU ${milliseconds(cpu)}, ${megabytes(bytes / (ms / 1000))}/s; ` +
      `bare loop ${milliseconds(bareMs)}, CPU ${milliseconds(bareCpu)}`,
    reached: isGoal ? bareMs / ms >= THROUGHPUT && peak < MEMORY_BYTES : null,
  };
}

const wallOf = ({ wallMs }: Run) => wallMs;
const cpuOf = ({ cpuMs }: Run) => cpuMs;
