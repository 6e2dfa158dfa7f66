/** Events that the kernel dropped, or that came while the watcher was replaced: everything is looked at again. */
import assert from "node:assert/strict";
import { watchTrees } from "../../src/parser/tree_watch.ts";
import { until } from "../daemon/stage/until.ts";

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

Deno.test("events that are lost while all is looked at have all looked at once more, and only once", async () => {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  const log = `${root}/log.jsonl`;
  Deno.writeTextFileSync(log, "");
  const played = playWatcher();
  const { watchFs } = Deno;
  Deno.watchFs = () => played.watcher;
  const changes: string[] = [];
  const scans: (() => void)[] = [];
  try {
    const tree = watchTrees({
      roots: [root],
      changed: (path) => void changes.push(path),
      isKnown: () => true,
      pollHot: () => ({ missed: false, age: null }),
      scanAll: (done) => void scans.push(done),
      odd: () => {},
      how: () => {},
    });
    const lose = async () => {
      const before = changes.length;
      played.send({ kind: "other", flag: "rescan", paths: [] });
      played.send({ kind: "modify", paths: [log] });
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
    tree.close();
  } finally {
    Deno.watchFs = watchFs;
    Deno.removeSync(root, { recursive: true });
  }
});
