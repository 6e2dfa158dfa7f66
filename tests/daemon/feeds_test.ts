/** Which feed serves which recording, and when a blocked recording is tried again. */
import assert from "node:assert/strict";
import {
  closeFeeds,
  type Feeds,
  type FeedsStep,
  forgetFeeds,
  giveCredit,
  leaveFeed,
  NO_FEEDS,
  setUntil,
  startFeed,
  stopFeed,
  tryLater,
} from "../../src/daemon/feeds.ts";
import type { Recording } from "../../src/daemon/recording.ts";

function recording(id: number, own: Partial<Recording> = {}): Recording {
  return {
    id,
    provider: "codex",
    session: `s${id}`,
    checkpoint: null,
    next: 7,
    until: 9,
    inherits: null,
    head: {},
    ...own,
  } as Recording;
}

/** Every effect as a line. */
function lines({ effects }: FeedsStep): string[] {
  return effects.map((effect) => {
    switch (effect.effect) {
      case "send": {
        const { type, ...rest } = effect.message;
        return `${effect.provider} ${type} ${Object.values(rest).join(" ")}`;
      }
      case "watch":
        return `watch ${effect.recording.session}`;
      case "try-again":
        return `try ${effect.recording} in ${effect.ms}`;
      case "call-off":
        return `call off ${effect.recording}`;
    }
  });
}

/** Feeds 1, 2 and 3 of recordings 1, 2 and 3; the third is Gemini's. */
function three(): Feeds {
  const first = startFeed(NO_FEEDS, recording(1)).feeds;
  const second = startFeed(first, recording(2)).feeds;
  return startFeed(second, recording(3, { provider: "gemini" })).feeds;
}

Deno.test("feeds: one is asked for with what its recording has, once its session is watched", () => {
  const withImages = startFeed(NO_FEEDS, recording(4, { head: { images: "files" } as Recording["head"] }));
  const asked = withImages.effects.find(({ effect }) => effect === "send");
  assert.ok(asked?.effect === "send" && asked.message.type === "feed" && asked.message.images);
  const { effects, feeds } = startFeed(NO_FEEDS, recording(4, { inherits: "old", until: null }));
  assert.deepEqual(effects, [
    { effect: "watch", recording: recording(4, { inherits: "old", until: null }) },
    {
      effect: "send",
      provider: "codex",
      message: { type: "feed", feed: 1, session: "s4", from: null, start: 7, until: null, inherits: "old" },
    },
  ]);
  assert.deepEqual(feeds.open, [{ feed: 1, recording: 4, provider: "codex" }]);
});

Deno.test("feeds: a recording has one feed, and no number is used twice", () => {
  const again = startFeed(three(), recording(2));
  assert.deepEqual(lines(again), ["codex unfeed 2", "watch s2", "codex feed 4 s2  7 9 "]);
  assert.deepEqual(again.feeds.open.map(({ feed, recording }) => [feed, recording]), [[1, 1], [3, 3], [
    4,
    2,
  ]]);
  const stopped = stopFeed(again.feeds, 2);
  assert.deepEqual(lines(stopped), ["codex unfeed 4"]);
  assert.deepEqual(lines(startFeed(stopped.feeds, recording(2))).at(-1), "codex feed 5 s2  7 9 ");
  assert.deepEqual(lines(stopFeed(stopped.feeds, 2)), [], "there is none");
});

Deno.test("feeds: credit and end go to the feed of that recording, and nowhere when it has none", () => {
  assert.deepEqual(lines(giveCredit(three(), 3)), ["gemini credit 3 1"]);
  assert.deepEqual(lines(setUntil(three(), 1, 12)), ["codex until 1 12"]);
  assert.deepEqual(lines(giveCredit(three(), 4)), []);
  assert.deepEqual(lines(setUntil(three(), 4, 12)), []);
});

Deno.test("feeds: a new parser knows none of its provider's, and is told of no end of them", () => {
  const left = forgetFeeds(three(), "codex");
  assert.deepEqual(left.open.map(({ feed }) => feed), [3]);
  assert.deepEqual(lines(stopFeed(left, 1)), []);
});

Deno.test("feeds: pauses grow with failures in a row, and with the number of blocked recordings", () => {
  const pauses: string[] = [];
  let feeds: Feeds = NO_FEEDS;
  for (let failures = 0; failures < 7; failures += 1) {
    const step = tryLater(feeds, 1);
    feeds = step.feeds;
    pauses.push(...lines(step));
  }
  assert.deepEqual(pauses, [250, 500, 1000, 2000, 5000, 5000, 5000].map((ms) => `try 1 in ${ms}`));
  const many = Array.from({ length: 4 }, (_, n) => n + 2)
    .reduce((before, id) => tryLater(before, id).feeds, feeds);
  assert.deepEqual(lines(tryLater(many, 9)), ["try 9 in 2500"], "five others are blocked");
});

Deno.test("feeds: a batch that was dealt with, and an end, forgive what failed before", () => {
  const blocked = tryLater(tryLater(three(), 1).feeds, 1).feeds;
  const credited = giveCredit(blocked, 1);
  assert.deepEqual(lines(credited), ["call off 1", "codex credit 1 1"]);
  assert.deepEqual(lines(tryLater(credited.feeds, 1)), ["try 1 in 250"]);
  const left = leaveFeed(blocked, 1);
  assert.deepEqual(lines(left), ["codex unfeed 1", "call off 1"]);
  assert.deepEqual([left.feeds.open.length, left.feeds.failures.size], [2, 0]);
  assert.deepEqual(lines(leaveFeed(left.feeds, 1)), []);
  const other = giveCredit(blocked, 2);
  assert.deepEqual(lines(other), ["codex credit 2 1"]);
  assert.deepEqual(other.feeds.failures, new Map([[1, 2]]), "the other's failures stay");
});

Deno.test("feeds: when kato ends, tries are called off, and nothing is tried again", () => {
  const blocked = tryLater(tryLater(three(), 1).feeds, 2).feeds;
  const closed = closeFeeds(blocked);
  assert.deepEqual(lines(closed), ["call off 1", "call off 2"]);
  assert.deepEqual(lines(tryLater(closed.feeds, 1)), []);
});
