/** The orchestrator's side of docs/design/launcher.md, against the monitor's, byte by byte. */
import assert from "node:assert/strict";
import { createProcessHost } from "../../src/hosts/process_host.ts";
import { readAll } from "../../src/hosts/byte_pipe.ts";
import type { ToMonitor } from "../../src/protocol/control.ts";
import { createFragmentReader } from "../../src/protocol/fragments.ts";
import { CHANNEL_WINDOW } from "../../src/protocol/limits.ts";
import type { Frame } from "../../src/protocol/port.ts";
import { until } from "../daemon/stage/until.ts";
import { startMonitor } from "./fake_monitor.ts";
import { parseToMonitor } from "./monitor_words.ts";
import { pipePair } from "./pipes.ts";
import { playBytes, playRole, type StartedRole } from "./started_role.ts";

function setUp(start: () => StartedRole) {
  const [ours, theirs] = pipePair();
  const monitor = startMonitor({ pipe: theirs, start });
  const lost: string[] = [];
  const host = createProcessHost(ours, (why) => lost.push(why));
  return {
    monitor,
    host,
    lost,
    async [Symbol.asyncDispose]() {
      host.close();
      await monitor[Symbol.asyncDispose]();
      await ours.close();
    },
  };
}

const echo = () => playRole((header, acting) => acting.send(header));

function textFrame(text: string): Frame {
  return { header: { text }, payload: null };
}

Deno.test("a role that does not read holds up to 1 MiB, and holds up nobody else", async () => {
  let begin: () => void = () => {};
  const begun = new Promise<void>((resolve) => begin = resolve);
  const slow = () =>
    playBytes((pipe) => void begun.then(() => readAll(pipe, (piece) => got += piece.length)));
  let got = 0;
  const kinds = [slow, echo];
  await using world = setUp(() => (kinds.shift() ?? echo)());
  const stalled = world.host.start("parser", "parser:codex", []);
  const lively = world.host.start("parser", "parser:gemini", []);
  const payload = new Uint8Array(3 * CHANNEL_WINDOW);
  stalled.port.send({ header: {}, payload });
  const answers: Frame[] = [];
  lively.port.receive((frame) => answers.push(frame));
  for (const n of [1, 2, 3]) {
    lively.port.send(textFrame(`question ${n}`));
    await until("the other role answers", () => answers.length === n);
  }
  assert.equal(got, 0);
  begin();
  await until("all of it arrives once it reads", () => got === 8 + 2 + payload.length);
  assert.deepEqual(world.monitor.faults, []);
});

Deno.test("frames of any size arrive whole and in order", async () => {
  await using world = setUp(echo);
  const role = world.host.start("parser", "parser:codex", []);
  const texts = [1, 65_535, 65_536, 65_537, 700_000, 2].map((length) => "x".repeat(length));
  const answers: Frame[] = [];
  role.port.receive((frame) => answers.push(frame));
  for (const text of texts) role.port.send(textFrame(text));
  await until("all are answered", () => answers.length === texts.length);
  assert.deepEqual(answers, texts.map(textFrame));
});

Deno.test("a role's end is told with the monitor's sentence, and what it said before comes first", async () => {
  await using world = setUp(() =>
    playRole((_, acting) => {
      acting.send({ last: "words" });
      queueMicrotask(() => acting.fail("it used more than 512 MiB of memory"));
    })
  );
  const role = world.host.start("parser", "parser:codex", []);
  const said: unknown[] = [];
  role.port.receive(({ header }) => said.push(header));
  role.port.send(textFrame("go"));
  assert.deepEqual(await role.ended, { reason: "failed", message: "it used more than 512 MiB of memory" });
  assert.deepEqual(said, [{ last: "words" }]);
});

Deno.test("a writer of the same destination is started only when the one before has ended", async () => {
  let finish: () => void = () => {};
  let started = 0;
  await using world = setUp(() => {
    started += 1;
    const role = echo();
    // It takes its time to die.
    return started === 1 ? { ...role, kill: () => finish = role.kill } : role;
  });
  const destination = await Deno.makeTempFile();
  const opening = { destination, create: false, folders: [] };
  const first = world.host.start("writer", `writer:${destination}`, [], opening);
  await until("the first runs", () => started === 1);
  first.end();
  assert.deepEqual(await first.ended, { reason: "closed" });
  const second = world.host.start("writer", `writer:${destination}`, [], opening);
  let answers = 0;
  second.port.receive(() => answers += 1);
  second.port.send(textFrame("are you there?"));
  const other = world.host.start("parser", "parser:codex", []);
  other.port.send(textFrame("x"));
  await new Promise<void>((resolve) => other.port.receive(() => resolve()));
  assert.equal(started, 2, "the other role, not the second writer");
  finish();
  await until("the second answers", () => answers === 1);
  await Deno.remove(destination);
});

Deno.test("a start that does not fit into a message fails as a role that ended", async () => {
  await using world = setUp(echo);
  const folders = Array.from({ length: 200 }, (_, depth) => `/home/ada${"/folder".repeat(depth)}`);
  const role = world.host.start("writer", "writer:/x.md", [], {
    destination: "/x.md",
    create: true,
    folders,
  });
  const end = await role.ended;
  assert.equal(end.reason, "failed");
  assert.equal(world.monitor.starts("writer"), 0);
});

Deno.test("a monitor that goes ends every role, and is told once", async () => {
  await using world = setUp(echo);
  const roles = ["parser:codex", "parser:gemini"].map((name) => world.host.start("parser", name, []));
  await until("they run", () => world.monitor.starts("parser:gemini") === 1);
  await world.monitor[Symbol.asyncDispose]();
  for (const { ended } of roles) assert.equal((await ended).reason, "failed");
  await until("it is told", () => world.lost.length === 1);
  const late = world.host.start("parser", "parser:claude-code", []);
  assert.equal((await late.ended).reason, "failed");
});

Deno.test("a monitor that sends a message of no table is left", async () => {
  const [ours, theirs] = pipePair();
  const lost: string[] = [];
  createProcessHost(ours, (why) => lost.push(why));
  await theirs.write(new Uint8Array([0, 0, 0, 0, 2, 0, 0, 0, 0x78, 0]));
  await until("it is told", () => lost.length === 1);
  assert.deepEqual(lost, ["the monitor sent a message that the protocol does not have"]);
  await theirs.close();
  await ours.close();
});

Deno.test("the orchestrator's heart beats every ten seconds", async () => {
  const beats: (() => void)[] = [];
  const { setInterval } = globalThis;
  globalThis.setInterval = ((beat: () => void, ms: number) => {
    assert.equal(ms, 10_000);
    return beats.push(beat);
  }) as unknown as typeof setInterval;
  const [ours, theirs] = pipePair();
  const said: (ToMonitor | null)[] = [];
  void readAll(theirs, (piece) => void take(piece));
  const take = createFragmentReader(({ bytes }) => said.push(parseToMonitor(bytes)));
  try {
    createProcessHost(ours, () => {});
  } finally {
    globalThis.setInterval = setInterval;
  }
  for (const beat of beats) beat();
  await until("it is heard", () => said.length === 1);
  assert.deepEqual(said, [{ type: "beat" }]);
  await theirs.close();
  await ours.close();
});
