/** Recordings that are under way, with a state on the disk and a parser and writers that the test plays. */
import assert from "node:assert/strict";
import { REDACTION } from "../../src/protocol/redaction.ts";
import type { OpenResult } from "../../src/daemon/recorder_context.ts";
import { createRecorders, type Recorders } from "../../src/daemon/recorders.ts";
import { type RecordingsStore, storeRecordings } from "../../src/daemon/recordings_store.ts";
import { openState, StateError } from "../../src/daemon/state.ts";
import { WriterGone } from "../../src/daemon/writer_client.ts";
import type { ProviderId } from "../../src/protocol/event.ts";
import type { FromParser } from "../../src/protocol/parser_messages.ts";
import type { FromWriter, ToWriter } from "../../src/protocol/writer_messages.ts";
import { until } from "./stage/until.ts";

const CHECKPOINT = {
  v: 1 as const,
  seq: 3,
  meta: { title: null, project: null, started: null, client: null },
  main: { cursor: null, fold: null, skip: 0 },
  agents: {},
  recent: [],
};

interface Scene {
  readonly store: RecordingsStore;
  readonly recorders: Recorders;
  /** What was sent, written and reported, in order. */
  readonly deeds: string[];
  /** What the next openings come to; without any, a file of 0 bytes. */
  readonly openings: (OpenResult | Error)[];
  /** What the writer says; without any, what a good one would. */
  readonly answers: (FromWriter | Error | Promise<FromWriter>)[];
  /** Whether the file at the destination is the one that is open. */
  unchanged: boolean;
  /** The change of the state that fails next. */
  fails: keyof RecordingsStore | null;
  changes: number;
  /** What the file measures. */
  size: number;
  rest: (() => void) | null;
  add(own?: { session?: string; provider?: ProviderId; until?: number | null }): number;
  /** The feed that was asked for last. */
  feed(): number;
  batch(own?: Partial<Extract<FromParser, { type: "batch" }>>): void;
  /** Waits until `deed` was done so often. */
  done(deed: string, times?: number): Promise<void>;
}

async function withRecorders(play: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const state = openState(`${folder}/kato.db`);
  if (!state.opened) throw new Error(state.message);
  const store = storeRecordings(state.database);
  const failing = new Proxy(store, {
    get(target, name) {
      if (name !== scene.fails) return Reflect.get(target, name);
      return () => {
        scene.fails = null;
        throw new StateError("Cannot use the state: disk full");
      };
    },
  });
  const deeds: string[] = [];
  let lastFeed = 0;
  const writer = {
    async ask(message: ToWriter) {
      deeds.push(message.type === "append" ? `append at ${message.size}` : message.type);
      const given = scene.answers.shift();
      if (given instanceof Error) throw given;
      return { message: await given ?? good(message), payload: new TextEncoder().encode("R") };
    },
    end: () => void deeds.push("writer ended"),
  };
  function good(message: ToWriter): FromWriter {
    switch (message.type) {
      case "prepare":
        return { type: "prepared", delivery: message.delivery, length: 10 };
      case "append":
        scene.size = message.size + 10;
        return { type: "appended", delivery: message.delivery, size: scene.size };
      case "truncate":
        scene.size = message.length;
        return { type: "truncated", size: scene.size };
      default:
        return { type: "closed" };
    }
  }
  const recorders = createRecorders({
    store: failing,
    maxBytes: 1_000,
    redaction: REDACTION,
    send(provider, message) {
      if (message.type === "feed") lastFeed = message.feed;
      deeds.push(`${provider} ${message.type}${"feed" in message ? ` ${message.feed}` : ""}`);
    },
    watch: ({ session }) => void deeds.push(`watch ${session}`),
    async open() {
      deeds.push("open");
      const given = await Promise.resolve(scene.openings.shift());
      if (given instanceof Error) throw given;
      const place = {
        work: () => void deeds.push("works"),
        rest: (hasMore: boolean, giveBack: () => void) => {
          deeds.push(hasMore ? "has more" : "rests");
          scene.rest = giveBack;
        },
      };
      return given === undefined ? { writer, place, size: scene.size, isSame: true } : given;
    },
    keepImages: () => Promise.resolve({ refused: {} }),
    unchanged: () => scene.unchanged,
    noteChange: (_, reason) => void deeds.push(reason),
    noteRedacted: (_, redacted) => void deeds.push(`redacted ${JSON.stringify(redacted)}`),
    givenUp: (_, why) => void deeds.push(`given up: ${why}`),
    changed: () => scene.changes += 1,
    blocked: ({ id }, { why, kind }) => void deeds.push(`${id} blocked (${kind}): ${why}`),
    stopped: ({ id }) => void deeds.push(`${id} stopped`),
  });
  const scene: Scene = {
    store,
    recorders,
    deeds,
    openings: [],
    answers: [],
    unchanged: true,
    fails: null,
    changes: 0,
    size: 0,
    rest: null,
    add({ session = "s", provider = "codex", until = null } = {}) {
      const meta = { provider, session, title: null, project: null, started: null, client: null };
      const id = store.add({
        ref: { provider, session },
        kind: "record",
        destination: "/exports/a.md",
        whole: true,
        head: { format: "md", meta, timeZone: "UTC", include: ["thinking"] },
        checkpoint: null,
        next: 0,
        until,
        file: { dev: 1, ino: 2 },
      });
      return id;
    },
    feed: () => lastFeed,
    batch(own) {
      const meta = { provider: "codex" as const, session: "s", ...CHECKPOINT.meta };
      const batch = {
        meta,
        feed: lastFeed,
        session: "s",
        first: 0,
        count: 1,
        skipped: 0,
        checkpoint: CHECKPOINT,
        end: false,
      };
      recorders.take({ type: "batch", ...batch, ...own }, null);
    },
    done: async (deed, times = 1) =>
      void await until(`${deed} is done`, () => deeds.filter((done) => done === deed).length >= times, {
        ms: 10_000,
        saw: () => deeds.join("\n"),
      }),
  };
  try {
    await play(scene);
    await recorders.close();
  } finally {
    state.database.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("recorders: a feed is asked for, batches are written, and the end is reported", () =>
  withRecorders(async (scene) => {
    const { store, recorders, deeds, add, batch, done } = scene;
    const id = add();
    recorders.start(store.get(id));
    await done("codex feed 1");
    batch();
    batch({ first: 1, end: true });
    await done(`${id} stopped`);
    assert.deepEqual(deeds, [
      "watch s",
      "codex feed 1",
      "open",
      "prepare",
      "append at 0",
      "codex credit 1",
      "has more",
      "works",
      "prepare",
      "append at 10",
      "close",
      "writer ended",
      "codex unfeed 1",
      `${id} stopped`,
    ]);
    const { active, size, events, next } = store.get(id);
    assert.deepEqual({ active, size, events, next }, { active: false, size: 20, events: 2, next: 2 });
    assert.equal(store.delivery(id), null);
    assert.equal(scene.changes, 2);
  }));

Deno.test("recorders: a batch or the end of a feed that is not theirs is nobody's", () =>
  withRecorders(async ({ store, recorders, deeds, add, batch, done }) => {
    const id = add();
    recorders.start(store.get(id));
    await done("codex feed 1");
    batch({ feed: 7 });
    recorders.lost({ type: "lost", feed: 7, session: "s", why: "gone" } as never);
    batch();
    await done("rests");
    assert.equal(deeds.filter((deed) => deed === "prepare").length, 1);
    assert.equal(recorders.problem(id), null);
  }));

Deno.test("recorders: one that waits for another's file is not started", () =>
  withRecorders(async ({ store, recorders, deeds, add }) => {
    const id = add();
    recorders.start({ ...store.get(id), follows: 3 });
    await recorders.close();
    assert.deepEqual(deeds, []);
  }));

Deno.test("recorders: a writer that ends blocks its recording, and it is tried again by itself", () =>
  withRecorders(async ({ store, recorders, deeds, answers, add, batch, done }) => {
    const id = add();
    answers.push(new WriterGone("killed"));
    recorders.start(store.get(id));
    await done("codex feed 1");
    const settled = recorders.settled(id);
    batch();
    await settled;
    await done(`${id} blocked (machine): its writer ended: killed`);
    assert.equal(recorders.problem(id), "its writer ended: killed");
    await recorders.settled(id);
    await done("codex feed 2");
    assert.equal(recorders.problem(id), null);
    assert.deepEqual(deeds.slice(2), [
      "open",
      "prepare",
      "writer ended",
      "codex unfeed 1",
      `${id} blocked (machine): its writer ended: killed`,
      "watch s",
      "codex feed 2",
    ]);
  }));

Deno.test("recorders: a disk that takes no state blocks, and the same reason is reported once", () =>
  withRecorders(async ({ store, recorders, deeds, openings, add, batch, done }) => {
    const id = add();
    const full = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
    openings.push(full, full);
    recorders.start(store.get(id));
    await done("codex feed 1");
    batch();
    await done("codex feed 2");
    batch();
    await done("codex feed 3");
    assert.equal(deeds.filter((deed) => deed.includes("blocked")).length, 1);
  }));

Deno.test("recorders: an error that nothing outside kato explains is a bug, and blocks as one", () =>
  withRecorders(async ({ store, recorders, deeds, openings, add, batch, done }) => {
    const id = add();
    openings.push(new TypeError("quoted from a log"));
    recorders.start(store.get(id));
    await done("codex feed 1");
    batch();
    await until("it is blocked", () => recorders.problem(id));
    const [said = ""] = deeds.filter((deed) => deed.includes("blocked"));
    assert.match(said, /blocked \(bug\): internal error: TypeError at /);
    assert.ok(!said.includes("quoted"));
  }));

Deno.test("recorders: a file that another one has taken the place of is opened again", () =>
  withRecorders(async (scene) => {
    const { store, recorders, deeds, add, batch, done } = scene;
    const id = add();
    recorders.start(store.get(id));
    await done("codex feed 1");
    batch();
    await done("codex credit 1");
    scene.unchanged = false;
    batch({ first: 1 });
    await done("codex credit 1", 2);
    assert.equal(deeds.filter((deed) => deed === "open").length, 2);
    scene.unchanged = true;
    batch({ first: 2 });
    await done("codex credit 1", 3);
    assert.equal(deeds.filter((deed) => deed === "open").length, 2);
  }));

Deno.test("recorders: a writer that rests can be given back, and the next batch opens another", () =>
  withRecorders(async (scene) => {
    const { store, recorders, deeds, add, batch, done } = scene;
    const id = add();
    recorders.start(store.get(id));
    await done("codex feed 1");
    batch();
    await done("rests");
    scene.rest?.();
    assert.equal(deeds.at(-1), "writer ended");
    const old = scene.rest;
    batch({ first: 1 });
    await done("rests", 2);
    assert.deepEqual(deeds.filter((deed) => deed === "open" || deed === "works"), ["open", "open"]);
    old?.();
    assert.notEqual(deeds.at(-1), "writer ended", "what was given back is not given back again");
  }));

Deno.test("recorders: whose log is lost waits for it, and others of another session do not start", () =>
  withRecorders(async ({ store, recorders, deeds, add, done }) => {
    const [id, other] = [add(), add({ session: "t" })];
    recorders.start(store.get(id));
    await done("codex feed 1");
    recorders.start(store.get(other));
    await done("codex feed 2");
    recorders.lost({ type: "lost", feed: 1, session: "s", why: "gone" } as never);
    assert.equal(deeds.at(-1), `${id} blocked (no-log): gone`);
    let isSettled = false;
    const settled = recorders.settled(id).then(() => isSettled = true);
    recorders.found({ provider: "codex", session: "t" });
    recorders.found({ provider: "gemini", session: "s" });
    assert.equal(recorders.problem(id), "gone");
    recorders.found({ provider: "codex", session: "s" });
    assert.equal(recorders.problem(id), null, "at once, and not after a pause");
    await done("codex feed 3");
    assert.equal(isSettled, false, "the want of a log is no end");
    recorders.found({ provider: "codex", session: "s" });
    assert.equal(deeds.at(-1), "codex feed 3", "one that misses nothing is not started again");
    // What ends while its log is missing is over: no wait would bring it.
    recorders.lost({ type: "lost", feed: 3, session: "s", why: "gone" } as never);
    store.end(id, 5);
    recorders.ended(store.get(id));
    await settled;
    assert.deepEqual(deeds.slice(-2), ["given up: gone", `${id} stopped`]);
    assert.equal(store.get(id).active, false);
  }));

Deno.test("recorders: the end of one that is under way goes to its feed; a full disk is waited for", () =>
  withRecorders(async ({ store, recorders, deeds, openings, add, batch, done }) => {
    const id = add();
    recorders.start(store.get(id));
    await done("codex feed 1");
    recorders.ended(store.get(id));
    assert.equal(deeds.at(-1), "codex feed 1", "it has no end");
    store.end(id, 5);
    recorders.ended(store.get(id));
    assert.equal(deeds.at(-1), "codex until 1");
    openings.push({ problem: { why: "no space", kind: "machine" } });
    batch();
    await done(`${id} blocked (machine): no space`);
    recorders.ended(store.get(id));
    await done("codex feed 2");
    assert.equal(store.get(id).active, true);
  }));

for (const kind of ["denied", "full"] as const) {
  Deno.test(`recorders: one that is blocked (${kind}) is let go when it ends`, () =>
    withRecorders(async ({ store, recorders, deeds, openings, add, batch, done }) => {
      const id = add();
      openings.push({ problem: { why: kind, kind } });
      recorders.start(store.get(id));
      await done("codex feed 1");
      batch();
      await done(`${id} blocked (${kind}): ${kind}`);
      store.end(id, 5);
      recorders.ended(store.get(id));
      await done(`${id} stopped`);
      assert.deepEqual(deeds.slice(-2), [`given up: ${kind}`, `${id} stopped`]);
    }));
}

Deno.test("recorders: a new parser is asked for every feed of its provider again", () =>
  withRecorders(async ({ store, recorders, deeds, add, done }) => {
    const [one, other] = [add(), add({ provider: "gemini", session: "g" })];
    recorders.start(store.get(one));
    await done("codex feed 1");
    recorders.start(store.get(other));
    await done("gemini feed 2");
    recorders.restartFeeds("codex");
    await done("codex feed 3");
    assert.deepEqual(deeds.slice(4), ["watch s", "codex feed 3"]);
  }));

Deno.test("recorders: what is blocked and was ended is given up when asked, once", () =>
  withRecorders(async ({ store, recorders, deeds, openings, add, batch, done }) => {
    const id = add();
    recorders.start(store.get(id));
    await done("codex feed 1");
    assert.equal(await recorders.giveUp({ provider: "codex", session: "s" }), 0, "it is not blocked");
    openings.push({ problem: { why: "no space", kind: "machine" } });
    store.end(id, 5);
    batch();
    await done(`${id} blocked (machine): no space`);
    assert.equal(await recorders.giveUp({ provider: "codex", session: "t" }), 0, "it is another session's");
    const given = await Promise.all([1, 2].map(() => recorders.giveUp({ provider: "codex", session: "s" })));
    assert.deepEqual(given, [1, 0]);
    assert.ok(deeds.includes("given up: no space"));
    assert.equal(await recorders.giveUp({ provider: "codex", session: "s" }), 0);
    await recorders.settled(id);
  }));

Deno.test("recorders: after a close nothing is tried again, and no batch is taken", () =>
  withRecorders(async ({ store, recorders, deeds, add, batch, done }) => {
    const id = add();
    recorders.start(store.get(id));
    await done("codex feed 1");
    batch();
    await done("rests");
    await recorders.close();
    assert.equal(deeds.at(-1), "writer ended");
    batch({ first: 1 });
    await recorders.close();
    assert.equal(deeds.at(-1), "writer ended");
    assert.equal(store.get(id).next, 1);
  }));

Deno.test("recorders: what renders to nothing is read on, and an edit is on record and goes before what follows", () =>
  withRecorders(async (scene) => {
    const { store, recorders, deeds, answers, add, batch, done } = scene;
    const id = add();
    store.setFile(id, { dev: 1, ino: 2 }, 0, null);
    recorders.start(store.get(id));
    await done("codex feed 1");
    answers.push({ type: "prepared", delivery: 1, length: 0 });
    batch();
    await done("codex credit 1");
    assert.deepEqual([store.get(id).next, store.get(id).size], [1, 0]);
    answers.push({ type: "prepared", delivery: 2, length: 10 }, { type: "changed", delivery: 2, size: 5 });
    batch({ first: 1 });
    await done("codex credit 1", 2);
    assert.ok(deeds.indexOf("edited") < deeds.indexOf("append at 5"));
    assert.deepEqual([store.get(id).next, store.get(id).size], [2, 15]);
    assert.equal(deeds.filter((deed) => deed === "edited").length, 1);
  }));

Deno.test("recorders: what another recording of the same file wrote is no edit", () =>
  withRecorders(async (scene) => {
    const { store, recorders, deeds, answers, add, batch, done } = scene;
    const [id, other] = [add(), add({ session: "t" })];
    store.setFile(other, { dev: 1, ino: 2 }, 5, null);
    recorders.start(store.get(id));
    await done("codex feed 1");
    answers.push({ type: "prepared", delivery: 1, length: 10 }, { type: "changed", delivery: 1, size: 5 });
    batch();
    await done("append at 5");
    assert.ok(!deeds.includes("edited"));
  }));

/** The change that fails; what the writer did until then; what it does when it is tried again. */
const FAULTS: readonly [keyof RecordingsStore, readonly string[], readonly string[]][] = [
  // Nothing goes into the file before its delivery is in the state.
  ["openDelivery", ["prepare"], ["prepare", "append at 0"]],
  // It is in the file, and not in the state: the file's length says so.
  ["commitDelivery", ["prepare", "append at 0"], []],
];

for (const [change, before, after] of FAULTS) {
  Deno.test(`recorders: a state that takes no ${change} blocks, and then every event is there once`, () =>
    withRecorders(async (scene) => {
      const { store, recorders, deeds, openings, add, batch, done } = scene;
      const id = add();
      recorders.start(store.get(id));
      await done("codex feed 1");
      scene.fails = change;
      batch();
      await done(`${id} blocked (machine): Cannot use the state: disk full`);
      const written = () => deeds.filter((deed) => /^(prepare|append|truncate)/.test(deed));
      assert.deepEqual(written(), before);
      assert.ok(deeds.indexOf("writer ended") < deeds.indexOf("codex unfeed 1"));
      assert.equal(store.get(id).next, 0);
      deeds.length = 0;
      await done("codex feed 2");
      batch();
      if (change === "openDelivery") await done("codex credit 2");
      await recorders.close();
      assert.deepEqual(written(), after);
      assert.deepEqual([store.get(id).next, store.get(id).size, store.delivery(id)], [1, 10, null]);
      assert.deepEqual(openings, []);
    }));
}

Deno.test("recorders: a delivery that a crash left torn is cut, and sent again", () =>
  withRecorders(async (scene) => {
    const { store, recorders, deeds, add, batch, done } = scene;
    const id = add();
    const render = new Uint8Array();
    const delivery = {
      before: 0,
      length: 10,
      checkpoint: CHECKPOINT,
      next: 1,
      events: 1,
      last: false,
      render,
    };
    store.openDelivery(id, delivery);
    scene.size = 4;
    recorders.start(store.get(id));
    await done("codex feed 1");
    assert.deepEqual(deeds.slice(0, 4), ["open", "truncate", "watch s", "codex feed 1"]);
    batch();
    await done("codex credit 1");
    assert.deepEqual([store.get(id).size, store.get(id).next], [10, 1]);
  }));
