/** A daemon in a home of its own, seen through its status file alone. Room: bench; edge. */
import { placesOf } from "../src/policy/places.ts";
import type { ProviderId } from "../src/protocol/event.ts";
import { status } from "../src/protocol/status.ts";
import type { BenchClient } from "./client.ts";
import { type Mode, pause, startChild } from "./measure.ts";

/** Longer than any start takes that is worth measuring. Milliseconds. */
const PATIENCE_MS = 60_000;

const LOOK_MS = 2;

export interface RunningDaemon {
  readonly pid: number;
  /** From the start of the process until it watched and said so. */
  readonly startMs: number;
  readonly sessions: number;
  readonly exports: string;
  stop(): Promise<void>;
}

/** Starts a daemon and waits until it watches the sessions of this client. */
export async function startDaemon(
  home: string,
  mode: Mode,
  { provider }: BenchClient,
): Promise<RunningDaemon> {
  const { statusFile, exports } = placesOf(home);
  const start = performance.now();
  const child = startChild({ script: "src/kato.ts", args: ["daemon"], mode, home });
  const sessions = await until(
    `the daemon in ${home} watches`,
    () => watchedSessions(statusFile, child.pid, provider.id),
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

/** How many sessions process `pid` watches over; null until it does. */
function watchedSessions(path: string, pid: number, id: ProviderId): number | null {
  const said = status.safeParse(readJson(path));
  if (!said.success || said.data.pid !== pid) return null;
  const own = said.data.providers.find(({ provider }) => provider === id);
  return own?.state === "watching" ? own.sessions : null;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
