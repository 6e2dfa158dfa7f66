/** What a feed puts into its batches, and when it closes one. */
import assert from "node:assert/strict";
import { type Batch, feedSession, type SessionFeed } from "../../src/parser/feed_session.ts";
import type { Advance } from "../../src/parser/read_records.ts";
import type { SessionReader } from "../../src/parser/session_reader.ts";
import type { Checkpoint } from "../../src/protocol/cursor.ts";
import type { Event } from "../../src/protocol/event.ts";
import { BATCH_BYTES, BATCH_EVENTS } from "../../src/protocol/limits.ts";

type Step = "more" | "wait" | "linger" | "gone" | readonly string[];

/** A reader of these steps: texts of the events of one record, or what it answers instead. Then it waits. */
function readerOf(steps: readonly Step[], from = 0): SessionReader {
  const left = [...steps];
  let seq = from;
  const place = { v: 1, provider: "codex", session: "s", time: null, agent: "main", type: "user" } as const;
  const eventOf = (text: string): Event => ({ ...place, id: `e${seq}`, seq: seq++, text });
  return {
    advance() {
      const step = left.shift() ?? "wait";
      if (typeof step === "string") return step;
      const events = step.map((text) => ({ event: eventOf(text), own: text, said: null }));
      return { events, origin: "user", record: {}, continues: null } as unknown as Advance;
    },
    checkpoint: () => ({ seq }) as Checkpoint,
    meta: () => ({
      provider: "codex",
      session: "s",
      title: null,
      project: null,
      started: null,
      client: null,
    }),
    offset: () => 0,
  };
}

const decoder = new TextDecoder();

function show(step: ReturnType<SessionFeed["step"]>) {
  if (typeof step === "string") return step;
  const { first, count, skipped, end, payload, checkpoint } = step;
  const texts = decoder.decode(payload).split("\n").filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { text: string }).text);
  return `${first}+${count}: ${texts.join(" ")}${skipped > 0 ? `, ${skipped} left out` : ""}${
    end ? ", end" : ""
  }, up to ${checkpoint.seq}`;
}

const NONE = () => false;

/** Up to a command in a record of its own. */
function step(feed: SessionFeed, limit: number): ReturnType<SessionFeed["step"]> {
  return feed.step({ command: limit, record: limit });
}

function steps(feed: SessionFeed, limit: number, count: number): string[] {
  return Array.from({ length: count }, () => show(step(feed, limit)));
}

Deno.test("a batch is sent when there is nothing more to read", () => {
  const feed = feedSession("s", readerOf([["a"], ["b", "c"]]), 0, null, NONE);
  assert.deepEqual(steps(feed, 9, 5), ["more", "more", "0+3: a b c, up to 3", "wait", "wait"]);
});

for (const answer of ["wait", "linger", "gone"] as const) {
  Deno.test(`a batch is sent before a reader's "${answer}", which is answered when there is none`, () => {
    const feed = feedSession("s", readerOf([["a"], answer, answer]), 0, null, NONE);
    assert.deepEqual(steps(feed, 9, 3), ["more", "0+1: a, up to 1", answer]);
  });
}

Deno.test("something incomplete closes no batch", () => {
  const feed = feedSession("s", readerOf([["a"], "more", ["b"]]), 0, null, NONE);
  assert.deepEqual(steps(feed, 9, 4), ["more", "more", "more", "0+2: a b, up to 2"]);
});

Deno.test("a feed stops below the limit that its watch gives, and goes on when that rises", () => {
  const feed = feedSession("s", readerOf([["a"], ["b"], ["c"]]), 0, null, NONE);
  assert.deepEqual(steps(feed, 2, 4), ["more", "more", "0+2: a b, up to 2", "wait"]);
  assert.deepEqual(steps(feed, 3, 3), ["more", "2+1: c, up to 3", "wait"]);
});

Deno.test("a record with a command in it is read when the command was dealt with, or by a feed that ends before it", () => {
  const record = [["a"], ["a notice", "the command", "d"]];
  const limit = { command: 2, record: 1 };
  const feed = feedSession("s", readerOf(record), 0, null, NONE);
  const shown = [feed.step(limit), feed.step(limit), feed.step(limit)].map(show);
  assert.deepEqual(shown, ["more", "0+1: a, up to 1", "wait"]);
  assert.deepEqual(steps(feed, 4, 2), ["more", "1+3: a notice the command d, up to 4"]);
  const ends = feedSession("s", readerOf(record), 0, 2, NONE);
  assert.deepEqual([ends.step(limit), ends.step(limit), ends.step(limit)].map(show), [
    "more",
    "more",
    "0+2: a a notice, end, up to 4",
  ]);
  const later = feedSession("s", readerOf(record), 0, 3, NONE);
  assert.deepEqual([later.step(limit), later.step(limit), later.step(limit)].map(show), shown);
});

Deno.test("a feed ends before the event at `until`, whatever its record holds besides", () => {
  const feed = feedSession("s", readerOf([["a"], ["b", "c", "d"]]), 0, 3, NONE);
  assert.deepEqual(steps(feed, 9, 3), ["more", "more", "0+3: a b c, end, up to 4"]);
});

Deno.test("a feed that has nothing to send before its end says so", () => {
  assert.deepEqual(steps(feedSession("s", readerOf([]), 5, 5, NONE), 9, 1), ["5+0: , end, up to 0"]);
});

Deno.test("a feed can be ended later, and ends at once where it is past that", () => {
  const feed = feedSession("s", readerOf([["a"], ["b"]]), 0, null, NONE);
  step(feed, 9);
  feed.until = 1;
  assert.deepEqual(steps(feed, 9, 1), ["0+1: a, end, up to 1"]);
});

Deno.test("events before the start are read and not sent", () => {
  const feed = feedSession("s", readerOf([["a"], ["b"], ["c"]]), 2, null, NONE);
  assert.deepEqual(steps(feed, 9, 4), ["more", "more", "more", "2+1: c, up to 3"]);
});

Deno.test("inherited events are counted and left out, and a batch may hold nothing else", () => {
  const feed = feedSession(
    "s",
    readerOf([["old"], ["old", "new"], "wait", ["old"]]),
    0,
    null,
    (own) => own === "old",
  );
  assert.deepEqual(steps(feed, 9, 6), [
    ...["more", "more", "0+1: new, 2 left out, up to 3"],
    ...["more", "3+0: , 1 left out, up to 4", "wait"],
  ]);
});

Deno.test("a batch closes when it has enough events", () => {
  const rows = Array.from({ length: BATCH_EVENTS + 1 }, () => ["x"]);
  const feed = feedSession("s", readerOf(rows), 0, null, NONE);
  for (let event = 1; event < BATCH_EVENTS; event += 1) assert.equal(step(feed, 9999), "more");
  assert.equal((step(feed, 9999) as Batch).count, BATCH_EVENTS);
});

Deno.test("a batch closes when it has enough bytes, and the next one counts anew", () => {
  const lineOf = (texts: readonly string[]) => {
    const feed = feedSession("s", readerOf([texts]), 0, null, NONE);
    step(feed, 9);
    return (step(feed, 9) as Batch).payload.length;
  };
  // Every event of this reader has as many characters around its text.
  const room = BATCH_BYTES - lineOf([""]);
  const rows = [["x".repeat(room)], ["x".repeat(room - 1)], ["y"]];
  const feed = feedSession("s", readerOf(rows), 0, null, NONE);
  assert.equal((step(feed, 9) as Batch).count, 1);
  assert.equal(step(feed, 9), "more");
  assert.equal((step(feed, 9) as Batch).count, 2);
});
