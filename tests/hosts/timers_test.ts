/** Timers that are armed together: which of them fire, when, and in which order. The test sets the time. */
import assert from "node:assert/strict";
import { after, afterAwake, every, wait } from "../../src/hosts/timers.ts";
import { fakeTime } from "./fake_time.ts";

Deno.test("after() calls at the time that was asked for, in whichever order it was asked", async () => {
  await using time = fakeTime();
  const called: [ms: number, at: number][] = [];
  const began = time.now();
  for (const ms of [30, 10, 20, 1, 0, 10]) after(ms, () => called.push([ms, time.now() - began]));
  await time.pass(40);
  assert.deepEqual(called, [[0, 0], [1, 1], [10, 10], [10, 10], [20, 20], [30, 30]]);
});

Deno.test("after() arms a short timer though a longer one is armed, and none for what is woken anyway", async () => {
  await using time = fakeTime();
  after(50_000, () => {});
  assert.deepEqual(time.armed(), [50_000]);
  after(5, () => {});
  assert.deepEqual(time.armed(), [50_000, 5]);
  for (const ms of [5, 50_000, 60_000]) after(ms, () => {});
  assert.deepEqual(time.armed(), [50_000, 5]);
});

Deno.test("after() never calls before its time, though the timer was too early", async () => {
  await using time = fakeTime();
  const called: string[] = [];
  after(0.4, () => called.push("fraction"));
  await time.pass(0.3);
  assert.deepEqual(called, []);
  await time.pass(0.7);
  assert.deepEqual(called, ["fraction"]);
});

Deno.test("after() does not call what was called off, not even by another that is due with it", async () => {
  await using time = fakeTime();
  const called: string[] = [];
  const cancel = after(5, () => called.push("called off"));
  after(5, () => called.push("stays"));
  const cancelWith = after(7, () => called.push("called off by what is due with it"));
  after(6, () => cancelWith());
  const first = after(1, () => {
    called.push("first");
    cancel();
  });
  await time.pass(5);
  first();
  await time.holdUp(10);
  assert.deepEqual(called, ["first", "stays"]);
});

Deno.test("every() calls again and again, until it is stopped from within", async () => {
  await using time = fakeTime();
  const calls: number[] = [];
  const began = time.now();
  const stop = every(10, () => {
    calls.push(time.now() - began);
    if (calls.length === 3) stop();
  });
  await time.pass(100);
  assert.deepEqual(calls, [10, 20, 30]);
});

Deno.test("every() goes on after a call that throws", async () => {
  await using time = fakeTime();
  const caught = catchErrors();
  let calls = 0;
  const stop = every(10, () => {
    calls += 1;
    throw new Error("a bug");
  });
  await time.pass(30);
  stop();
  assert.equal(calls, 3);
  assert.equal(caught().length, 3);
});

Deno.test("a call that throws takes no other with it", async () => {
  await using time = fakeTime();
  const caught = catchErrors();
  const called: string[] = [];
  after(1, () => {
    throw new Error("a bug");
  });
  after(1, () => called.push("called"));
  await time.pass(1);
  assert.deepEqual(called, ["called"]);
  assert.match(String(caught()[0]), /a bug/);
});

Deno.test("wait() resolves when its time has come", async () => {
  await using time = fakeTime();
  let isOver = false;
  void wait(10).then(() => isOver = true);
  await time.pass(9);
  assert.equal(isOver, false);
  await time.pass(1);
  assert.equal(isOver, true);
});

Deno.test("afterAwake() counts no more than a tenth of its time while the process did nothing", async () => {
  await using time = fakeTime();
  let calls = 0;
  afterAwake(100, () => calls += 1);
  await time.holdUp(10_000);
  await time.pass(89);
  assert.equal(calls, 0);
  await time.pass(1);
  assert.equal(calls, 1);
  await time.pass(1000);
  assert.equal(calls, 1);
});

Deno.test("afterAwake() can be called off at any part of its time", async () => {
  await using time = fakeTime();
  let calls = 0;
  for (const part of [0, 5, 9]) {
    const cancel = afterAwake(100, () => calls += 1);
    await time.pass(part * 10);
    cancel();
    await time.pass(200);
  }
  assert.equal(calls, 0);
});

/** Errors that nobody catches, until the answer is asked for. */
function catchErrors(): () => unknown[] {
  const errors: unknown[] = [];
  const caught = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error);
  };
  globalThis.addEventListener("error", caught);
  return () => {
    globalThis.removeEventListener("error", caught);
    return errors;
  };
}
