/** When a step that failed is tried again. Room: daemon; pure. */

/** The first pauses are for what is over at once, the last for what a person has to mend. Milliseconds. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 5_000];

/** The pause after so many failures in a row, 1 at least. */
export function pauseAfter(failures: number): number {
  return PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] ?? 0;
}
