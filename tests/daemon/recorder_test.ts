/** One recorder by itself: what it makes of a delivery that a crash left, over a writer that the test plays. */
import assert from "node:assert/strict";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { createRecorder } from "../../src/daemon/recorder.ts";
import { storeRecordings } from "../../src/daemon/recordings_store.ts";
import { openState } from "../../src/daemon/state.ts";
import type { Checkpoint } from "../../src/protocol/cursor.ts";
import { DEFAULT_INCLUDES } from "../../src/protocol/render.ts";
import type { ToWriter } from "../../src/protocol/writer_messages.ts";

const SESSION = "5f0c9a1e-7d42-4b6b-9c1e-000000000001";
const CHECKPOINT: Checkpoint = {
  v: 1,
  seq: 3,
  meta: { title: null, project: null, started: null, client: null },
  main: { cursor: null, fold: null, skip: 0 },
  agents: {},
  recent: [],
};

interface Scene {
  /** What became of writer and recording, in order. */
  readonly deeds: readonly string[];
  readonly recorder: ReturnType<typeof createRecorder>;
  /** Is done while the writer closes. */
  whileClosing(deed: () => void): void;
  /** The person typed the command that resumes it. */
  resume(): void;
}

/** A recording whose last delivery, of ten bytes, is open, and a file that measures `size`. */
async function withOpenEnd(size: number, look: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const state = openState(`${folder}/kato.db`);
  if (!state.opened) throw new Error(state.message);
  const store = storeRecordings(state.database);
  const meta = {
    provider: "claude-code",
    session: SESSION,
    title: null,
    project: null,
    started: null,
    client: null,
  } as const;
  const id = store.add({
    ref: { provider: "claude-code", session: SESSION },
    kind: "record",
    destination: "/exports/notes.md",
    whole: true,
    head: { format: "md", meta, timeZone: "UTC", include: [...DEFAULT_INCLUDES] },
    checkpoint: null,
    next: 0,
    until: 3,
    file: { dev: 1, ino: 2 },
  });
  store.openDelivery(id, {
    before: 0,
    length: 10,
    checkpoint: CHECKPOINT,
    next: 3,
    events: 3,
    last: true,
    render: new Uint8Array(),
  });
  const deeds: string[] = [];
  let closing = () => {};
  const writer = {
    ask(message: ToWriter) {
      deeds.push(message.type);
      if (message.type === "close") closing();
      return Promise.resolve({ message: { type: "closed" } as const, payload: null });
    },
    end: () => void deeds.push("writer ended"),
  };
  const nothing = () => {};
  const place = { work: nothing, rest: nothing };
  const recorder = createRecorder(store.get(id), {
    store,
    open: () => Promise.resolve({ writer, place, size, isSame: true }),
    keepImages: () => Promise.resolve({ refused: {} }),
    unchanged: () => true,
    startFeed: () => void deeds.push("feed"),
    setUntil: nothing,
    stopFeed: nothing,
    giveCredit: nothing,
    maxBytes: 1000,
    redaction: REDACTION,
    noteChange: nothing,
    noteRedacted: nothing,
    blocked: (_, { why }) => void deeds.push(`blocked: ${why}`),
    givenUp: (_, why) => void deeds.push(`given up: ${why}`),
    changed: nothing,
    stopped: () => void deeds.push("stopped"),
  });
  try {
    await look({
      deeds,
      recorder,
      whileClosing: (deed) => closing = deed,
      resume() {
        store.goOn(id);
        recorder.start();
      },
    });
  } finally {
    state.database.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("recorder: a last delivery that was written before a crash ends the recording, and its writer first", () =>
  withOpenEnd(10, async ({ deeds, recorder }) => {
    recorder.start();
    await recorder.settled();
    assert.deepEqual(deeds, ["close", "writer ended", "stopped"]);
    recorder.start();
    await recorder.settled();
    assert.equal(deeds.length, 3, "and that is all");
  }));

Deno.test("recorder: the same when it is tried again after a problem", () =>
  withOpenEnd(10, async ({ deeds, recorder }) => {
    recorder.start();
    await recorder.settled();
    assert.deepEqual(deeds, ["close", "writer ended", "stopped"]);
  }));

Deno.test("recorder: one that is resumed while its writer closes goes on", () =>
  withOpenEnd(10, async ({ deeds, recorder, whileClosing, resume }) => {
    whileClosing(resume);
    recorder.start();
    await recorder.settled();
    await recorder.settled();
    assert.deepEqual(deeds, ["close", "writer ended", "feed"]);
  }));

Deno.test("recorder: a last delivery that was not written is asked for again", () =>
  withOpenEnd(0, async ({ deeds, recorder }) => {
    recorder.start();
    await recorder.settled();
    assert.deepEqual(deeds, ["feed"]);
    await recorder.close();
    assert.deepEqual(deeds, ["feed", "writer ended"]);
  }));
