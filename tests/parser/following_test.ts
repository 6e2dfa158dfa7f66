/** The steps of what a parser follows, without logs, timers or a daemon: what each asks for, and in which order. */
import assert from "node:assert/strict";
import type { SessionFeed } from "../../src/parser/feed_session.ts";
import {
  addCredit,
  beginFollowing,
  type Effect,
  endAt,
  endLinger,
  type Following,
  inherit,
  release,
  reportMoved,
  wake,
  workOn,
} from "../../src/parser/following.ts";
import type { SessionWatch } from "../../src/parser/watch_session.ts";

type WatchStep = "more" | "wait" | "linger" | "gone" | "found";
type FeedStep = "more" | "wait" | "linger" | "gone" | "batch" | "last";

/** A watch that gives `steps`, then waits. Its feeds may go as far as it has read. */
function watchOf(session: string, steps: WatchStep[], unhandled: readonly number[] = []): SessionWatch {
  let read = 0;
  let hasMoved = false;
  const waiting = new Map(unhandled.map((seq) => [seq, seq]));
  return {
    session,
    unhandled: waiting,
    step() {
      const step = steps.shift() ?? "wait";
      hasMoved ||= step === "more" || step === "found";
      read += step === "more" || step === "found" ? 1 : 0;
      return step === "found" ? found(session) : step;
    },
    limit() {
      const command = Math.min(read, ...waiting.keys());
      return { command, record: command };
    },
    moved() {
      const answer = hasMoved;
      hasMoved = false;
      return answer;
    },
    progress: () => progress(session),
    rewritten: () => {},
  };
}

const found = (session: string) =>
  ({ type: "found", session }) as Exclude<ReturnType<SessionWatch["step"]>, string>;
const progress = (session: string) => ({ type: "watched", session }) as ReturnType<SessionWatch["progress"]>;

/** A feed that gives `steps`, then waits; `limits`: how far it was allowed to go at each. */
function feedOf(session: string, steps: FeedStep[], credit: number) {
  const limits: number[] = [];
  const feed: SessionFeed = {
    session,
    until: null,
    credit,
    step(limit) {
      limits.push(limit.command);
      const step = steps.shift() ?? "wait";
      if (step !== "batch" && step !== "last") return step;
      return { end: step === "last", payload: new Uint8Array(1) } as Exclude<
        ReturnType<SessionFeed["step"]>,
        string
      >;
    },
  };
  return { feed, limits };
}

function follow(...watches: readonly SessionWatch[]): Following {
  const state = beginFollowing();
  for (const watch of watches) state.watches.set(watch.session, watch);
  return state;
}

/** Time for so many questions whether there is any. */
function timeFor(questions: number): () => boolean {
  return () => questions-- > 0;
}

const ENOUGH = 10_000;

function nameOf(effect: Effect): string {
  switch (effect.effect) {
    case "send":
      return effect.message.type === "batch"
        ? `batch of ${effect.message.feed}${effect.message.end ? ", the last" : ""}`
        : effect.message.type;
    case "wake":
      return `wake ${effect.session} ${effect.tier}`;
    case "wake-later":
      return `wake ${effect.session} later`;
    case "trouble":
      return effect.trouble.kind;
  }
}

function work(state: Following, session: string, hasTime = timeFor(ENOUGH)) {
  const effects: string[] = [];
  const steps = workOn(state, session, hasTime);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) effects.push(nameOf(step.value));
  return { effects, next: step.value };
}

const WATCHES: Readonly<Record<string, [steps: WatchStep[], effects: string[]]>> = {
  "nothing new": [[], []],
  "records without commands": [["more", "more"], ["watched"]],
  "a command": [["more", "found"], ["found", "watched"]],
  "a sub-agent's log that is waited for": [["more", "linger"], ["wake s later", "watched"]],
  "a log that cannot be read": [["gone"], ["gone"]],
};

for (const [what, [steps, effects]] of Object.entries(WATCHES)) {
  Deno.test(`workOn() reports ${what}, and is done`, () => {
    assert.deepEqual(work(follow(watchOf("s", [...steps])), "s"), { effects, next: null });
  });
}

Deno.test("workOn() goes on later when the time is over, and says nothing of how far it is before the end", () => {
  const state = follow(watchOf("s", Array<WatchStep>(1000).fill("more")));
  assert.deepEqual(work(state, "s", timeFor(300)), { effects: [], next: "busy" });
  assert.deepEqual(work(state, "s"), { effects: ["watched"], next: null });
});

Deno.test("workOn() does nothing for a session that is not watched", () => {
  assert.deepEqual(work(follow(), "s"), { effects: [], next: null });
});

Deno.test("workOn() reports once that a log cannot be read, until it could be", () => {
  const state = follow(watchOf("s", ["gone", "gone", "wait", "gone"]));
  assert.deepEqual(["gone", "", "", "gone"].map(() => work(state, "s").effects.join()), [
    "gone",
    "",
    "",
    "gone",
  ]);
});

Deno.test("a session that lingers is woken once, and may linger again after that", () => {
  const state = follow(watchOf("s", ["linger", "linger", "linger"]));
  const { feed } = feedOf("s", ["linger"], 1);
  state.feeds.set(1, feed);
  assert.deepEqual(work(state, "s").effects, ["wake s later"]);
  assert.deepEqual(work(state, "s").effects, []);
  assert.deepEqual(endLinger(state, "s").map(nameOf), ["wake s live"]);
  assert.deepEqual(work(state, "s").effects, ["wake s later"]);
});

const FEEDS: Readonly<Record<string, [steps: FeedStep[], credit: number, effects: string[]]>> = {
  "as many batches as it has credit for": [["batch", "batch", "batch"], 2, ["batch of 1", "batch of 1"]],
  "nothing without credit": [["batch"], 0, []],
  "what follows something incomplete": [["more", "more", "batch"], 1, ["batch of 1"]],
  "nothing more after its last batch": [["last", "last", "last"], 3, ["batch of 1, the last"]],
  "nothing of a log that is gone": [["gone", "batch"], 1, []],
  "nothing while it waits": [["wait", "batch"], 1, []],
  "nothing while a sub-agent's log is awaited, and asks to be woken": [["linger", "batch"], 1, [
    "wake s later",
  ]],
};

for (const [what, [steps, credit, effects]] of Object.entries(FEEDS)) {
  Deno.test(`workOn() sends of a feed ${what}`, () => {
    const state = follow(watchOf("s", []), watchOf("other", []));
    state.feeds.set(1, feedOf("s", [...steps], credit).feed);
    state.feeds.set(2, feedOf("other", ["batch"], 1).feed);
    assert.deepEqual(work(state, "s"), { effects, next: null });
  });
}

Deno.test("a feed that is not done in time goes on later, though its watch has nothing to read", () => {
  const state = follow(watchOf("s", []));
  state.feeds.set(1, feedOf("s", [...Array<FeedStep>(20).fill("more"), "batch"], 1).feed);
  assert.deepEqual(work(state, "s", timeFor(10)), { effects: [], next: "busy" });
  assert.deepEqual(work(state, "s"), { effects: ["batch of 1"], next: null });
});

Deno.test("feeds are served after every 64 records of their watch", () => {
  const state = follow(watchOf("s", Array<WatchStep>(150).fill("more")));
  const { feed, limits } = feedOf("s", [], 1);
  state.feeds.set(1, feed);
  work(state, "s");
  assert.deepEqual(limits, [64, 128, 150]);
});

Deno.test("a feed's last batch ends it, though its watch has more to read in the same slice", () => {
  const state = follow(watchOf("s", Array<WatchStep>(200).fill("more")));
  state.feeds.set(1, feedOf("s", ["last", "last", "last"], 3).feed);
  assert.deepEqual(work(state, "s"), { effects: ["batch of 1, the last", "watched"], next: null });
  assert.equal(state.feeds.size, 0);
});

Deno.test("a feed never goes past what its watch has read, nor past a command that is not dealt with", () => {
  const state = follow(watchOf("s", ["more", "more", "found", "more"], [2]));
  const { feed, limits } = feedOf("s", [], 1);
  state.feeds.set(1, feed);
  work(state, "s");
  assert.deepEqual(release(state, "s", 2).map(nameOf), ["wake s live"]);
  work(state, "s");
  assert.deepEqual(limits, [2, 4]);
});

Deno.test("nothing of a session is read before all that it inherited is, in slices of time", () => {
  const state = follow(watchOf("s", ["found"]));
  const order: string[] = [];
  function* read(what: string) {
    for (let record = 0; record < 10; record += 1) yield void order.push(what);
  }
  inherit(state, "s", read("its parent"));
  inherit(state, "s", read("another"));
  for (let slices = 0; slices < 4; slices += 1) {
    assert.deepEqual(work(state, "s", timeFor(5)), { effects: [], next: "busy" });
  }
  assert.deepEqual(work(state, "s"), { effects: ["found", "watched"], next: null });
  assert.deepEqual(order, [...Array<string>(10).fill("its parent"), ...Array<string>(10).fill("another")]);
});

Deno.test("wake() is for watched sessions that are not quarantined: a live one goes first", () => {
  const state = follow(watchOf("s", ["wait"]), watchOf("bad", []));
  state.quarantined.add("bad");
  const woken = () => ["s", "bad", "unknown"].flatMap((session) => wake(state, session)).map(nameOf);
  assert.deepEqual(woken(), ["wake s fresh"]);
  work(state, "s");
  assert.deepEqual(woken(), ["wake s live"]);
});

Deno.test("what a feed is granted wakes its session; what is said of a feed that has ended does nothing", () => {
  const state = follow(watchOf("s", []));
  const { feed } = feedOf("s", [], 1);
  assert.deepEqual(addCredit(state, feed, 2).map(nameOf), ["wake s fresh"]);
  assert.deepEqual(endAt(state, feed, 7).map(nameOf), ["wake s fresh"]);
  assert.deepEqual([feed.credit, feed.until], [3, 7]);
  assert.deepEqual([...addCredit(state, undefined, 2), ...endAt(state, undefined, 7)], []);
});

Deno.test("reportMoved() says how far the watches are that moved since they were reported", () => {
  const state = follow(watchOf("s", Array<WatchStep>(10).fill("more")), watchOf("still", []));
  work(state, "s", timeFor(4));
  assert.deepEqual([...reportMoved(state)].map(nameOf), ["watched"]);
  assert.deepEqual([...reportMoved(state)], []);
});
