/** Grants in the runtime's words: flags for a process, a permission object for a worker. Pure. */
import type { Grant } from "../protocol/grant.ts";

/** The runtime knows no permission to list: it is `read` there, and only the kernel sandbox keeps content apart. */
const KINDS = [
  ["read", ["read", "list"]],
  ["write", ["write"]],
  ["env", ["env"]],
  ["sys", ["sys"]],
] as const;

function valuesOf(grants: readonly Grant[], kinds: readonly string[]): string[] {
  const values = grants.filter(({ grant }) => kinds.includes(grant)).map((grant) =>
    "path" in grant ? grant.path : grant.name
  );
  return [...new Set(values)];
}

/** Permission flags of a process that may do exactly what `grants` say. Every kind is named: nothing is left to a default. */
export function denoFlags(grants: readonly Grant[]): string[] {
  const flags = KINDS.map(([kind, of]) => {
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
 * export's would let the strings of a log grow old (a 200 MB log: 230 MB, 145 MB). While V8 marks in steps, whatever is
 * allocated grows old at once; an export's few old objects are marked at one go (the same log: 107 MB, a tenth faster).
 */
export function memoryFlags(command: string): readonly string[] {
  return YOUNG_GENERATION[command] ?? [];
}

const YOUNG_GENERATION: Readonly<Record<string, readonly string[]>> = {
  daemon: ["--max-semi-space-size=1", "--minor-gc-task-trigger=20"],
  export: ["--max-semi-space-size=8", "--no-incremental-marking"],
};

/**
 * Variables by which the C library keeps a runtime's memory: one heap for all of its threads, which hardly allocate at
 * once, and a daemon gives back at once what is larger than a few pages. With 10,000 sessions: 8 MB of 130.
 */
export function memoryVariables(command: string): Readonly<Record<string, string>> {
  return { MALLOC_ARENA_MAX: "1", ...command === "daemon" ? RESIDENT : {} };
}

const RESIDENT = { MALLOC_MMAP_THRESHOLD_: "65536", MALLOC_TRIM_THRESHOLD_: "65536" };

/** V8's flags as the runtime takes them: in one argument. */
export function engineFlags(flags: readonly string[]): string[] {
  return flags.length === 0 ? [] : [`--v8-flags=${flags.join(",")}`];
}

/** A whole permission object: a worker inherits whatever it leaves out. */
export interface WorkerPermissions {
  read: string[] | false;
  write: string[] | false;
  env: string[] | false;
  sys: string[] | false;
  net: false;
  run: false;
  ffi: false;
  import: false;
}

/** Permissions of a worker that may do exactly what `grants` say; its own code it may load, but not read. */
export function workerPermissions(grants: readonly Grant[]): WorkerPermissions {
  const [read, write, env, sys] = KINDS.map(([, of]) => {
    const values = valuesOf(grants, of);
    return values.length === 0 ? false : values;
  });
  return {
    read: read ?? false,
    write: write ?? false,
    env: env ?? false,
    sys: sys ?? false,
    net: false,
    run: false,
    ffi: false,
    import: false,
  };
}
