import assert from "node:assert/strict";
import { watchDenials } from "../../src/daemon/mended.ts";

/** Denied recordings, and a clock that the test turns. */
function makeScene() {
  const states = new Map<number, "denied" | "allowed" | "over">();
  const looked: number[] = [];
  const mended: number[] = [];
  const timers: (() => void)[] = [];
  const denials = watchDenials({
    look(recording) {
      looked.push(recording);
      return states.get(recording) ?? "denied";
    },
    mended: (recording) => void mended.push(recording),
    after(_, call) {
      timers.push(call);
      return () => void timers.splice(timers.indexOf(call), 1);
    },
  });
  return { states, looked, mended, timers, denials, tick: () => timers.shift()?.() };
}

Deno.test("a denied recording is tried once its destination is allowed, and looked at no more", () => {
  const { states, looked, mended, timers, denials, tick } = makeScene();
  denials.add(1);
  tick();
  assert.deepEqual([mended, timers.length], [[], 1]);
  states.set(1, "allowed");
  tick();
  assert.deepEqual([mended, looked, timers.length], [[1], [1, 1], 0]);
});

Deno.test("nothing is looked at while nothing is denied, nor when a recording is over", () => {
  const { states, mended, timers, denials, tick } = makeScene();
  assert.equal(timers.length, 0);
  denials.add(1);
  denials.delete(1);
  tick();
  assert.equal(timers.length, 0);
  denials.add(2);
  states.set(2, "over");
  tick();
  assert.deepEqual([mended, timers.length], [[], 0]);
  denials.add(3);
  denials.close();
  assert.equal(timers.length, 0);
});

Deno.test("many denied recordings are looked at in turn, and all of them once one is mended", () => {
  const { states, looked, mended, denials, tick } = makeScene();
  for (let recording = 1; recording <= 100; recording += 1) denials.add(recording);
  for (let beat = 0; beat < 4; beat += 1) tick();
  assert.equal(looked.length, 128);
  assert.equal(new Set(looked).size, 100);
  for (let recording = 1; recording <= 100; recording += 1) states.set(recording, "allowed");
  tick();
  assert.equal(new Set(mended).size, 100);
  assert.equal(mended.length, 100);
});
