/**
 * Timers of what runs for days. The runtime's own `setTimeout` is Node's: its first use costs a process, or a thread,
 * 1.2 MB for good. An `AbortSignal` can wait as well, but not be called off, so few of them are armed: one for whatever
 * is due next. Room: hosts; no authority.
 */

interface Call {
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  readonly call: () => void;
}

const calls = new Set<Call>();
/** When this process is woken, whatever is due by then. */
const wakes = new Set<number>();

/** Calls `call` once, in `ms` milliseconds, unless what it returns is called before. */
export function after(ms: number, call: () => void): () => void {
  const added: Call = { at: performance.now() + ms, call };
  calls.add(added);
  arm(added.at);
  return () => void calls.delete(added);
}

/** Time that is counted in so many parts, between which whatever came is taken. */
const AWAKE_PARTS = 10;

/**
 * Like `after()`, but of a time in which this process did nothing, because it was busy or stopped, no more than a tenth
 * of `ms` counts: what others sent meanwhile is taken before `call`.
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

/** Calls `call` every `ms` milliseconds until what it returns is called. */
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
  // A signal that somebody listens to keeps the process from ending, as a timer does.
  AbortSignal.timeout(ms).addEventListener("abort", () => wakeUp(at));
}

function wakeUp(at: number): void {
  wakes.delete(at);
  const now = performance.now();
  const ordered = [...calls].sort((one, other) => one.at - other.at);
  const next = ordered.find((call) => call.at > now);
  if (next !== undefined) arm(next.at);
  for (const due of ordered.filter((call) => call.at <= now)) {
    // Each by itself: one that throws keeps no other from its turn, and one may call off another.
    queueMicrotask(() => {
      if (calls.delete(due)) due.call();
    });
  }
}
