/** When the runtime's watcher is trusted, what it watches, and how often kato looks instead: no folder, no clock. */
import assert from "node:assert/strict";
import {
  beginAnew,
  beginWatching,
  chooseWatches,
  countEvent,
  type FolderFacts,
  forgetFolder,
  judge,
  lookPause,
  mayWatchMore,
  missEvent,
  scanPause,
  takeNews,
  unwatch,
  type WatchState,
} from "../../src/parser/watch_state.ts";
import {
  CALM_POLL_MS,
  EVENT_PAUSE_MS,
  EVENTS_IN_A_ROW,
  FULL_SCAN_MS,
  HOT_MS,
  HOT_POLL_MS,
  SCAN_SHARE,
  WARM_POLL_MS,
  WATCHED_FOLDERS,
} from "../../src/protocol/limits.ts";

const ROOT = "/logs";

/** Folders that are there, and those of them that hold a FIFO. */
function factsOf(folders: readonly string[], special: readonly string[] = []): FolderFacts {
  return {
    isThere: (path) => folders.includes(path),
    mayWatch: (path) => folders.includes(path) && !special.includes(path),
    hasSpecial: (path) => special.includes(path),
  };
}

/** Watches these folders already, in one group. */
function watching(...folders: string[]): WatchState {
  const state = beginWatching([ROOT]);
  for (const path of folders) state.watched.add(path);
  return state;
}

const FOLDERS = [ROOT, "/logs/a", "/logs/b"];

Deno.test("the first watches are those of all folders that may be watched", () => {
  const state = beginWatching([ROOT]);
  for (const path of FOLDERS) state.toWatch.add(path);
  assert.deepEqual(chooseWatches(state, 0, factsOf(FOLDERS, ["/logs/b"])), [ROOT, "/logs/a"]);
  assert.deepEqual([...state.watched, "|", ...state.toWatch], [ROOT, "/logs/a", "|", "/logs/b"]);
});

const CHOICES: Readonly<
  Record<string, [arrange: (state: WatchState) => void, groups: number, "anew" | readonly string[]]>
> = {
  "a new folder below a watched root": [() => {}, 1, ["/logs/a"]],
  "a new folder when there are seven groups": [() => {}, 7, ["/logs/a"]],
  "a new folder when there are eight groups": [() => {}, 8, "anew"],
  "a folder of a name that was watched before": [({ stale }) => stale.add("/logs/a"), 1, "anew"],
  "a new folder below a root that is not watched": [({ watched }) => watched.delete(ROOT), 1, "anew"],
  "a root that is new": [({ watched, toWatch }) => (watched.delete(ROOT), toWatch.add(ROOT)), 1, "anew"],
  "nothing while all are being replaced": [(state) => state.isReplacing = true, 1, []],
  "nothing while the watcher is not trusted": [(state) => state.distrusted = 0, 1, []],
  "nothing while the watcher hangs": [(state) => state.deaf = true, 1, []],
  "nothing when there is nothing new": [({ toWatch }) => toWatch.clear(), 1, []],
  "all anew when that is wanted": [(state) => (state.toWatch.clear(), state.mustReplace = true), 1, "anew"],
};

for (const [what, [arrange, groups, choice]] of Object.entries(CHOICES)) {
  Deno.test(`chooseWatches(): ${what}`, () => {
    const state = watching(ROOT);
    state.toWatch.add("/logs/a");
    arrange(state);
    assert.deepEqual(chooseWatches(state, groups, factsOf(FOLDERS)), choice);
  });
}

Deno.test("no more folders are watched than there may be", () => {
  const folders = Array.from({ length: WATCHED_FOLDERS + 10 }, (_, index) => `/logs/${index}`);
  const state = watching(ROOT);
  for (const path of folders) state.toWatch.add(path);
  assert.equal(chooseWatches(state, 1, factsOf([ROOT, ...folders])).length, WATCHED_FOLDERS - 1);
  assert.deepEqual(chooseWatches(state, 1, factsOf([ROOT, ...folders])), []);
});

Deno.test("with a FIFO in a watched folder the watcher is not called, and not trusted, whatever events come", () => {
  const state = watching(ROOT, "/logs/a");
  state.toWatch.add("/logs/b");
  const facts = factsOf(FOLDERS, ["/logs/a"]);
  assert.deepEqual(chooseWatches(state, 1, facts), []);
  missEvent(state);
  // It was on its way before the FIFO was made.
  assert.equal(countEvent(state, facts, 0), false);
  assert.equal(judge(state, facts), true);
  assert.deepEqual([takeNews(state), judge(state, facts)], ["poll", false]);
  assert.equal(countEvent(state, facts, 0), false);
  assert.deepEqual([state.deaf, mayWatchMore(state, 0, facts), takeNews(state)], [true, false, null]);
});

Deno.test("an event after the FIFO is gone shows that the watcher does not hang, and all are watched anew", () => {
  const state = watching(ROOT, "/logs/a");
  state.toWatch.add("/logs/b");
  judge(state, factsOf(FOLDERS, ["/logs/a"]));
  // What was seen of the folder is older than its state.
  const facts = { ...factsOf(FOLDERS), mayWatch: (path: string) => path !== "/logs/a" };
  assert.equal(countEvent(state, facts, 0), true);
  assert.equal(chooseWatches(state, 1, factsOf(FOLDERS)), "anew");
  assert.deepEqual(beginAnew(state), [ROOT, "/logs/a", "/logs/b"]);
  assert.deepEqual([state.isReplacing, state.mustReplace, state.stale.size], [true, false, 0]);
});

Deno.test("a FIFO in a folder that is not watched, or is gone, ends no trust", () => {
  const state = watching(ROOT, "/logs/gone");
  state.toWatch.add("/logs/a");
  assert.equal(judge(state, factsOf(FOLDERS, ["/logs/a"])), false);
  assert.equal(chooseWatches(state, 1, factsOf(FOLDERS, ["/logs/a"])).length, 0);
  assert.equal(state.deaf, false);
});

Deno.test("a watcher that misses a change hangs when no event follows; the next event shows that it does not", () => {
  const state = watching(ROOT);
  assert.equal(judge(state, factsOf(FOLDERS)), false);
  missEvent(state);
  assert.equal(judge(state, factsOf(FOLDERS)), true);
  assert.equal(judge(state, factsOf(FOLDERS)), false);
  assert.deepEqual([state.deaf, takeNews(state)], [true, "poll"]);
  assert.equal(countEvent(state, factsOf(FOLDERS), 0), true);
  assert.deepEqual([state.deaf, state.mustReplace, takeNews(state)], [false, true, "inotify"]);
  assert.equal(countEvent(state, factsOf(FOLDERS), 0), false);
});

Deno.test("a watcher that misses a change and delivers an event is trusted again", () => {
  const state = watching(ROOT);
  missEvent(state);
  countEvent(state, factsOf(FOLDERS), 0);
  assert.equal(judge(state, factsOf(FOLDERS)), false);
  assert.equal(state.deaf, false);
});

Deno.test("a second missed change gives no more time than the first", () => {
  const state = watching(ROOT);
  countEvent(state, factsOf(FOLDERS), 0);
  missEvent(state);
  countEvent(state, factsOf(FOLDERS), 0);
  missEvent(state);
  assert.equal(state.distrusted, 1);
});

const UNJUDGED: Readonly<Record<string, (state: WatchState) => void>> = {
  "while all are being replaced": (state) => state.isReplacing = true,
  "when nothing is watched": ({ watched }) => watched.clear(),
  "when it is known to hang": (state) => state.deaf = true,
};

for (const [what, arrange] of Object.entries(UNJUDGED)) {
  Deno.test(`a missed change says nothing about the watcher ${what}`, () => {
    const state = watching(ROOT);
    arrange(state);
    missEvent(state);
    assert.equal(state.distrusted, null);
  });
}

Deno.test("what is gone is not watched any more, and its name is remembered if it was", () => {
  const state = watching(ROOT, "/logs/a");
  state.toWatch.add("/logs/b");
  for (const path of ["/logs/a", "/logs/b"]) forgetFolder(state, path);
  assert.deepEqual([[...state.watched], [...state.toWatch], [...state.stale]], [[ROOT], [], ["/logs/a"]]);
});

Deno.test("a folder that cannot be watched is tried again if it is still there", () => {
  const state = watching(ROOT, "/logs/a", "/logs/gone");
  unwatch(state, ["/logs/a", "/logs/gone"], factsOf(FOLDERS));
  assert.deepEqual([[...state.watched], [...state.toWatch]], [[ROOT], ["/logs/a"]]);
  assert.deepEqual([...state.stale], ["/logs/a", "/logs/gone"]);
});

Deno.test("a kernel without room is asked again after a while", () => {
  const state = watching(ROOT);
  state.toWatch.add("/logs/a");
  state.limitedAt = 1000;
  const may = (now: number) => mayWatchMore(state, now, factsOf(FOLDERS));
  assert.deepEqual([may(1000), may(999 + HOT_MS), may(1000 + HOT_MS)], [false, false, true]);
  state.limitedAt = null;
  assert.equal(may(2000), true);
});

Deno.test("mayWatchMore() is for new folders, or when all must be watched anew", () => {
  const state = watching(ROOT);
  const facts = factsOf(FOLDERS);
  assert.equal(mayWatchMore(state, 0, facts), false);
  state.mustReplace = true;
  assert.equal(mayWatchMore(state, 0, facts), true);
  state.deaf = true;
  assert.equal(mayWatchMore(state, 0, facts), false);
});

Deno.test("how changes are noticed is said when it changes, or when a root begins or ends to be watched", () => {
  const state = beginWatching([ROOT]);
  const said = [takeNews(state), takeNews(state)];
  state.watched.add("/logs/a");
  said.push(takeNews(state));
  state.watched.add(ROOT);
  said.push(takeNews(state));
  state.limitedAt = 0;
  said.push(takeNews(state), takeNews(state));
  assert.deepEqual(said, ["inotify", null, null, "inotify", "poll", null]);
});

Deno.test("many events without a pause may come from a full queue; as many with a pause do not", () => {
  for (const pause of [0, EVENT_PAUSE_MS - 1, EVENT_PAUSE_MS]) {
    const state = watching(ROOT);
    const count = (from: number, to: number, at: number) => {
      for (let event = from; event < to; event += 1) countEvent(state, factsOf(FOLDERS), at);
    };
    count(1, EVENTS_IN_A_ROW, 0);
    assert.equal(state.mayLack, false);
    count(0, 1, pause);
    assert.equal(state.mayLack, pause < EVENT_PAUSE_MS, `${pause} ms`);
  }
});

const PAUSES: Readonly<
  Record<string, [arrange: (state: WatchState) => void, age: number | null, look: number]>
> = {
  "nothing changed lately": [() => {}, null, CALM_POLL_MS],
  "something changed just now": [() => {}, HOT_MS - 1, HOT_POLL_MS],
  "something changed a while ago": [() => {}, HOT_MS, WARM_POLL_MS],
  "a folder is not watched": [({ toWatch }) => toWatch.add("/logs/a"), null, WARM_POLL_MS],
  "events may have been lost": [(state) => state.mayLack = true, null, WARM_POLL_MS],
  "the watcher hangs": [(state) => state.deaf = true, null, HOT_POLL_MS],
  "the watcher is not trusted": [(state) => state.distrusted = 0, null, HOT_POLL_MS],
  "the kernel has no room": [(state) => state.limitedAt = 0, null, HOT_POLL_MS],
};

for (const [what, [arrange, age, pause]] of Object.entries(PAUSES)) {
  Deno.test(`lookPause() when ${what} is ${pause} ms`, () => {
    const state = watching(ROOT);
    arrange(state);
    assert.equal(lookPause(state, age), pause);
    const isPartly = state.deaf || state.limitedAt !== null || state.toWatch.size > 0 || state.mayLack;
    assert.equal(scanPause(state, 1000), isPartly ? 1000 * SCAN_SHARE : FULL_SCAN_MS);
    assert.equal(scanPause(state, 1), isPartly ? WARM_POLL_MS : FULL_SCAN_MS);
  });
}
