/** The formats of docs/design/launcher.md, read in whatever pieces they arrive. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeToMonitor, parseFromMonitor, type ToMonitor } from "../../src/protocol/control.ts";
import { createFragmentReader, encodeFragment, type Fragment } from "../../src/protocol/fragments.ts";
import { createFrameReader, encodeFrame } from "../../src/protocol/frame_stream.ts";
import { FRAGMENT_BYTES, FRAME_HEADER, FRAME_PAYLOAD } from "../../src/protocol/limits.ts";
import type { Frame } from "../../src/protocol/port.ts";
import { encodeFromMonitor } from "../hosts/monitor_words.ts";

const bytes = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((array) => new Uint8Array(array) as Uint8Array<ArrayBuffer>);
/** Lengths of the pieces in which a stream arrives; what is left comes last. */
const cuts = fc.array(fc.nat(40), { maxLength: 40 });

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function* piecesOf(whole: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let from = 0;
  for (const length of lengths) {
    yield whole.slice(from, from + length);
    from += length;
  }
  yield whole.slice(from);
}

function readFrames(pieces: Iterable<Uint8Array>): Frame[] {
  const frames: Frame[] = [];
  const read = createFrameReader((frame) => frames.push(frame));
  for (const piece of pieces) read(piece);
  return frames;
}

Deno.test("frames: any cutting of their bytes gives the same frames", () => {
  const frame = fc.record({ header: fc.jsonValue(), payload: fc.option(bytes(60)) });
  fc.assert(fc.property(fc.array(frame, { maxLength: 6 }), cuts, (frames, lengths) => {
    const stream = join(frames.flatMap((frame) => encodeFrame(frame)));
    const expected = frames.map(({ header, payload }) => ({
      header: JSON.parse(JSON.stringify(header)) as unknown,
      payload: payload === null || payload.length === 0 ? null : payload,
    }));
    assert.deepEqual(readFrames(piecesOf(stream, lengths)), expected);
  }));
});

Deno.test("frames: whatever arrives, what is no frame is said once and is the last", () => {
  fc.assert(fc.property(bytes(200), cuts, (stream, lengths) => {
    const frames = readFrames(piecesOf(stream, lengths));
    const at = frames.findIndex(({ broken }) => broken !== undefined);
    assert.ok(at === -1 || at === frames.length - 1);
  }));
});

function lengths(header: number, payload: number): Uint8Array {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, header, true);
  new DataView(head.buffer).setUint32(4, payload, true);
  return head;
}

const REFUSED: readonly (readonly [name: string, stream: Uint8Array, why: string])[] = [
  ["a header of 1 MiB and a byte", lengths(FRAME_HEADER + 1, 0), "a header that is too large"],
  ["a header of 4 GiB", lengths(0xffff_ffff, 0), "a header that is too large"],
  ["a payload of 128 MiB and a byte", lengths(2, FRAME_PAYLOAD + 1), "a payload that is too large"],
  ["a payload of 4 GiB", lengths(2, 0xffff_ffff), "a payload that is too large"],
  ["a header that is no JSON", join([lengths(1, 0), new Uint8Array([0x7b])]), "a header that is no JSON"],
  ["no header at all", lengths(0, 0), "a header that is no JSON"],
];

for (const [name, stream, why] of REFUSED) {
  Deno.test(`frames: ${name} is refused before anything of it has arrived, and nothing after it is read`, () => {
    const [after = new Uint8Array(0)] = encodeFrame({ header: { type: "pong", n: 1 }, payload: null });
    assert.deepEqual(readFrames([stream, after]), [{ header: null, payload: null, broken: why }]);
  });
}

Deno.test("frames: the largest header and payload that are allowed wait for their bytes", () => {
  assert.deepEqual(readFrames([lengths(FRAME_HEADER, FRAME_PAYLOAD)]), []);
});

Deno.test("frames: what could not be read again is not written", () => {
  const header = "x".repeat(FRAME_HEADER);
  assert.throws(() => encodeFrame({ header, payload: null }), /internal error/);
});

Deno.test("fragments: any cutting of their bytes gives the same fragments", () => {
  const fragment = fc.record({ channel: fc.nat(0xffff_ffff), bytes: bytes(60) }, { noNullPrototype: true });
  fc.assert(fc.property(fc.array(fragment, { maxLength: 6 }), cuts, (fragments, lengths) => {
    const taken: Fragment[] = [];
    const read = createFragmentReader((fragment) => taken.push(fragment));
    for (const piece of piecesOf(join(fragments.map(encodeFragment)), lengths)) assert.ok(read(piece));
    assert.deepEqual(taken, fragments);
  }));
});

Deno.test("fragments: one that is too long is refused by its length alone, and nothing after it is read", () => {
  const taken: Fragment[] = [];
  const read = createFragmentReader((fragment) => taken.push(fragment));
  assert.equal(read(lengths(1, FRAGMENT_BYTES)), true);
  const other = createFragmentReader((fragment) => taken.push(fragment));
  assert.equal(other(lengths(1, FRAGMENT_BYTES + 1)), false);
  assert.equal(other(encodeFragment({ channel: 1, bytes: new Uint8Array(0) })), false);
  assert.deepEqual(taken, []);
});

const text = (written: Uint8Array | null) => new TextDecoder().decode(written ?? assert.fail());

const TO_MONITOR: readonly (readonly [ToMonitor, string])[] = [
  [{ type: "beat" }, "beat\0"],
  [{ type: "look", channel: 7, provider: "codex" }, "look\x007\0parser:codex\0"],
  [{ type: "end", channel: 7 }, "end\x007\0"],
  [
    { type: "start", channel: 1, role: { kind: "parser", provider: "claude-code" } },
    "start\x001\0parser:claude-code\0",
  ],
  [
    {
      type: "start",
      channel: 2,
      role: { kind: "writer", create: true, destination: "/h/a b/ä.md", folders: ["/h/a b"] },
    },
    "start\x002\0writer\0create\0/h/a b/ä.md\0/h/a b\0",
  ],
  [
    {
      type: "start",
      channel: 3,
      role: { kind: "writer", create: false, destination: "/h/n.md", folders: [] },
    },
    "start\x003\0writer\0existing\0/h/n.md\0",
  ],
];

for (const [message, fields] of TO_MONITOR) {
  Deno.test(`control: ${message.type} to the monitor is ${JSON.stringify(fields)}`, () => {
    assert.equal(text(encodeToMonitor(message)), fields);
  });
}

for (
  const message of [
    { type: "started", channel: 1, pid: 4711, file: null },
    { type: "started", channel: 2, pid: 4712, file: { dev: 2049, ino: 2 ** 60, links: 1, isFile: true } },
    { type: "ended", channel: 4_294_967_295, reason: "it was killed by signal 9" },
    { type: "empty", channel: 3, role: "parser:codex" },
    { type: "used", channel: 3, role: "parser:codex" },
    { type: "ack", channel: 2, bytes: 65_536 },
  ] as const
) {
  Deno.test(`control: ${message.type} from the monitor`, () => {
    assert.deepEqual(parseFromMonitor(encodeFromMonitor(message)), message);
  });
}

for (
  const fields of [
    "",
    "\0",
    "ack\x001",
    "ack\x001\0x\0",
    "ack\x00-1\x002\0",
    "ack\x001\x002\x003\0",
    "empty\x001\0",
    "used\x001\0parser:codex\0x\0",
    "hello\x001\x002\0",
    "started\x001\x002\x003\0",
    "started\x001\x002\x003\x004\x001e3\0",
    "started\x001\x002\x003\x004\x001\x006\0",
  ]
) {
  Deno.test(`control: ${JSON.stringify(fields)} is nothing that a monitor says`, () => {
    assert.equal(parseFromMonitor(new TextEncoder().encode(fields)), null);
  });
}

Deno.test("control: a start that is longer than a fragment, or holds a NUL, cannot be said", () => {
  const start = (destination: string, folders: string[]): ToMonitor => ({
    type: "start",
    channel: 1,
    role: { kind: "writer", create: true, destination, folders },
  });
  assert.equal(encodeToMonitor(start("/h/a\0b", [])), null);
  assert.equal(encodeToMonitor(start("/h/n.md", Array.from({ length: 100 }, () => "/x".repeat(500)))), null);
});
