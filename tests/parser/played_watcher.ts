/** A tree whose watcher the test plays: it says what the test says, and no more. */
import { watchTrees } from "../../src/parser/tree_watch.ts";

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
export function watchPlayed() {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  const log = `${root}/log.jsonl`;
  Deno.writeTextFileSync(log, "");
  const played = playWatcher();
  const { watchFs } = Deno;
  Deno.watchFs = () => played.watcher;
  const changes: string[] = [];
  const scans: (() => void)[] = [];
  let looks = 0;
  const tree = watchTrees({
    roots: [root],
    changed: (path) => void changes.push(path),
    isKnown: () => true,
    pollHot() {
      looks += 1;
      return { missed: false, age: null };
    },
    scanAll: (done) => void scans.push(done),
    odd: () => {},
    how: () => {},
    refused: () => {},
  });
  return {
    root,
    log,
    changes,
    /** How often it looked without an event. */
    looks: () => looks,
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
