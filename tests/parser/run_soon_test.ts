import assert from "node:assert/strict";
import { createRunSoon } from "../../src/parser/run_soon.ts";
import { SLICE_MS } from "../../src/protocol/limits.ts";

Deno.test("between slices of work a timer and another message have their say", async () => {
  const { port1, port2 } = new MessageChannel();
  /** Each turn takes a whole slice. */
  let time = 0;
  const soon = createRunSoon(() => time);
  let turns = 0;
  let isOver = false;
  const work = () => {
    time += SLICE_MS;
    turns += 1;
    if (!isOver) soon(work);
  };
  const waits = {
    timer: () => new Promise((resolve) => AbortSignal.timeout(0).addEventListener("abort", resolve)),
    message: () => {
      const came = new Promise<void>((resolve) => port1.onmessage = () => resolve());
      port2.postMessage(null);
      return came;
    },
  };
  soon(work);
  for (const [what, wait] of Object.entries(waits)) {
    const before = turns;
    await wait();
    assert.ok(turns - before < 32, `${what}: it waited for ${turns - before} turns`);
  }
  isOver = true;
  port1.close();
});
