/** When a failed step is tried again. */

/** Short pauses for short troubles, long ones for troubles that a person must mend. Milliseconds. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 5_000];

/** The pause after `failures` in a row, 1 at least. */
export function pauseAfter(failures: number): number {
  return PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] ?? 0;
}
