/**
 * Children, measured from outside: the clock on the wall, the CPU time that the kernel charges them with, the most
 * memory they ever held. Requires read on /proc, and run.
 */
import { engineFlags, memoryFlags, memoryVariables } from "../tools/runtime_flags.ts";
import { treeOf } from "./processes.ts";

/** Milliseconds in a clock tick of /proc: USER_HZ is 100 on every Linux that Deno runs on. */
const TICK_MS = 10;

/** How often the memory of a short-lived child is looked at. Milliseconds. */
const LOOK_MS = 4;

const REPOSITORY = new URL("../", import.meta.url).pathname;

export type Mode = "jit" | "jitless";

export interface Child {
  readonly script: string;
  /**
   * The command of kato whose runtime it has. Scripts that share modules must have the same command: the runtime's cache
   * of compiled code does not fit other flags, and a script with other flags compiles all of it and replaces the cache.
   */
  readonly command: "export" | "daemon";
  readonly args: readonly string[];
  readonly mode: Mode;
  /** HOME of the child, for its files. */
  readonly home: string;
}

export interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** Starts a script of this repository and drops its output. */
export function startChild({ script, command, args, mode, home }: Child): Deno.ChildProcess {
  const engine = engineFlags([...memoryFlags(command), ...(mode === "jitless" ? ["--jitless"] : [])]);
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--frozen",
      "--unstable-worker-options",
      "--unstable-lazy-dynamic-imports",
      ...engine,
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
      "--deny-net",
      "--deny-run",
      `${REPOSITORY}${script}`,
      ...args,
    ],
    env: { HOME: home, DENO_DIR: cacheFolder(), DENO_NO_UPDATE_CHECK: "1", ...memoryVariables(command) },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** `deno task kato`, as its task has it. */
export function startCheckout(line: readonly string[], home: string): Deno.ChildProcess {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${REPOSITORY}deno.json`));
  const [, ...args] = String(tasks.kato.command).split(" ");
  return new Deno.Command(Deno.execPath(), {
    args: [...args, ...line],
    cwd: REPOSITORY,
    env: { HOME: home, INIT_CWD: home, DENO_DIR: cacheFolder(), DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** Runs a script to its end, its start included. Nothing else may end meanwhile: CPU time is that of all children. */
export async function runChild(child: Child): Promise<Run> {
  const before = childrenCpuMs();
  const start = performance.now();
  const process = startChild(child);
  let peakBytes = 0;
  const timer = setInterval(() => peakBytes = readPeak(process.pid) ?? peakBytes, LOOK_MS);
  const { success, code } = await process.status;
  const wallMs = performance.now() - start;
  clearInterval(timer);
  if (!success) throw new Error(`${child.script} ${child.args.join(" ")} ended with status ${code}`);
  return { wallMs, cpuMs: childrenCpuMs() - before, peakBytes };
}

/**
 * CPU time of a running process and those below it, all of their threads; to the nanosecond, which ticks of 10 ms would
 * not show.
 */
export function cpuMs(pid: number): number {
  let nanoseconds = 0;
  for (const member of treeOf(pid)) {
    for (const { name } of Deno.readDirSync(`/proc/${member}/task`)) {
      nanoseconds += Number(Deno.readTextFileSync(`/proc/${member}/task/${name}/schedstat`).split(" ")[0]);
    }
  }
  return nanoseconds / 1e6;
}

/** The memory of a running process. Bytes. */
export function residentBytes(pid: number): number {
  return statusField(pid, "VmRSS") ?? 0;
}

/** The most that it ever held; null when it is gone. Bytes. */
export function readPeak(pid: number): number | null {
  return statusField(pid, "VmHWM");
}

/** CPU time of children that have ended. */
function childrenCpuMs(): number {
  const [user = 0, system = 0] = statFields("/proc/self/stat", 16);
  return (user + system) * TICK_MS;
}

/** Fields of stat(5) from number `first` on; the name before them may hold anything but its last bracket. */
function statFields(path: string, first: number): number[] {
  const text = Deno.readTextFileSync(path);
  return text.slice(text.lastIndexOf(")") + 2).split(" ").slice(first - 3).map(Number);
}

function statusField(pid: number, name: string): number | null {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/status`);
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Children have a HOME of their own, and the dependencies are where they are for us. */
function cacheFolder(): string {
  const { DENO_DIR, XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  return DENO_DIR ?? `${XDG_CACHE_HOME ?? `${HOME}/.cache`}/deno`;
}

/** Sorts; `share` 0.5 gives the median, 0.99 the 99th percentile (the nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
