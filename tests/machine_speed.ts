/**
 * How slow this machine is, by a probe: deadlines and limits of tests are for a machine that does nothing else, and scale
 * with it. The probe is only taken where a limit was passed, and again where that one is: others may have come to load
 * the machine meanwhile.
 */

/** The probe's time on two idle cores of 2 to 3 GHz. Milliseconds. */
const PROBE_MS = 40;
const ROUNDS = 32_000_000;

/** 1 on the machine that limits were written for, or on a faster one; 4 where it took four times as long. */
let slowness = 1;

function timeProbe(): number {
  const begun = performance.now();
  let state = 1;
  for (let round = 0; round < ROUNDS; round += 1) state = (Math.imul(state, 1_664_525) + round) >>> 0;
  // Used, so that the loop is not left out.
  if (state === -1) throw new Error("internal error: a number without a sign");
  return performance.now() - begun;
}

/** Whether `took` is no longer than `ms`, for a machine as slow as this one. */
export function isWithin(took: number, ms: number, probe = timeProbe): boolean {
  if (took <= ms * slowness) return true;
  slowness = Math.max(slowness, probe() / PROBE_MS);
  return took <= ms * slowness;
}
