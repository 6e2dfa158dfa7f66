/** Events that the kernel dropped, or that came while the watcher was replaced: everything is looked at again. */
import assert from "node:assert/strict";
import { watchTrees } from "../../src/parser/tree_watch.ts";
import { EVENTS_IN_A_ROW, WARM_POLL_MS } from "../../src/protocol/limits.ts";
import { until, withClockAhead } from "../daemon/stage/until.ts";

/** The runtime's watcher, as the test plays it. */
function playWatcher() {
  const events: Deno.FsEvent[] = [];
  let wake = () => {};
  let isClosed = false;
  async function* tell(): AsyncGenerator<Deno.FsEvent> {
    while (!isClosed) {
      const event = events.shift();
      if (event === undefined) await new Promise<void>((resolve) => wake = resolve);
      else yield event;
    }
  }
  const told = tell();
  const watcher = Object.assign(told, {
    close() {
      isClosed = true;
      wake();
    },
  }) as unknown as Deno.FsWatcher;
  return {
    watcher,
    send(event: Deno.FsEvent) {
      events.push(event);
      wake();
    },
  };
}

/** A root with one log, watched by a watcher that the test plays. */
function watchPlayed() {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  const log = `${root}/log.jsonl`;
  Deno.writeTextFileSync(log, "");
  const played = playWatcher();
  const { watchFs } = Deno;
  Deno.watchFs = () => played.watcher;
  const changes: string[] = [];
  const scans: (() => void)[] = [];
  const tree = watchTrees({
    roots: [root],
    changed: (path) => void changes.push(path),
    isKnown: () => true,
    pollHot: () => ({ missed: false, age: null }),
    scanAll: (done) => void scans.push(done),
    odd: () => {},
    how: () => {},
  });
  return {
    log,
    changes,
    /** What ends each look at everything that was begun. */
    scans,
    send: played.send,
    [Symbol.dispose]() {
      tree.close();
      Deno.watchFs = watchFs;
      Deno.removeSync(root, { recursive: true });
    },
  };
}

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
