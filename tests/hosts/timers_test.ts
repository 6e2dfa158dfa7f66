/** Timers that are armed together: what is called, in which order, and what is not. */
import assert from "node:assert/strict";
import { after, afterAwake, every, wait } from "../../src/hosts/timers.ts";

Deno.test("after() calls in the order of what is due, however they were asked for", async () => {
  const called: number[] = [];
  for (const ms of [30, 10, 20, 1, 0]) after(ms, () => called.push(ms));
  await wait(40);
  assert.deepEqual(called, [0, 1, 10, 20, 30]);
});

Deno.test("after() does not call what was called off, not even by another that is due with it", async () => {
  const called: string[] = [];
  const cancel = after(5, () => called.push("called off"));
  after(5, () => called.push("stays"));
  const first = after(1, () => {
    called.push("first");
    cancel();
  });
  await wait(20);
  first();
  assert.deepEqual(called, ["first", "stays"]);
});

Deno.test("every() calls again and again, until it is stopped from within", async () => {
  let calls = 0;
  await new Promise<void>((resolve) => {
    const stop = every(1, () => {
      calls += 1;
      if (calls < 5) return;
      stop();
      resolve();
    });
  });
  await wait(10);
  assert.equal(calls, 5);
});

Deno.test("a call that throws takes no other with it", async () => {
  const thrown: unknown[] = [];
  const caught = (event: ErrorEvent) => {
    event.preventDefault();
    thrown.push(event.error);
  };
  globalThis.addEventListener("error", caught);
  after(1, () => {
    throw new Error("a bug");
  });
  const other = new Promise<string>((resolve) => after(1, () => resolve("called")));
  assert.equal(await other, "called");
  globalThis.removeEventListener("error", caught);
  assert.match(String(thrown[0]), /a bug/);
});

Deno.test("afterAwake() lets what came meanwhile be taken first, however long the process was held up", async () => {
  const order: string[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => order.push("taken");
  const called = new Promise<void>((resolve) =>
    afterAwake(50, () => {
      order.push("called");
      resolve();
    })
  );
  const cancel = afterAwake(1, () => order.push("called off"));
  cancel();
  port2.postMessage("it was sent in time");
  for (const end = performance.now() + 200; performance.now() < end;);
  await called;
  port1.close();
  assert.deepEqual(order, ["taken", "called"]);
});
