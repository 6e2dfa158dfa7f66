/** Waiting without guessing how long: look again and again until a deadline. */
import { isWithin } from "../../machine_speed.ts";

const LOOK_AGAIN_MS = 5;

export interface Wait {
  /** How long, on a machine that does nothing else. */
  readonly ms?: number;
  /** What a failure tells besides. */
  readonly saw?: () => string | Promise<string>;
  readonly everyMs?: number;
}

/** What `look` answers once it answers something; fails with `what` and what `saw` says after `ms`, more on a slow machine. */
export async function until<Seen>(
  what: string,
  look: () => Seen | null | undefined | false | Promise<Seen | null | undefined | false>,
  { ms = 60_000, saw = () => "", everyMs = LOOK_AGAIN_MS }: Wait = {},
): Promise<Seen> {
  const begun = performance.now();
  for (;;) {
    // Before the look: what came true while this process was held up is seen.
    const waited = performance.now() - begun;
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (!isWithin(waited, ms)) {
      throw new Error(`waited ${Math.round(waited)} ms in vain: ${what}\n${await saw()}`);
    }
    await pause(everyMs);
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
