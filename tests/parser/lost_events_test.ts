/** Events that the kernel dropped, or that came while the watcher was replaced: everything is looked at again. */
import assert from "node:assert/strict";
import { EVENTS_IN_A_ROW, WARM_POLL_MS } from "../../src/protocol/limits.ts";
import { until, withClockAhead } from "../daemon/stage/until.ts";
import { watchPlayed } from "./played_watcher.ts";

Deno.test("events that are lost while all is looked at have all looked at once more, and only once", async () => {
  using watched = watchPlayed();
  const { log, changes, scans, send } = watched;
  const lose = async () => {
    const before = changes.length;
    send({ kind: "other", flag: "rescan", paths: [] });
    send({ kind: "modify", paths: [log] });
    await until("both are taken", () => changes.length > before);
  };
  await lose();
  assert.equal(scans.length, 1);
  await lose();
  await lose();
  assert.equal(scans.length, 1, "the first is under way");
  scans[0]?.();
  assert.equal(scans.length, 2, "it may have passed what was lost");
  scans[1]?.();
  assert.equal(scans.length, 2);
});

Deno.test("after many events without a pause, everything is looked at once: the runtime hides that the kernel dropped some", async () => {
  using watched = watchPlayed();
  const { log, changes, scans, send } = watched;
  await withClockAhead(WARM_POLL_MS, async () => {
    for (let event = 0; event < EVENTS_IN_A_ROW; event += 1) send({ kind: "modify", paths: [log] });
    await until("all are taken", () => changes.length >= EVENTS_IN_A_ROW);
    await until("everything is looked at", () => scans.length > 0);
  });
  scans[0]?.();
  assert.equal(scans.length, 1);
});
