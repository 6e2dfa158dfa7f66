/** Waits for a condition: looks again and again until a deadline. */
import { isWithin } from "../../machine_speed.ts";

const LOOK_AGAIN_MS = 5;

export interface Wait {
  /** The limit in milliseconds, on a machine that does nothing else. */
  readonly ms?: number;
  /** More facts for the message of a failure. */
  readonly saw?: () => string | Promise<string>;
  readonly everyMs?: number;
}

/** Gives the first answer of `look`. Fails after `ms` (more on a slow machine), with `what` and the answer of `saw`. */
export async function until<Seen>(
  what: string,
  look: () => Seen | null | undefined | false | Promise<Seen | null | undefined | false>,
  { ms = 60_000, saw = () => "", everyMs = LOOK_AGAIN_MS }: Wait = {},
): Promise<Seen> {
  const begun = performance.now();
  for (;;) {
    // Read the clock before the look. If this process is held up in between, the look still sees the result.
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

/** Runs `step` with the clock ahead, so that no test waits ten seconds. */
export async function withClockAhead(ms: number, step: () => void | Promise<void>): Promise<void> {
  const { now } = performance;
  performance.now = () => now.call(performance) + ms;
  try {
    await step();
  } finally {
    performance.now = now;
  }
}
