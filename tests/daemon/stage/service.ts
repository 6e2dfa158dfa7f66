/**
 * Keeps a daemon's process as a unit does: it starts the process again when the process asks for that. An installed
 * daemon is a monitor and the processes that it started. The status names one of those.
 */
import { EXIT } from "../../../src/cli/exit_status.ts";
import { childrenOf, isAlive, parentOf, peakOf } from "./proc.ts";
import { until } from "./until.ts";

export interface Service {
  /** The process that was started last. */
  pid(): number;
  /** Whether `pid` is that process or one that it started. */
  runs(pid: number): boolean;
  /** Whether it has ended for good. */
  ended(): boolean;
  readonly exit: Promise<Deno.CommandStatus>;
  said(): string;
  signal(signal: Deno.Signal): void;
  /** Resolves with its exit status, when none of its processes is left and all of its output was read. */
  end(signal: Deno.Signal): Promise<number>;
  /** The same, after the death of one of its processes. */
  endBy(pid: number): Promise<number>;
  /** The most bytes of memory that the largest of its processes had in use, as the kernel counts. */
  peakMemory(): number;
}

/** @param restarts Whether to start it again when it asks for that and nobody has sent it a signal. */
export function startService(command: Deno.Command, restarts: boolean): Service {
  let said = "";
  let asked = false;
  let over = false;
  let child = command.spawn();

  async function listen(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) said += text;
  }

  let listening = listen(child.stderr);
  const exit = (async () => {
    for (;;) {
      const status = await child.status;
      if (!restarts || asked || status.code !== EXIT.restart) {
        over = true;
        return status;
      }
      await listening;
      child = command.spawn();
      listening = listen(child.stderr);
    }
  })();

  function signal(signal: Deno.Signal): void {
    asked = true;
    child.kill(signal);
  }

  async function endAfter(deed: () => void): Promise<number> {
    const roles = childrenOf(child.pid);
    if (!over) deed();
    const { code } = await exit;
    // The kernel ends them after the monitor, but not at the same moment.
    await until("no role is left", () => roles.every((pid) => !isAlive(pid)));
    await listening;
    return code;
  }

  return {
    pid: () => child.pid,
    runs: (pid) => pid === child.pid || parentOf(pid) === child.pid,
    ended: () => over,
    exit,
    said: () => said,
    signal,
    end: (how) => endAfter(() => signal(how)),
    endBy: (pid) =>
      endAfter(() => {
        asked = true;
        Deno.kill(pid, "SIGKILL");
      }),
    peakMemory: () => Math.max(...[child.pid, ...childrenOf(child.pid)].map(peakOf)),
  };
}
