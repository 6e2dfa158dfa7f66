/** A daemon in a home of its own, seen through its status file alone. */
import { placesOf } from "../src/settings/places.ts";
import type { ProviderId } from "../src/protocol/event.ts";
import { status } from "../src/protocol/status.ts";
import type { Installation } from "./installation.ts";
import { type Mode, pause, startChild } from "./measure.ts";
import { treeOf } from "./processes.ts";

/** Longer than any start takes that is worth measuring. Milliseconds. */
const PATIENCE_MS = 60_000;

const LOOK_MS = 2;

/** No parser runs for a client without a session. */
const READY: ReadonlySet<string> = new Set(["watching", "unused"]);

/** The host of a daemon's roles: the checkout's threads, in a mode of the runtime, or an installation's processes. */
export type Host = Mode | Installation;

export function labelOf(host: Host): string {
  return typeof host === "string" ? host : "installed";
}

export interface RunningDaemon {
  /** Of the process that was started: the monitor, where there is one. */
  readonly pid: number;
  /** From the start of the process until it watched and said so. */
  readonly startMs: number;
  readonly sessions: number;
  readonly exports: string;
  stop(): Promise<void>;
}

/** Starts a daemon and waits until it watches the sessions of these providers, or has seen that there are none. */
export async function startDaemon(
  home: string,
  host: Host,
  providers: readonly ProviderId[],
): Promise<RunningDaemon> {
  const { statusFile, exports } = placesOf(home);
  const start = performance.now();
  const child = typeof host === "string"
    ? startChild({ script: "src/orchestrator.ts", command: "daemon", args: ["daemon"], mode: host, home })
    : host.start(["daemon"], home);
  const sessions = await until(
    `the daemon in ${home} watches`,
    () => watchedSessions(statusFile, child.pid, providers),
  );
  const startMs = performance.now() - start;
  return {
    pid: child.pid,
    startMs,
    sessions,
    exports,
    async stop() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** Asks until there is an answer other than null. */
export async function until<T>(what: string, ask: () => T | null): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = ask();
    if (answer !== null) return answer;
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await pause(LOOK_MS);
  }
}

/** How many sessions process `pid`, or one below it, watches over; null until it does. */
function watchedSessions(path: string, pid: number, ids: readonly ProviderId[]): number | null {
  const said = status.safeParse(readJson(path));
  if (!said.success || said.data.state !== "running") return null;
  const own = said.data.providers.filter(({ provider }) => ids.includes(provider));
  if (own.length < ids.length || !own.every(({ state }) => READY.has(state))) return null;
  // Last, because it is a look at every process of the machine.
  if (said.data.pid !== pid && !treeOf(pid).includes(said.data.pid)) return null;
  return own.reduce((sum, { sessions }) => sum + sessions, 0);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
