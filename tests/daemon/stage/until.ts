/** Waiting without guessing how long: look again and again until a deadline. */

const LOOK_AGAIN_MS = 5;

/** What `look` answers once it answers something; fails with `what` and what `look` saw last after `ms`. */
export async function until<Seen>(
  what: string,
  look: () => Seen | null | undefined | false,
  { ms = 60_000, saw = () => "" }: { readonly ms?: number; readonly saw?: () => string } = {},
): Promise<Seen> {
  const deadline = performance.now() + ms;
  for (;;) {
    const seen = look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms in vain: ${what}\n${saw()}`);
    await pause(LOOK_AGAIN_MS);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Nobody waits ten seconds for a test. */
export async function withClockAhead(ms: number, step: () => void | Promise<void>): Promise<void> {
  const { now } = performance;
  performance.now = () => now.call(performance) + ms;
  try {
    await step();
  } finally {
    performance.now = now;
  }
}
