/** Time as the test sets it, for what uses `src/hosts/timers.ts`. */

/** Shared by all tests: the module remembers the timers that it armed. */
let now = 0;

/** Replaces the clock and the runtime's only timer until it is disposed. */
export function fakeTime() {
  const real = { now: performance.now, timeout: AbortSignal.timeout };
  const armed: { readonly at: number; readonly controller: AbortController }[] = [];
  performance.now = () => now;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    armed.push({ at: now + ms, controller });
    return controller.signal;
  };

  /** Lets time pass, and wakes the process at each moment that it asked for. */
  async function pass(ms: number): Promise<void> {
    const end = now + ms;
    for (;;) {
      const next = armed.sort((one, other) => one.at - other.at)[0];
      if (next === undefined || next.at > end) break;
      armed.shift();
      await sleepUntil(next.at);
      next.controller.abort();
      // The due timers were queued before, so this one fires after them.
      await new Promise<void>((resolve) => queueMicrotask(resolve));
    }
    now = end;
  }

  /** The process does nothing meanwhile, and is woken late by everything that was due. */
  async function holdUp(ms: number): Promise<void> {
    now += ms;
    await pass(0);
  }

  function sleepUntil(at: number): Promise<void> {
    now = Math.max(now, at);
    return Promise.resolve();
  }

  return {
    pass,
    holdUp,
    now: () => now,
    armed: () => armed.map(({ at }) => at - now),
    async [Symbol.asyncDispose]() {
      while (armed.length > 0) await pass(60_000);
      performance.now = real.now;
      AbortSignal.timeout = real.timeout;
    },
  };
}
