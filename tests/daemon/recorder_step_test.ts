/** What a recorder does next, as tables: no writer, no database, no clock. */
import assert from "node:assert/strict";
import { REDACTION } from "../../src/protocol/redaction.ts";
import type { FeedBatch, KeptImages, Problem } from "../../src/daemon/recorder_context.ts";
import {
  beginRecorder,
  block,
  deliver,
  fail,
  giveUp,
  goOn,
  letGo,
  restart,
  takeBatch,
  takeOpened,
} from "../../src/daemon/recorder_step.ts";
import type {
  RecorderEffect,
  RecorderState,
  RecorderStep,
  Seen,
  Step,
} from "../../src/daemon/recorder_types.ts";
import type { Delivery, Recording } from "../../src/daemon/recording.ts";
import type { Checkpoint } from "../../src/protocol/cursor.ts";
import type { FromWriter, ToWriter } from "../../src/protocol/writer_messages.ts";

const CHECKPOINT: Checkpoint = {
  v: 1,
  seq: 3,
  meta: { title: null, project: null, started: null, client: null },
  main: { cursor: null, fold: null, skip: 0 },
  agents: {},
  recent: [],
};
const META = {
  provider: "claude-code",
  session: "s",
  title: null,
  project: null,
  started: null,
  client: null,
} as const;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

const ROW: Recording = {
  id: 1,
  provider: "claude-code",
  session: "s",
  kind: "record",
  rule: null,
  redacted: {},
  destination: "/exports/a.md",
  active: true,
  whole: true,
  next: 5,
  readTo: 0,
  until: null,
  file: { dev: 1, ino: 2 },
  size: 100,
  events: 5,
  written: null,
  goesOn: null,
  isFollowed: false,
  inherits: null,
  follows: null,
  head: { format: "md", meta: META, timeZone: "UTC", include: [] },
  checkpoint: null,
  render: bytes("R"),
};
const BATCH: FeedBatch = {
  first: 5,
  count: 2,
  skipped: 1,
  checkpoint: CHECKPOINT,
  end: false,
  payload: bytes("events"),
};
const DELIVERY: Delivery = {
  before: 100,
  length: 10,
  checkpoint: CHECKPOINT,
  next: 8,
  events: 2,
  last: false,
  render: bytes("R2"),
};
const MAX = 1_000;

const failed: FromWriter = { type: "failed", action: "write", code: "ENOSPC", message: "No space left" };
const prepared = (length: number): FromWriter => ({ type: "prepared", delivery: 1, length });
const IMAGE = `${"0".repeat(32)}.png`;
const withImages = (length: number): FromWriter => ({
  type: "prepared",
  delivery: 1,
  length,
  images: [{ name: IMAGE, size: 70 }],
});
const appended: FromWriter = { type: "appended", delivery: 1, size: 999 };
const changed = (size: number): FromWriter => ({ type: "changed", delivery: 1, size });
const closed: FromWriter = { type: "closed" };
const truncated: FromWriter = { type: "truncated", size: 100 };

type Opened = { readonly size: number; readonly isSame: boolean } | { readonly problem: Problem } | null;
/** What becomes of an opening, what a writer says, or what else happens while it is awaited. */
type Answer = Opened | FromWriter | Step | Partial<Recording> | KeptImages;
const opened: Opened = { size: 100, isSame: true };

interface Played {
  readonly state: RecorderState;
  readonly seen: Seen;
  readonly trace: readonly string[];
}

interface Given {
  readonly row?: Partial<Recording>;
  readonly delivery?: Partial<Delivery>;
  readonly state?: Partial<RecorderState>;
  readonly isOpen?: boolean;
  /** The writer gives no state of its renderer. */
  readonly noRender?: boolean;
}

/** Plays one task: `answers` come in order, and effects change what is seen as the daemon's state would. */
function play(task: Step, given: Given, answers: readonly Answer[] = []): Played {
  const trace: string[] = [];
  const seen = {
    row: { ...ROW, ...given.row },
    delivery: given.delivery === undefined ? null : { ...DELIVERY, ...given.delivery },
    isOpen: given.isOpen ?? false,
    maxBytes: MAX,
    redaction: REDACTION,
  };
  const keep = ({ next, last, events, render }: Delivery, size: number) => {
    seen.row = { ...seen.row, next, size, events: seen.row.events + events, active: !last, render };
    seen.delivery = null;
  };
  const apply = (effect: RecorderEffect) => {
    switch (effect.effect) {
      case "advance": {
        const { before, length, next, events, last, render } = effect.delivery;
        assert.equal(effect.delivery.checkpoint, CHECKPOINT);
        trace.push(
          `advance ${before}+${length} to ${next}, ${events} events${last ? ", last" : ""}, ${text(render)}`,
        );
        return keep(effect.delivery, before);
      }
      case "open-delivery": {
        const { before, length, next, events, last, render, redacted } = effect.delivery;
        trace.push(
          `open ${before}+${length} to ${next}, ${events} events${last ? ", last" : ""}, ${text(render)}${
            redacted === undefined ? "" : `, redacted ${JSON.stringify(redacted)}`
          }`,
        );
        seen.delivery = effect.delivery;
        return;
      }
      case "commit":
        trace.push(`commit at ${effect.size}`);
        if (seen.delivery !== null) keep(seen.delivery, effect.size);
        return;
      case "drop":
        trace.push(`drop at ${effect.size}`);
        seen.delivery = null;
        return;
      case "give-up":
        seen.row = { ...seen.row, active: false };
        return void trace.push(`give-up: ${effect.why}`);
      case "blocked":
        return void trace.push(
          `blocked ${effect.isNew ? "anew " : ""}(${effect.problem.kind}): ${effect.problem.why}`,
        );
      case "edited":
        return void trace.push(`edited: ${effect.size}`);
      case "end-writer":
        seen.isOpen = false;
        return void trace.push("end-writer");
      default:
        trace.push(effect.effect);
    }
  };
  const say = (message: ToWriter, payload: Uint8Array | undefined) => {
    const { type, ...rest } = message;
    const fields = Object.entries(rest).filter(([name]) => name !== "head" && name !== "redaction").map((
      [, value],
    ) => ` ${typeof value === "object" ? JSON.stringify(value) : value}`);
    trace.push(`ask ${type}${fields.join("")}${payload === undefined ? "" : ` ${text(payload)}`}`);
  };
  const left = [...answers];
  let { state, effects, question }: RecorderStep = task(
    { ...beginRecorder(100), ...given.state },
    seen,
  );
  for (;;) {
    effects.forEach(apply);
    if (question === null) break;
    const asked = question;
    if (asked.question === "look") {
      ({ state, effects, question } = asked.then(state, seen));
      continue;
    }
    if (asked.question === "open") trace.push("want the destination");
    else if (asked.question === "images") {
      trace.push(`want files of ${asked.images.map(({ name, size }) => `${name} ${size}`).join(", ")}`);
    } else say(asked.message, asked.payload);
    let answer = left.shift();
    while (typeof answer === "function" || (answer !== undefined && answer !== null && "id" in answer)) {
      // Something else happens first.
      if (typeof answer === "function") {
        const between = answer(state, seen);
        between.effects.forEach(apply);
        state = between.state;
      } else seen.row = { ...seen.row, ...answer };
      answer = left.shift();
    }
    if (answer === undefined) throw new Error(`nobody answers: ${trace.join("; ")}`);
    if (asked.question === "open") {
      const result = answer as Opened;
      if (result !== null && "size" in result) seen.isOpen = true;
      ({ state, effects, question } = takeOpened(state, seen, result, asked.then));
    } else if (asked.question === "images") {
      ({ state, effects, question } = asked.then(state, seen, answer as KeptImages));
    } else {
      const render = given.noRender === true ? null : bytes("R2");
      ({ state, effects, question } = asked.then(state, seen, answer as FromWriter, render));
    }
  }
  assert.deepEqual(left, [], "every answer was asked for");
  return { state, seen, trace };
}

const full = "it has reached the largest size that policy allows; record into another file";
const PREPARE = ["want the destination", "ask prepare 1 false R\nevents"];

interface Case extends Given {
  readonly batch?: Partial<FeedBatch>;
  readonly answers?: readonly Answer[];
  readonly trace: readonly string[];
  readonly after?: Partial<RecorderState>;
}

const DELIVERIES: Readonly<Record<string, Case>> = {
  "a batch is recorded, appended, committed, and credit is given": {
    answers: [opened, prepared(10), appended],
    trace: [
      ...PREPARE,
      "open 100+10 to 8, 2 events, R2",
      "ask append 1 100",
      "commit at 110",
      "changed",
      "give-credit",
    ],
    after: { size: 110, reported: null, deliveries: 1 },
  },
  "a batch with a secret of one rule is counted": {
    answers: [opened, { ...prepared(10), redacted: { "github-token": 2 } } as FromWriter, appended],
    trace: [
      ...PREPARE,
      'open 100+10 to 8, 2 events, R2, redacted {"github-token":2}',
      "ask append 1 100",
      "commit at 110",
      "changed",
      "give-credit",
    ],
  },
  "a batch of a feed that was given up does nothing: it is behind": { batch: { first: 4 }, trace: [] },
  "a batch of a feed that was given up does nothing: it is ahead": { batch: { first: 6 }, trace: [] },
  "one that is over takes no batch": { row: { active: false }, trace: [] },
  "one that is blocked takes no batch": {
    state: { problem: { why: "w", kind: "machine" } },
    trace: [],
  },
  "events that render to nothing only advance": {
    answers: [opened, prepared(0)],
    trace: [...PREPARE, "advance 100+0 to 8, 2 events, R2", "changed", "give-credit"],
    after: { size: 100 },
  },
  "a renderer without a state begins anew": {
    noRender: true,
    answers: [opened, prepared(0)],
    trace: [...PREPARE, "advance 100+0 to 8, 2 events, null", "changed", "give-credit"],
  },
  "images are files before the text that links them is on its way, also where the text waits": {
    row: { head: { ...ROW.head, images: "files" } },
    answers: [opened, withImages(0), { refused: {} }],
    trace: [
      "want the destination",
      'ask prepare 1 false {"folder":"a.assets","refused":{}} R\nevents',
      `want files of ${IMAGE} 70`,
      "advance 100+0 to 8, 2 events, R2",
      "changed",
      "give-credit",
    ],
  },
  "a text that links an image without a file is made anew, without the link": {
    row: { head: { ...ROW.head, images: "files" } },
    answers: [opened, withImages(10), { refused: { [IMAGE]: "symlink" } }, prepared(9), appended],
    trace: [
      "want the destination",
      'ask prepare 1 false {"folder":"a.assets","refused":{}} R\nevents',
      `want files of ${IMAGE} 70`,
      `ask prepare 1 false {"folder":"a.assets","refused":{"${IMAGE}":"symlink"}} R\nevents`,
      "open 100+9 to 8, 2 events, R2",
      "ask append 1 100",
      "commit at 109",
      "changed",
      "give-credit",
    ],
    after: { size: 109 },
  },
  "an image that cannot be written now blocks the recording: nothing was delivered": {
    row: { head: { ...ROW.head, images: "files" } },
    answers: [opened, withImages(10), { problem: { why: "no space left", kind: "machine" } }],
    trace: [
      "want the destination",
      'ask prepare 1 false {"folder":"a.assets","refused":{}} R\nevents',
      `want files of ${IMAGE} 70`,
      "end-writer",
      "stop-feed",
      "blocked anew (machine): no space left",
    ],
    after: { size: 100 },
  },
  "kato ends before an image can be written: the next run reads on from here": {
    row: { head: { ...ROW.head, images: "files" } },
    answers: [opened, withImages(10), null],
    trace: [
      "want the destination",
      'ask prepare 1 false {"folder":"a.assets","refused":{}} R\nevents',
      `want files of ${IMAGE} 70`,
    ],
    after: { size: 100 },
  },
  "no events, and nothing written: no writer is needed": {
    row: { render: null },
    batch: { count: 0, skipped: 0, end: true },
    trace: ["advance 100+0 to 5, 0 events, last, null", "changed", "stopped"],
    after: { closed: true },
  },
  "no events in the middle: no writer is needed": {
    batch: { count: 0, skipped: 3 },
    trace: ["advance 100+0 to 8, 0 events, R", "changed", "give-credit"],
  },
  "no events at the end, after others: the renderer says what waited": {
    batch: { count: 0, skipped: 0, end: true },
    answers: [opened, prepared(7), appended, closed],
    trace: [
      "want the destination",
      "ask prepare 1 true R\nevents",
      "open 100+7 to 5, 0 events, last, R2",
      "ask append 1 100",
      "commit at 107",
      "changed",
      "ask close",
      "end-writer",
      "stopped",
    ],
    after: { closed: true },
  },
  "the last batch has the writer close before the end is reported": {
    batch: { end: true },
    answers: [opened, prepared(0), closed],
    trace: [
      "want the destination",
      "ask prepare 1 true R\nevents",
      "advance 100+0 to 8, 2 events, last, R2",
      "changed",
      "ask close",
      "end-writer",
      "stopped",
    ],
    after: { closed: true },
  },
  "a writer that cannot close is ended all the same": {
    batch: { end: true },
    answers: [opened, prepared(0), failed],
    trace: [
      "want the destination",
      "ask prepare 1 true R\nevents",
      "advance 100+0 to 8, 2 events, last, R2",
      "changed",
      "ask close",
      "end-writer",
      "stopped",
    ],
    after: { closed: true },
  },
  "resumed while its writer closes: it goes on": {
    batch: { end: true },
    answers: [opened, prepared(0), { id: 1, active: true }, closed],
    trace: [
      "want the destination",
      "ask prepare 1 true R\nevents",
      "advance 100+0 to 8, 2 events, last, R2",
      "changed",
      "ask close",
      "end-writer",
    ],
    after: { closed: false },
  },
  "a file as large as policy allows is written": {
    answers: [{ size: MAX - 10, isSame: true }, prepared(10), appended],
    trace: [
      ...PREPARE,
      "open 990+10 to 8, 2 events, R2",
      "ask append 1 990",
      "commit at 1000",
      "changed",
      "give-credit",
    ],
  },
  "one byte more than policy allows is not written": {
    answers: [{ size: MAX - 9, isSame: true }, prepared(10)],
    trace: [...PREPARE, "stop-feed", `blocked anew (full): ${full}`],
    after: { problem: { why: full, kind: "full" }, reported: full, batches: [], closed: false },
  },
  "one that was ended and is full is let go": {
    row: { until: 9 },
    answers: [{ size: MAX, isSame: true }, prepared(1)],
    trace: [...PREPARE, "end-writer", "stop-feed", `give-up: ${full}`, "stopped"],
    after: { closed: true, problem: null },
  },
  "ended while its writer renders, and full: it is let go": {
    answers: [{ size: MAX, isSame: true }, { id: 1, until: 9 }, prepared(1)],
    trace: [...PREPARE, "end-writer", "stop-feed", `give-up: ${full}`, "stopped"],
    after: { closed: true },
  },
  "the person edits the file: nothing of it is touched, and kato goes on at its end": {
    answers: [opened, prepared(10), changed(130), changed(140), appended],
    trace: [
      ...PREPARE,
      "open 100+10 to 8, 2 events, R2",
      "ask append 1 100",
      "edited: 130",
      "open 130+10 to 8, 2 events, R2",
      "ask append 1 130",
      "edited: 140",
      "open 140+10 to 8, 2 events, R2",
      "ask append 1 140",
      "commit at 150",
      "changed",
      "give-credit",
    ],
    after: { size: 150 },
  },
  "what the file measures after an append is not believed": {
    answers: [opened, prepared(10), { type: "appended", delivery: 1, size: 5_000 }],
    trace: [
      ...PREPARE,
      "open 100+10 to 8, 2 events, R2",
      "ask append 1 100",
      "commit at 110",
      "changed",
      "give-credit",
    ],
    after: { size: 110 },
  },
  "a writer that cannot append is ended, and the delivery stays open": {
    answers: [opened, prepared(10), failed],
    trace: [
      ...PREPARE,
      "open 100+10 to 8, 2 events, R2",
      "ask append 1 100",
      "end-writer",
      "stop-feed",
      "blocked anew (machine): cannot write /exports/a.md: No space left",
    ],
    after: { batches: [], closed: false },
  },
  "a writer that cannot render is ended": {
    answers: [opened, failed],
    trace: [
      ...PREPARE,
      "end-writer",
      "stop-feed",
      "blocked anew (machine): cannot write /exports/a.md: No space left",
    ],
  },
  "a problem that was reported is reported again only as a problem": {
    state: { reported: "cannot write /exports/a.md: No space left" },
    answers: [opened, failed],
    trace: [
      ...PREPARE,
      "end-writer",
      "stop-feed",
      "blocked (machine): cannot write /exports/a.md: No space left",
    ],
  },
  "something that was written makes the next problem news": {
    state: { reported: "old" },
    answers: [opened, prepared(0)],
    trace: [...PREPARE, "advance 100+0 to 8, 2 events, R2", "changed", "give-credit"],
    after: { reported: null },
  },
  "a destination that cannot be opened for now blocks it": {
    answers: [{ problem: { why: "cannot open", kind: "machine" } }],
    trace: ["want the destination", "stop-feed", "blocked anew (machine): cannot open"],
    after: { problem: { why: "cannot open", kind: "machine" } },
  },
  "ended, and the machine says no for now: it waits": {
    row: { until: 9 },
    answers: [{ problem: { why: "cannot open", kind: "machine" } }],
    trace: ["want the destination", "stop-feed", "blocked anew (machine): cannot open"],
    after: { closed: false },
  },
  "ended, and its log is not there: it waits": {
    row: { until: 9 },
    answers: [{ problem: { why: "gone", kind: "no-log" } }],
    trace: ["want the destination", "stop-feed", "blocked anew (no-log): gone"],
    after: { closed: false },
  },
  "ended, and policy denies the destination: it is let go": {
    row: { until: 9 },
    answers: [{ problem: { why: "denied", kind: "denied" } }],
    trace: ["want the destination", "end-writer", "stop-feed", "give-up: denied", "stopped"],
    after: { closed: true },
  },
  "not ended, and policy denies the destination: it waits for another policy": {
    answers: [{ problem: { why: "denied", kind: "denied" } }],
    trace: ["want the destination", "stop-feed", "blocked anew (denied): denied"],
    after: { closed: false },
  },
  "kato ends before there was a place for a writer": {
    answers: [null],
    trace: ["want the destination"],
    after: { closed: false, problem: null },
  },
  "its log is lost in the middle: what is on its way is written": {
    answers: [
      opened,
      prepared(10),
      (state) => block(state, { why: "gone", kind: "no-log" }),
      appended,
    ],
    trace: [
      ...PREPARE,
      "open 100+10 to 8, 2 events, R2",
      "ask append 1 100",
      "stop-feed",
      "blocked anew (no-log): gone",
      "commit at 110",
      "changed",
      "give-credit",
    ],
    after: { problem: { why: "gone", kind: "no-log" } },
  },
};

Deno.test("recorder: what becomes of a batch", async (t) => {
  for (const [name, { batch, answers, trace, after, ...given }] of Object.entries(DELIVERIES)) {
    await t.step(name, () => {
      const batches = [{ ...BATCH, ...batch }];
      const played = play(deliver, { ...given, state: { batches, ...given.state } }, answers);
      assert.deepEqual(played.trace, trace);
      assert.deepEqual({ ...played.state, ...after }, played.state);
    });
  }
});

Deno.test("recorder: the writer hears with each delivery which secrets policy has replaced", () => {
  const redaction = { secrets: true, prefixes: ["ACME-"], allow: [] };
  const seen = { row: ROW, delivery: null, isOpen: true, maxBytes: MAX, redaction };
  const opened = deliver({ ...beginRecorder(100), batches: [BATCH] }, seen);
  assert.ok(opened.question?.question === "open");
  const asked = opened.question.then(opened.state, seen, true);
  assert.ok(asked.question?.question === "writer" && asked.question.message.type === "prepare");
  assert.deepEqual(asked.question.message.redaction, redaction);
});

Deno.test("recorder: batches are delivered in order, each once; with none there is nothing to do", () => {
  const second = { ...BATCH, first: 8, count: 1, skipped: 0 };
  const queued = takeBatch(takeBatch(beginRecorder(100), BATCH).state, second);
  assert.deepEqual([queued.effects, queued.question], [[], null]);
  assert.deepEqual(queued.state.batches, [BATCH, second]);
  const once = play(deliver, { state: queued.state }, [opened, prepared(10), appended]);
  assert.deepEqual(once.state.batches, [second]);
  const twice = play(
    deliver,
    { state: once.state, row: once.seen.row, isOpen: true },
    [{ size: 110, isSame: true }, prepared(5), appended],
  );
  assert.deepEqual(twice.trace.slice(1, 4), [
    "ask prepare 2 false R2\nevents",
    "open 110+5 to 9, 1 events, R2",
    "ask append 2 110",
  ]);
  assert.deepEqual(play(deliver, { state: twice.state }).trace, []);
});

const CRASHES: Readonly<Record<string, Case>> = {
  "nothing was under way": { trace: ["start-feed"] },
  "nothing was under way, and it is over": {
    row: { active: false },
    trace: ["stopped"],
    after: { closed: true },
  },
  "over, and its writer is there": {
    row: { active: false },
    isOpen: true,
    answers: [closed],
    trace: ["ask close", "end-writer", "stopped"],
    after: { closed: true },
  },
  "not a byte was written": {
    delivery: {},
    answers: [opened],
    trace: ["want the destination", "drop at 100", "start-feed"],
    after: { size: 100 },
  },
  "all was written": {
    delivery: {},
    answers: [{ size: 110, isSame: true }],
    trace: ["want the destination", "commit at 110", "start-feed"],
    after: { size: 110 },
  },
  "all was written, and it was the last": {
    delivery: { last: true },
    answers: [{ size: 110, isSame: true }, closed],
    trace: ["want the destination", "commit at 110", "ask close", "end-writer", "stopped"],
    after: { closed: true },
  },
  "some was written: the file is cut": {
    delivery: {},
    answers: [{ size: 104, isSame: true }, truncated],
    trace: ["want the destination", "ask truncate 100", "drop at 100", "start-feed"],
    after: { size: 100 },
  },
  "some was written, and the file cannot be cut": {
    delivery: {},
    answers: [{ size: 104, isSame: true }, failed],
    trace: [
      "want the destination",
      "ask truncate 100",
      "end-writer",
      "stop-feed",
      "blocked anew (machine): cannot write /exports/a.md: No space left",
    ],
    after: { size: 104 },
  },
  "another file is there, of a size as if it were torn: it is never cut": {
    delivery: {},
    answers: [{ size: 104, isSame: false }],
    trace: ["want the destination", "edited: 104", "drop at 104", "start-feed"],
    after: { size: 104 },
  },
  "somebody wrote to the file": {
    delivery: {},
    answers: [{ size: 150, isSame: true }],
    trace: ["want the destination", "edited: 150", "drop at 150", "start-feed"],
    after: { size: 150 },
  },
  "somebody cut the file": {
    delivery: {},
    answers: [{ size: 99, isSame: true }],
    trace: ["want the destination", "edited: 99", "drop at 99", "start-feed"],
  },
  "the destination is denied": {
    delivery: {},
    answers: [{ problem: { why: "denied", kind: "denied" } }],
    trace: ["want the destination", "stop-feed", "blocked anew (denied): denied"],
  },
  "kato ends before there was a place for a writer": {
    delivery: {},
    answers: [null],
    trace: ["want the destination"],
  },
};

Deno.test("recorder: what a crash left is settled by the file's length", async (t) => {
  for (const [name, { answers, trace, after, ...given }] of Object.entries(CRASHES)) {
    await t.step(name, () => {
      const played = play(goOn, given, answers);
      assert.deepEqual(played.trace, trace);
      assert.deepEqual({ ...played.state, ...after }, played.state);
    });
  }
});

Deno.test("recorder: an answer that was not asked for is a bug", () => {
  const batches = [BATCH];
  const unasked = /internal error: unexpected/;
  assert.throws(() => play(deliver, { state: { batches } }, [opened, appended]), unasked);
  assert.throws(() => play(deliver, { state: { batches } }, [opened, prepared(1), truncated]), unasked);
});

Deno.test("recorder: a failure ends the writer and blocks, a start forgets problem and batches", () => {
  const problem: Problem = { why: "w", kind: "machine" };
  const failing = fail({ ...beginRecorder(1), batches: [BATCH] }, problem);
  assert.deepEqual(failing.effects, [
    { effect: "end-writer" },
    { effect: "stop-feed" },
    { effect: "blocked", problem, isNew: true },
  ]);
  assert.deepEqual(failing.state, { ...beginRecorder(1), problem, reported: "w" });
  const again = fail(failing.state, problem);
  assert.deepEqual(again.effects.at(-1), { effect: "blocked", problem, isNew: false });
  const other = fail(failing.state, { ...problem, why: "another" });
  assert.deepEqual(other.effects.at(-1), {
    effect: "blocked",
    problem: { ...problem, why: "another" },
    isNew: true,
  });
  const started = restart({ ...failing.state, batches: [BATCH] });
  assert.deepEqual(started, { state: { ...beginRecorder(1), reported: "w" }, effects: [], question: null });
});

Deno.test("recorder: only one that is blocked and was ended is given up", () => {
  const blocked = { problem: { why: "full disk", kind: "machine" } } as const;
  const given = ["end-writer", "stop-feed", "give-up: full disk", "stopped"];
  assert.deepEqual(play(giveUp, { state: blocked, row: { until: 9 } }).trace, given);
  assert.deepEqual(play(giveUp, { state: blocked, row: { until: 9 } }).state.closed, true);
  assert.deepEqual(play(giveUp, { state: blocked }).trace, []);
  assert.deepEqual(play(giveUp, { row: { until: 9 } }).trace, []);
  assert.deepEqual(play((state) => letGo(state, "full disk"), {}).trace, given);
});
