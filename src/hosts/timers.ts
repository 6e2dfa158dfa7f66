/**
 * Timers for long-lived roles. The first use of the runtime's `setTimeout` costs a process or a thread 1.2 MB for
 * good, because it is Node's. An `AbortSignal` can wait too, but it cannot be cancelled, so only one is armed for the
 * next call.
 */

interface Call {
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  readonly call: () => void;
}

const calls = new Set<Call>();
/** Times at which this process will wake. */
const wakes = new Set<number>();

/** Calls `call` once, in `ms` milliseconds. The answer cancels it. */
export function after(ms: number, call: () => void): () => void {
  const added: Call = { at: performance.now() + ms, call };
  calls.add(added);
  arm(added.at);
  return () => void calls.delete(added);
}

/** The time is counted in this many parts, and messages are taken between two parts. */
const AWAKE_PARTS = 10;

/**
 * Like `after()`, but time in which this process did nothing, because it was busy or stopped, counts as a tenth of
 * `ms` at most. Messages that others sent in that time are taken before `call`.
 */
export function afterAwake(ms: number, call: () => void): () => void {
  let left = AWAKE_PARTS;
  let cancel = after(ms / AWAKE_PARTS, next);
  function next(): void {
    left -= 1;
    if (left === 0) return call();
    cancel = after(ms / AWAKE_PARTS, next);
  }
  return () => cancel();
}

/** Calls `call` every `ms` milliseconds. The answer stops it. */
export function every(ms: number, call: () => void): () => void {
  let stop = after(ms, tick);
  function tick(): void {
    stop = after(ms, tick);
    call();
  }
  return () => stop();
}

/** Resolves in `ms` milliseconds. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => void after(ms, resolve));
}

function arm(at: number): void {
  for (const wake of wakes) if (wake <= at) return;
  wakes.add(at);
  const ms = Math.max(0, Math.ceil(at - performance.now()));
  // A signal with a listener keeps the process alive, as a timer does.
  AbortSignal.timeout(ms).addEventListener("abort", () => wakeUp(at));
}

function wakeUp(at: number): void {
  wakes.delete(at);
  const now = performance.now();
  const ordered = [...calls].sort((one, other) => one.at - other.at);
  const next = ordered.find((call) => call.at > now);
  if (next !== undefined) arm(next.at);
  for (const due of ordered.filter((call) => call.at <= now)) {
    // Each call runs alone: one that throws must not stop the others, and one may cancel another.
    queueMicrotask(() => {
      if (calls.delete(due)) due.call();
    });
  }
}
