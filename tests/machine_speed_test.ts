/** Limits that scale with the machine, also when others begin to load it in the middle of a run. */
import assert from "node:assert/strict";
import { isWithin } from "./machine_speed.ts";

Deno.test("isWithin() probes the machine when a limit is passed, again when that one is, and keeps the slowest", () => {
  const probes: number[] = [];
  const probed = (ms: number) => () => {
    probes.push(ms);
    return ms;
  };
  const far = 1e9;
  assert.ok(isWithin(1, 1, probed(1)), "no probe is needed");
  assert.ok(isWithin(far, 1, probed(40 * far)));
  assert.ok(isWithin(far, 1, probed(1)), "no probe is needed");
  assert.ok(!isWithin(2 * far, 1, probed(1)), "a faster probe changes nothing");
  assert.ok(isWithin(2 * far, 1, probed(80 * far)), "others load the machine meanwhile");
  assert.deepEqual(probes, [40 * far, 1, 80 * far]);
});
