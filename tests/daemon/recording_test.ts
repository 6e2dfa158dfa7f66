/** What a person sees of a recording, over the real daemon. Scenarios 1, 5, 6, 7, 9, 11, 12. */
import assert from "node:assert/strict";
import { append, createRows } from "./claude_rows.ts";
import { makeHome, startDaemon } from "./harness.ts";
import { renderCapture } from "./one_shot.ts";
import { until } from "./until.ts";

// Scenario 1.
Deno.test("daemon: five messages after ::capture are all there, once, in the default configuration", async () => {
  await using home = await makeHome();
  await using daemon = startDaemon(home);
  const t0 = performance.now();
  await daemon.whenUp();
  console.log("up", performance.now() - t0);
  const rows = createRows();
  const log = home.log(rows.session);
  append(log, rows.user("::capture notes.md"));
  for (const word of ["one", "two", "three", "four", "five"]) append(log, rows.assistant(`answer ${word}`));
  const expected = renderCapture(log, "::capture notes.md");
  await until("the recording is whole", () => {
    try {
      return home.readExport("notes.md") === expected;
    } catch {
      return false;
    }
  }, { saw: () => daemon.said() });
  console.log("all", performance.now() - t0);
  assert.equal(await daemon.stop(), 0);
  assert.equal(home.status()?.state, "stopped");
  console.log(daemon.said());
});
