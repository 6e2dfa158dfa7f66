/** Idle: the cost of a daemon while nothing happens. */
import { type Host, labelOf, type RunningDaemon } from "./daemon.ts";
import { cpuMs, pause, readPeak, residentBytes } from "./measure.ts";
import { megabytes, milliseconds, percent, type Row } from "./row.ts";

const CPU = 0.001;
const MEMORY_BYTES = 120e6;

/** The runtime collects the garbage of a start once more, half a minute after it. Milliseconds. */
const SETTLE_MS = 35_000;

/** `seconds` short of settling measure the end of the start too. */
export async function measureIdle(daemon: RunningDaemon, host: Host, seconds: number): Promise<Row[]> {
  await pause(Math.min(SETTLE_MS, seconds * 1000));
  const before = cpuMs(daemon.pid);
  const start = performance.now();
  await pause(seconds * 1000);
  const used = cpuMs(daemon.pid) - before;
  const share = used / (performance.now() - start);
  const cpu: Row = {
    what: `idle CPU, ${labelOf(host)}`,
    goal: `< ${percent(CPU, 1)}`,
    result: percent(share, 3),
    context: `${milliseconds(used)} in ${seconds} s`,
    reached: share < CPU,
  };
  // Processes share memory, so memory.ts adds it up in another way.
  if (typeof host !== "string") return [cpu];
  const resident = residentBytes(daemon.pid);
  return [cpu, {
    what: `memory of the daemon, idle, ${host}`,
    goal: `< ${megabytes(MEMORY_BYTES)}`,
    result: megabytes(resident),
    context: `at most ${megabytes(readPeak(daemon.pid) ?? 0)} since its start`,
    reached: resident < MEMORY_BYTES,
  }];
}
