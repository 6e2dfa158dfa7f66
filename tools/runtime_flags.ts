/** Grants as flags of the runtime, for tools and tests; the launcher, in C, makes the same of a plan. */
import type { Grant } from "../src/protocol/grant.ts";
import { KINDS, valuesOf } from "../src/permissions/worker_permissions.ts";

/** Permission flags of a process that gets exactly `grants`. Every kind is named: nothing is left to a default. */
export function denoFlags(grants: readonly Grant[]): string[] {
  const flags = Object.entries(KINDS).map(([kind, of]) => {
    const values = valuesOf(grants, of);
    // The runtime splits the list at commas; a doubled one stands for itself.
    const list = values.map((value) => value.replaceAll(",", ",,")).join(",");
    return values.length === 0 ? `--deny-${kind}` : `--allow-${kind}=${list}`;
  });
  return ["--no-prompt", ...flags, "--deny-net", "--deny-run", "--deny-ffi", "--deny-import"];
}

/**
 * How a command's runtime keeps its memory, as V8's flags: megabytes of each thread's young generation, and how much of
 * it may fill before it is collected when there is nothing else to do. The daemon's garbage of the first scan would
 * otherwise make it 32 MB large for good (measured with 10,000 sessions: 160 MB resident, 120 MB with this); an
 * export's would let the strings of a log grow old (a 200 MB log: 230 MB, 145 MB). While V8 marks in steps, new
 * objects grow old at once. So an export's few old objects are marked in one go (the same log: 107 MB, a tenth faster).
 */
export function memoryFlags(command: string): readonly string[] {
  return YOUNG_GENERATION[command] ?? [];
}

const YOUNG_GENERATION: Readonly<Record<string, readonly string[]>> = {
  daemon: ["--max-semi-space-size=1", "--minor-gc-task-trigger=20"],
  export: ["--max-semi-space-size=8", "--no-incremental-marking"],
};

/**
 * Variables that limit the memory of the C library: one heap for all threads of a runtime, because they seldom allocate
 * at the same time; and a daemon gives back at once pieces of more than a few pages. With 10,000 sessions: 8 MB of 130.
 */
export function memoryVariables(command: string): Readonly<Record<string, string>> {
  return { MALLOC_ARENA_MAX: "1", ...command === "daemon" ? RESIDENT : {} };
}

const RESIDENT = { MALLOC_MMAP_THRESHOLD_: "65536", MALLOC_TRIM_THRESHOLD_: "65536" };

/** V8's flags as the runtime takes them: in one argument. */
export function engineFlags(flags: readonly string[]): string[] {
  return flags.length === 0 ? [] : [`--v8-flags=${flags.join(",")}`];
}
