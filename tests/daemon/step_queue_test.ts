/** Lines of steps by themselves: what fails holds back, is tried again, and is done once. A clock of the test's own. */
import assert from "node:assert/strict";
import { NotNow } from "../../src/daemon/failure.ts";
import { createStepQueue, HeldBack, type Lane, type Step } from "../../src/daemon/step_queue.ts";

const ONE: Lane = { provider: "codex", session: "one" };
const TWO: Lane = { provider: "codex", session: "two" };

interface Scene {
  readonly steps: ReturnType<typeof createStepQueue>;
  /** What was done and told, in order. */
  readonly deeds: string[];
  /** Milliseconds of the pauses that were asked for. */
  readonly pauses: readonly number[];
  /** A step that notes that it was done, after it threw `failures` times. */
  step(name: string, failures?: number, why?: string): Step;
  /** The pause is over, and what comes of it is done. */
  pass(): Promise<void>;
}

function setScene(): Scene {
  const deeds: string[] = [];
  const pauses: number[] = [];
  const waiting = new Set<() => void>();
  const steps = createStepQueue({
    held: ({ session }, { why, bug }) => void deeds.push(`${session} held${bug ? " by a bug" : ""}: ${why}`),
    freed: ({ session }) => void deeds.push(`${session} freed`),
    after(ms, call) {
      pauses.push(ms);
      waiting.add(call);
      return () => void waiting.delete(call);
    },
  });
  return {
    steps,
    deeds,
    pauses,
    step(name, failures = 0, why = "the disk is full") {
      let left = failures;
      return () => {
        if (left-- > 0) throw new NotNow(why);
        deeds.push(name);
      };
    },
    async pass() {
      const due = [...waiting];
      waiting.clear();
      for (const call of due) call();
      await settle();
    },
  };
}

/** Lets everything go on that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

Deno.test("step queue: a step that fails holds back what is later in its lane, and nothing else", async () => {
  const { steps, deeds, step, pass } = setScene();
  steps.take(ONE, step("stop", 2));
  steps.take(ONE, step("said after it"));
  steps.take(TWO, step("another session"));
  assert.deepEqual(deeds, ["one held: the disk is full", "another session"]);
  assert.deepEqual(steps.held().map(({ provider, session, why }) => [provider, session, why]), [
    ["codex", "one", "the disk is full"],
  ]);
  await pass();
  assert.deepEqual(deeds.slice(2), [], "and it is told once");
  await pass();
  assert.deepEqual(deeds.slice(2), ["stop", "one freed", "said after it"]);
  assert.deepEqual(steps.held(), []);
});

Deno.test("step queue: pauses grow up to a bound, and begin anew after a success", async () => {
  const { steps, pauses, step, pass } = setScene();
  steps.take(ONE, step("first", 7));
  steps.take(ONE, step("second", 1));
  for (let turn = 0; turn < 7; turn++) await pass();
  assert.deepEqual(pauses, [250, 500, 1_000, 2_000, 5_000, 5_000, 5_000, 250]);
});

Deno.test("step queue: steps that take their time are done one after another, and may fail late", async () => {
  const { steps, deeds, pass } = setScene();
  let failures = 1;
  steps.take(ONE, async () => {
    await settle();
    if (failures-- > 0) throw new NotNow("late");
    deeds.push("first");
  });
  steps.take(ONE, () => void deeds.push("second"));
  await settle();
  await settle();
  assert.deepEqual(deeds, ["one held: late"]);
  await pass();
  await settle();
  assert.deepEqual(deeds.slice(1), ["first", "one freed", "second"]);
});

Deno.test("step queue: a bug is held back and told as one, without what its message says", () => {
  const { steps, deeds } = setScene();
  steps.take(ONE, () => {
    throw new Error("a word of the conversation");
  });
  assert.match(deeds.join(), /^one held by a bug: internal error: Error at /);
  assert.ok(!deeds.join().includes("conversation"));
});

Deno.test("step queue: where one succeeds again, others that were held for the same reason are tried at once", async () => {
  const { steps, deeds, step } = setScene();
  steps.take(ONE, step("one's", 1));
  steps.take(TWO, step("two's", 1));
  steps.tryAgain(ONE);
  await settle();
  assert.deepEqual(deeds.filter((deed) => deed.endsWith("'s")), ["one's", "two's"]);
});

Deno.test("step queue: of what waits, a step replaces the one of its kind just before it, and no other", async () => {
  const { steps, deeds, step, pass } = setScene();
  steps.take(ONE, step("command", 1));
  steps.take(ONE, step("read to 1"), "watched");
  steps.take(ONE, step("read to 2"), "watched");
  steps.take(ONE, step("another command"));
  steps.take(ONE, step("read to 3"), "watched");
  await pass();
  assert.deepEqual(deeds.slice(1), ["command", "one freed", "read to 2", "another command", "read to 3"]);
});

Deno.test("step queue: who asks gets the answer or the error, and holds nobody up", async () => {
  const { steps, deeds, step } = setScene();
  assert.equal(await steps.ask(ONE, () => Promise.resolve(7)), 7);
  await assert.rejects(steps.ask(ONE, () => Promise.reject(new NotNow("no"))), NotNow);
  steps.take(ONE, step("next"));
  assert.deepEqual(deeds, ["next"]);
});

Deno.test("step queue: who asks does not wait for a lane that is held, nor for one that comes to be", async () => {
  const { steps, step, pass } = setScene();
  let fail = () => {};
  steps.take(ONE, () => new Promise((_, reject) => fail = () => reject(new NotNow("full"))));
  const early = steps.ask(ONE, () => Promise.resolve());
  fail();
  await assert.rejects(early, new HeldBack("full"));
  await assert.rejects(steps.ask(ONE, () => Promise.resolve()), new HeldBack("full"));
  steps.take(TWO, step("other"));
  await pass();
});

Deno.test("step queue: once closed nothing is tried again, and what is under way ends", async () => {
  const { steps, deeds, step, pass } = setScene();
  steps.take(ONE, step("held", 1));
  steps.take(ONE, step("behind it"));
  let end = () => {};
  steps.take(TWO, () => new Promise((resolve) => end = resolve));
  steps.take(TWO, step("its last"));
  const closed = steps.close();
  end();
  await closed;
  await pass();
  assert.deepEqual(deeds, ["one held: the disk is full", "its last"]);
});

Deno.test("step queue: a step may ask for another one in its own lane", () => {
  const { steps, deeds, step } = setScene();
  steps.take(ONE, () => {
    steps.take(ONE, step("second"));
    deeds.push("first");
  });
  assert.deepEqual(deeds, ["first", "second"]);
});
