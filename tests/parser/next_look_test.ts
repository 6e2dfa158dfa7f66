/** When kato looks at the folders without an event: at once where something happens, seldom where nothing does. */
import assert from "node:assert/strict";
import { CALM_POLL_MS, HOT_POLL_MS } from "../../src/protocol/limits.ts";
import { fakeTime } from "../hosts/fake_time.ts";
import { watchPlayed } from "./played_watcher.ts";

/** Has the runtime hand on the events that were sent. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Since its start, a tree has been calm for long enough, and its next look is as far away as it can be. */
async function watchCalm(time: ReturnType<typeof fakeTime>) {
  const watched = watchPlayed();
  await time.pass(CALM_POLL_MS);
  const before = watched.looks();
  for (let ms = 0; watched.looks() === before; ms += HOT_POLL_MS) {
    assert.ok(ms <= CALM_POLL_MS);
    await time.pass(HOT_POLL_MS);
  }
  return watched;
}

Deno.test("a calm tree is looked at seldom, after its first seconds", async () => {
  await using time = fakeTime();
  using watched = watchPlayed();
  await time.pass(CALM_POLL_MS);
  assert.equal(watched.looks(), CALM_POLL_MS / HOT_POLL_MS);
  await time.pass(2 * CALM_POLL_MS);
  assert.equal(watched.looks(), CALM_POLL_MS / HOT_POLL_MS + 2);
});

const EVENTS: readonly Deno.FsEvent["kind"][] = ["create", "modify", "rename", "remove", "any", "other"];

for (const kind of EVENTS) {
  Deno.test(`the next look comes soon after an event: ${kind}`, async () => {
    await using time = fakeTime();
    using watched = await watchCalm(time);
    const before = watched.looks();
    watched.send({ kind, paths: [watched.log] });
    await settle();
    await time.pass(HOT_POLL_MS);
    assert.equal(watched.looks(), before + 1);
  });
}

Deno.test("kato's own reading brings no look forward, and many events bring no more looks than one", async () => {
  await using time = fakeTime();
  using watched = await watchCalm(time);
  const before = watched.looks();
  watched.send({ kind: "access", paths: [watched.log] });
  await settle();
  await time.pass(HOT_POLL_MS);
  assert.equal(watched.looks(), before);
  for (let event = 0; event < 10; event += 1) {
    watched.send({ kind: "modify", paths: [watched.log] });
    await settle();
    await time.pass(HOT_POLL_MS / 10);
  }
  assert.equal(watched.looks(), before + 1);
});

/** The watcher hangs from the FIFO on, so that no event follows. Two looks: a missed change, and then everything. */
const FIFOS: Readonly<Record<string, (time: ReturnType<typeof fakeTime>) => ReturnType<typeof watchCalm>>> = {
  "after an event, in a tree that was calm": async (time) => {
    const watched = await watchCalm(time);
    watched.send({ kind: "modify", paths: [watched.log] });
    await settle();
    return watched;
  },
  "in the first seconds, without an event": async (time) => {
    const watched = watchPlayed();
    await time.pass(2 * HOT_POLL_MS);
    return watched;
  },
};

for (const [when, begin] of Object.entries(FIFOS)) {
  Deno.test(`a FIFO has everything looked at within a second: ${when}`, async () => {
    await using time = fakeTime();
    using watched = await begin(time);
    new Deno.Command("mkfifo", { args: [`${watched.root}/fifo`] }).outputSync();
    await time.pass(2 * HOT_POLL_MS);
    assert.equal(watched.scans.length, 1);
  });
}
