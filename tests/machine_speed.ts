/**
 * How slow this machine is, by one probe: deadlines and limits of tests are for a machine that does nothing else, and
 * scale with it. The probe is only taken where a limit was passed.
 */

/** The probe's time on two idle cores of 2 to 3 GHz. Milliseconds. */
const PROBE_MS = 40;
const ROUNDS = 32_000_000;

let slowness: number | null = null;

/** 1 on the machine that limits were written for, or on a faster one; 4 where it takes four times as long. */
export function measureSlowness(): number {
  slowness ??= Math.max(1, timeProbe() / PROBE_MS);
  return slowness;
}

function timeProbe(): number {
  const begun = performance.now();
  let state = 1;
  for (let round = 0; round < ROUNDS; round += 1) state = (Math.imul(state, 1_664_525) + round) >>> 0;
  // Used, so that the loop is not left out.
  if (state === -1) throw new Error("internal error: a number without a sign");
  return performance.now() - begun;
}

/** Whether `took` is no longer than `ms`, for a machine as slow as this one. */
export function isWithin(took: number, ms: number): boolean {
  return took <= ms || took <= ms * measureSlowness();
}
