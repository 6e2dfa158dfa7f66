/** Ports, channels and the pump under them: the frames that they keep, their order, and their end. */
import assert from "node:assert/strict";
import { type BytePipe, createPump, readAll, writeAll } from "../../src/hosts/byte_pipe.ts";
import { createChannel } from "../../src/hosts/channels.ts";
import { threadEntryOf } from "../../src/hosts/entries.ts";
import { createInbox } from "../../src/hosts/inbox.ts";
import { streamPort } from "../../src/hosts/stream_port.ts";
import { portOf } from "../../src/hosts/worker_port.ts";
import { createFragmentReader } from "../../src/protocol/fragments.ts";
import { createFrameReader, encodeFrame } from "../../src/protocol/frame_stream.ts";
import { CHANNEL_WINDOW, FRAGMENT_BYTES } from "../../src/protocol/limits.ts";
import type { Frame } from "../../src/protocol/port.ts";

const frame = (n: number): Frame => ({ header: { n }, payload: null });
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

Deno.test("an inbox gives early frames first, each once, and later ones at once", () => {
  const inbox = createInbox();
  const taken: unknown[] = [];
  inbox.take(frame(1));
  inbox.take(frame(2));
  inbox.receive(({ header }) => taken.push(header));
  inbox.take(frame(3));
  inbox.receive(({ header }) => taken.push(header));
  assert.deepEqual(taken, [{ n: 1 }, { n: 2 }, { n: 3 }]);
});

/** A pipe in memory that takes `most` bytes at a write. */
function makePipe(most: number, arriving: readonly Uint8Array[] = []) {
  const written: number[] = [];
  const left = [...arriving];
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => end = resolve);
  const pipe: BytePipe = {
    async read(buffer) {
      const next = left.shift();
      if (next === undefined) return await ended.then(() => null);
      buffer.set(next);
      return next.length;
    },
    write(bytes) {
      const taken = bytes.subarray(0, most);
      written.push(...taken);
      return Promise.resolve(taken.length);
    },
  };
  return { pipe, written, end };
}

Deno.test("writeAll() goes on after a write that took a part", async () => {
  const { pipe, written } = makePipe(3);
  await writeAll(pipe, new Uint8Array([1, 2, 3, 4, 5, 6, 7]));
  assert.deepEqual(written, [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("readAll() gives pieces of their own until the other side closes", async () => {
  const { pipe, end } = makePipe(1, [new Uint8Array([1, 2]), new Uint8Array([3])]);
  const pieces: Uint8Array[] = [];
  const over = readAll(pipe, (piece) => pieces.push(piece));
  end();
  await over;
  assert.deepEqual(pieces.map((piece) => [...piece]), [[1, 2], [3]]);
});

Deno.test("a pump never runs twice at once, and forgets nobody who wakes it meanwhile", async () => {
  let work = 2;
  let running = 0;
  let done = 0;
  const pump = createPump(async () => {
    running += 1;
    assert.equal(running, 1);
    await settled();
    running -= 1;
    if (work === 0) return false;
    work -= 1;
    done += 1;
    return true;
  }, () => assert.fail());
  pump.wake();
  pump.wake();
  await settled();
  work += 1;
  pump.wake();
  for (let turns = 0; turns < 12; turns += 1) await settled();
  assert.deepEqual([done, work, running], [3, 0, 0]);
  work = 1;
  pump.wake();
  for (let turns = 0; turns < 4; turns += 1) await settled();
  assert.equal(done, 4);
});

Deno.test("a pump whose step throws says so once, and never runs again", async () => {
  const errors: unknown[] = [];
  let steps = 0;
  const pump = createPump(() => {
    steps += 1;
    throw new Error("broken");
  }, (error) => errors.push(error));
  for (let wakes = 0; wakes < 3; wakes += 1) {
    pump.wake();
    await settled();
  }
  assert.deepEqual([steps, errors.length], [1, 1]);
});

Deno.test("a port over streams sends frames whole, gives those that arrive, and says once that it ended", async () => {
  const arriving = [frame(1), frame(2)].flatMap(encodeFrame);
  const { pipe, written, end } = makePipe(5, arriving);
  const ends: string[] = [];
  const port = streamPort(pipe, (why) => ends.push(why));
  port.send(frame(7));
  port.send({ header: { n: 8 }, payload: new Uint8Array([9]) });
  await settled();
  const taken: unknown[] = [];
  port.receive(({ header }) => taken.push(header));
  assert.deepEqual(taken, [{ n: 1 }, { n: 2 }]);
  const sent: unknown[] = [];
  createFrameReader(({ header, payload }) => sent.push([header, payload?.length]))(new Uint8Array(written));
  assert.deepEqual(sent, [[{ n: 7 }, undefined], [{ n: 8 }, 1]]);
  end();
  await settled();
  port.close();
  assert.deepEqual(ends, ["the other side has closed"]);
});

Deno.test("a port over streams ends at what is no frame, and gives nothing of it on", async () => {
  const { pipe } = makePipe(5, [new Uint8Array(8)]);
  const ends: string[] = [];
  const port = streamPort(pipe, (why) => ends.push(why));
  port.receive(() => assert.fail());
  await settled();
  assert.deepEqual(ends, ["a header that is no JSON"]);
});

Deno.test("a port over a worker gives what was posted as frames, whatever it is", () => {
  const posted: unknown[] = [];
  const end = {
    postMessage: (message: unknown, transfer: Transferable[]) => void posted.push([message, transfer.length]),
    onmessage: null as ((event: MessageEvent) => void) | null,
  };
  let closed = 0;
  const port = portOf(end, () => void (closed += 1));
  const taken: Frame[] = [];
  port.receive((frame) => taken.push(frame));
  const payload = new Uint8Array([1]);
  for (
    const data of [{ header: 1, payload }, { header: 2, payload: [1] }, { payload }, "text", null, undefined]
  ) {
    end.onmessage?.({ data } as MessageEvent);
  }
  assert.deepEqual(taken, [
    { header: 1, payload },
    { header: 2, payload: null },
    { header: null, payload },
    ...Array.from({ length: 3 }, () => ({ header: null, payload: null })),
  ]);
  port.send({ header: 3, payload });
  port.send({ header: 4, payload: null });
  assert.deepEqual(posted, [[{ header: 3, payload }, 1], [{ header: 4, payload: null }, 0]]);
  port.close();
  assert.equal(closed, 1);
});

function makeChannel() {
  const calls: string[] = [];
  const channel = createChannel(7, { wake: () => calls.push("wake"), end: () => calls.push("end") });
  return { channel, calls };
}

/** The bytes of the fragments that a channel gives now. */
function drain(channel: ReturnType<typeof createChannel>): number[] {
  const lengths: number[] = [];
  const read = createFragmentReader(({ channel: id, bytes }) => {
    assert.equal(id, 7);
    lengths.push(bytes.length);
  });
  for (let next = channel.nextFragment(); next !== null; next = channel.nextFragment()) read(next);
  return lengths;
}

Deno.test("a channel sends in fragments, up to its window, and goes on by what is acknowledged", () => {
  const { channel, calls } = makeChannel();
  const size = CHANNEL_WINDOW + 100;
  channel.port.send({ header: 1, payload: new Uint8Array(size) });
  assert.deepEqual(calls, ["wake"]);
  const first = drain(channel);
  assert.ok(first.every((length) => length <= FRAGMENT_BYTES));
  assert.equal(first.reduce((sum, length) => sum + length), CHANNEL_WINDOW);
  assert.deepEqual(drain(channel), []);
  channel.acknowledge(60);
  assert.deepEqual(drain(channel), [60]);
  channel.acknowledge(10 * CHANNEL_WINDOW);
  // Two lengths and a header of one digit stand before the payload.
  assert.deepEqual(drain(channel), [100 + 9 - 60]);
});

Deno.test("a channel that was ended sends and gives nothing more, and is over when the monitor says so", async () => {
  const { channel, calls } = makeChannel();
  const taken: unknown[] = [];
  channel.port.receive(({ header }) => taken.push(header));
  const bytes = new Uint8Array(encodeFrame(frame(1)).flatMap((part) => [...part]));
  channel.receive(bytes);
  channel.port.send(frame(2));
  channel.end();
  channel.port.close();
  channel.receive(bytes);
  channel.port.send(frame(3));
  assert.deepEqual([taken, calls, drain(channel)], [[{ n: 1 }], ["wake", "end"], []]);
  assert.equal(channel.isEnded(), true);
  assert.deepEqual(await channel.ended, { reason: "closed" });
  let isOver = false;
  void channel.over.then(() => isOver = true);
  await settled();
  assert.equal(isOver, false);
  channel.finish({ reason: "failed", message: "killed" });
  await channel.over;
});

Deno.test("a channel whose role ends by itself says how", async () => {
  const { channel, calls } = makeChannel();
  assert.equal(channel.isEnded(), false);
  channel.finish({ reason: "failed", message: "it was killed by signal 9" });
  assert.deepEqual(await channel.ended, { reason: "failed", message: "it was killed by signal 9" });
  channel.end();
  assert.deepEqual(calls, []);
});

Deno.test("the code of a thread lies beside the host's, in a checkout and in an installation", () => {
  const urls = (["parser", "writer"] as const).flatMap((kind) => [
    threadEntryOf(kind, "file:///k/src/hosts/thread_host.ts").pathname,
    threadEntryOf(kind, "file:///usr/lib/kato/kato.js").pathname,
  ]);
  assert.deepEqual(urls, [
    ...["/k/src/parser/entry.ts", "/usr/lib/kato/parser.js"],
    ...["/k/src/writer/thread_entry.ts", "/usr/lib/kato/thread_writer.js"],
  ]);
});

Deno.test("a quiet console prints nothing on standard output, by whichever of its functions", () => {
  const quiet = new URL("../../src/hosts/quiet_console.ts", import.meta.url);
  const print = `for (const name of Object.keys(console)) {
    if (typeof console[name] === "function" && name !== "createTask") console[name]("said by " + name);
  }`;
  const run = (first: string) => {
    const code = `import { quietConsole } from "${quiet}";\n${first}\n${print}`;
    const args = ["eval", "--no-config", "--ext=ts", code];
    const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } })
      .outputSync();
    const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.ok(success, err);
    return { out, err };
  };
  const loud = run("");
  assert.match(loud.out, /said by log[^]*said by table/);
  assert.equal(run("quietConsole();").out, "");
  assert.match(run("quietConsole();").err, /said by log\n[^]*said by groupCollapsed\n[^]*said by clear\n/);
});
