/**
 * Export: `kato export` beside a bare loop that reads the same file and parses its lines, both as processes of
 * their own, one after the other, their start included. Room: bench; edge.
 */
import { join } from "@std/path";
import { generateLog, type Mix } from "./generate.ts";
import { median, type Mode, type Run, runChild } from "./measure.ts";
import { megabytes, milliseconds, percent, type Row, size } from "./row.ts";

/** What the goals of docs/performance.md ask for. */
const THROUGHPUT = 0.6;
const MEMORY_BYTES = 200e6;

const MIXES: Readonly<Record<Mix, string>> = { outputs: "long outputs", talk: "small rows" };

export interface ExportPlan {
  readonly bytes: number;
  readonly mix: Mix;
  readonly mode: Mode;
  readonly runs: number;
}

/** Rows for throughput and for memory, per format. The log is made in `home`, and gone afterwards. */
export async function measureExport(home: string, { bytes, mix, mode, runs }: ExportPlan): Promise<Row[]> {
  const root = join(home, "logs");
  const log = await generateLog(root, 1, bytes, mix);
  const bare: Run[] = [];
  const exports: Record<"md" | "jsonl", Run[]> = { md: [], jsonl: [] };
  for (let run = 0; run < runs; run += 1) {
    // In turn, so that whatever else the machine does meets all of them.
    bare.push(await runChild({ script: "bench/bare_loop.ts", args: [log.path], mode, home }));
    for (const format of ["md", "jsonl"] as const) {
      const output = join(home, `out.${format}`);
      const args = ["export", "--file", log.path, "--output", output];
      exports[format].push(await runChild({ script: "src/kato.ts", args, mode, home }));
      await Deno.remove(output);
    }
  }
  await Deno.remove(root, { recursive: true });

  const name = `${size(bytes)}, ${MIXES[mix]}${mode === "jitless" ? ", jitless" : ""}`;
  const bareMs = medianOf(bare, "wallMs");
  return Object.entries(exports).flatMap(([format, done]): Row[] => {
    const ms = medianOf(done, "wallMs");
    const peak = Math.max(...done.map(({ peakBytes }) => peakBytes));
    const speed = megabytes(log.bytes / (ms / 1000));
    return [{
      what: `export, ${format}, ${name}`,
      goal: bytes < 100e6 ? null : `≥ ${percent(THROUGHPUT)} of the bare loop, < ${megabytes(MEMORY_BYTES)}`,
      result: `${percent(bareMs / ms)}, ${megabytes(peak)}`,
      context: `${milliseconds(ms)} (${speed}/s; CPU ${milliseconds(medianOf(done, "cpuMs"))}); ` +
        `bare loop ${milliseconds(bareMs)}`,
      reached: bytes < 100e6 ? null : bareMs / ms >= THROUGHPUT && peak < MEMORY_BYTES,
    }];
  });
}

function medianOf(runs: readonly Run[], field: keyof Run): number {
  return median(runs.map((run) => run[field]));
}
