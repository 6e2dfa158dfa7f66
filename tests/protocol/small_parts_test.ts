/** The small parts of the protocol, one table each. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import * as z from "zod/mini";
import { createByteQueue } from "../../src/protocol/byte_queue.ts";
import { canonicalJson } from "../../src/protocol/canonical_json.ts";
import { receive } from "../../src/protocol/channel.ts";
import { COMMANDS, EVIDENCE, mayCommand } from "../../src/protocol/evidence.ts";
import { inHandOf, markOf } from "../../src/protocol/in_hand.ts";
import { isJournal, withPriority } from "../../src/protocol/journal_line.ts";
import { FRAME_PAYLOAD } from "../../src/protocol/limits.ts";
import type { Frame } from "../../src/protocol/port.ts";
import { sessionKey, shortId } from "../../src/protocol/session.ts";
import { sha256 } from "../../src/protocol/sha256.ts";
import { preparePayload } from "../../src/protocol/writer_messages.ts";

Deno.test("a byte queue gives what was pushed, in any lengths", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 12 });
  fc.assert(fc.property(pieces, fc.array(fc.nat(20)), (pushed, lengths) => {
    const queue = createByteQueue();
    for (const piece of pushed) queue.push(piece);
    const whole = pushed.flatMap((piece) => [...piece]);
    assert.equal(queue.length, whole.length);
    const taken: number[] = [];
    for (const length of lengths) taken.push(...queue.take(Math.min(length, queue.length)));
    assert.deepEqual(taken, whole.slice(0, taken.length));
    assert.equal(queue.length, whole.length - taken.length);
  }));
});

Deno.test("a byte queue gives no bytes that it does not hold", () => {
  const queue = createByteQueue();
  queue.push(new Uint8Array(2));
  assert.throws(() => queue.take(3), /internal error/);
  assert.equal(queue.take(2).length, 2);
});

const CANONICAL: readonly (readonly [value: unknown, text: string])[] = [
  [null, "null"],
  [true, "true"],
  [-0.5, "-0.5"],
  ["ä\n", '"ä\\n"'],
  [[3, [], {}], "[3,[],{}]"],
  [{ b: 1, a: { d: undefined, c: null } }, '{"a":{"c":null},"b":1}'],
  [{ "\u{1f600}": 1, "\uffff": 2, a: 3, B: 4 }, '{"B":4,"a":3,"\u{1f600}":1,"\uffff":2}'],
];
for (const [value, text] of CANONICAL) {
  Deno.test(`the canonical JSON is ${JSON.stringify(text)}`, () => assert.equal(canonicalJson(value), text));
}

Deno.test("what JSON does not have is a bug", () => {
  for (const value of [undefined, NaN, Infinity, -Infinity, 1n, Symbol("x"), () => 1, [undefined]]) {
    assert.throws(() => canonicalJson(value), /internal error/);
  }
});

/** What a receiver of numbers gets of these frames, and says of the first bad one. */
function receiveAll(frames: readonly Frame[], violated: string[] | null) {
  const taken: unknown[] = [];
  const table = z.strictObject({ n: z.number() });
  const port = {
    receive: (take: (frame: Frame) => void) => frames.forEach(take),
    send: () => {},
    close: () => {},
  };
  receive(
    port,
    table,
    (message, payload) => taken.push([message.n, payload?.length ?? null]),
    ...(violated === null ? [] : [(why: string) => void violated.push(why)]),
  );
  return taken;
}

const frame = (header: unknown, payload: Frame["payload"] = null): Frame => ({ header, payload });
/** A payload of that length without its bytes. */
const payloadOf = (length: number) => ({ length }) as unknown as Frame["payload"];

const FRAMES: readonly (readonly [what: string, frame: Frame, why: string | null])[] = [
  ["a message of the table", frame({ n: 2 }), null],
  ["a payload as large as may be", frame({ n: 2 }, payloadOf(FRAME_PAYLOAD)), null],
  ["a payload that is larger", frame({ n: 2 }, payloadOf(FRAME_PAYLOAD + 1)), "a payload that is too large"],
  ["a key too many", frame({ n: 2, m: 3 }), "a message that the protocol does not have"],
  ["a value of another type", frame({ n: "2" }), "a message that the protocol does not have"],
  ["no message at all", frame(null), "a message that the protocol does not have"],
  [
    "a broken frame",
    { header: { n: 2 }, payload: null, broken: "a header that is no JSON" },
    "a header that is no JSON",
  ],
];

for (const [what, second, why] of FRAMES) {
  Deno.test(`receive(): ${what} ${why === null ? "is taken" : "ends it, once"}`, () => {
    const violated: string[] = [];
    const taken = receiveAll([frame({ n: 1 }), second, second, frame({ n: 3 })], violated);
    assert.deepEqual(violated, why === null ? [] : [why]);
    assert.equal(taken.length, why === null ? 4 : 1);
    if (why !== null) assert.throws(() => receiveAll([second], null), new RegExp(`internal error: ${why}`));
  });
}

const IDS: readonly (readonly [session: string, short: string])[] = [
  ["0198c0de-1234-7abc-8def-0123456789ab", "456789ab"],
  ["0198c0de-1234-4abc-8def-0123456789ab", "0198c0de"],
  ["session-of-another-kind", "session-"],
  ["session_0198c0de-1234-4abc-8def-0123456789ab", "456789ab"],
  ["session_by_hand", "session_"],
  ["short", "short"],
  ["x0198c0de-1234-7abc-8def-0123456789ab", "x0198c0d"],
  ["0198c0de-1234-7abc-8def-0123456789abx", "0198c0de"],
];
for (const [session, short] of IDS) {
  Deno.test(`the short id of ${session} is ${short}`, () => assert.equal(shortId(session), short));
}

Deno.test("a session's key names its provider, too", () => {
  assert.equal(sessionKey({ provider: "codex", session: "s" }), "codex/s");
});

Deno.test("a mark says again what was in hand", () => {
  const hands = [{ session: "s" }, { logs: [{ path: "/a b", size: 3 }, { path: "/c", size: 0 }] }];
  for (const hand of hands) assert.deepEqual(inHandOf(markOf(hand)), hand);
  assert.throws(() => inHandOf('[{"path":"/a"}]'));
});

Deno.test("policy and evidence decide together who may command", () => {
  const allowed = COMMANDS.map((commands) => EVIDENCE.filter((evidence) => mayCommand(commands, evidence)));
  assert.deepEqual(allowed, [["typed"], ["typed", "prompt"], []]);
});

Deno.test("lines for the journal have the priorities of sd-daemon(3)", () => {
  const levels = ["debug", "info", "warning", "error"] as const;
  assert.deepEqual(levels.map((level) => withPriority("x", level)), ["<7>x", "<6>x", "<4>x", "<3>x"]);
  assert.deepEqual([isJournal({ JOURNAL_STREAM: "8:1" }), isJournal({})], [true, false]);
});

Deno.test("sha256() is the hash of the text's bytes", () => {
  for (const text of ["", "ä", "x".repeat(1000)]) {
    assert.equal(sha256(text), createHash("sha256").update(text).digest("hex"));
  }
});

Deno.test("a payload of `prepare` is the state on the first line, then the events", () => {
  const show = (state: string | null, events: string) => {
    const encoder = new TextEncoder();
    const given = state === null ? null : encoder.encode(state);
    return new TextDecoder().decode(preparePayload(given, encoder.encode(events)));
  };
  assert.deepEqual([show(null, "{}\n"), show('{"a":1}', "")], ["null\n{}\n", '{"a":1}\n']);
});
