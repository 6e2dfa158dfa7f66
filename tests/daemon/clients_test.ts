/** The orchestrator's side of a parser and of a writer, over roles that the test plays. */
import assert from "node:assert/strict";
import { createParserClient, type ParserClient } from "../../src/daemon/parser_client.ts";
import { askWriter, WriterGone } from "../../src/daemon/writer_client.ts";
import { DOUBT_MS, DOUBTS, HEARTBEAT_MS } from "../../src/protocol/limits.ts";
import { REDACTION } from "../../src/protocol/redaction.ts";
import type { Host } from "../../src/hosts/host.ts";
import { type Act, type Acting, fakeRole } from "./stage/fake_roles.ts";
import { until } from "./stage/until.ts";

interface ParserScene {
  readonly client: ParserClient;
  /** What came and what was reported, in order. */
  readonly deeds: string[];
  /** Of each parser that was started. */
  readonly actings: Acting[];
  readonly asked: number[];
  /** Waits until `deed` was done so often. */
  done(deed: string, times?: number): Promise<void>;
  /** Timers that are armed, in the order in which they were. */
  readonly timers: { ms: number; call: () => void }[];
  /** Has the one that was armed first run out; how long it was. */
  runOut(): number;
  now: number;
}

async function withParser(
  play: (scene: ParserScene) => Promise<void>,
  act: (type: string, acting: Acting, scene: ParserScene) => void = () => {},
  name: Host["name"] = "processes",
  look: Host["look"] | null = null,
): Promise<void> {
  const deeds: string[] = [];
  const actings: Acting[] = [];
  const asked: number[] = [];
  const timers: ParserScene["timers"] = [];
  const arm = (ms: number, call: () => void) => {
    const timer = { ms, call };
    timers.push(timer);
    return () => void timers.splice(0, timers.length, ...timers.filter((one) => one !== timer));
  };
  const done = async (deed: string, times = 1) =>
    void await until(`${deed} is done`, () => deeds.filter((one) => one === deed).length >= times, {
      ms: 10_000,
      saw: () => deeds.join("\n"),
    });
  const client = createParserClient({
    host: {
      name,
      ...(look === null ? {} : { look }),
      start(kind, role, grants) {
        deeds.push(`${kind} ${role} ${grants.length}`);
        const playing: Act = (message, acting) => {
          if (message.type === "start") actings.push(acting);
          if (message.type === "ping") asked.push(Number(message["n"]));
          deeds.push(
            `got ${message.type}${message.type === "start" ? ` ${JSON.stringify(message["suspects"])}` : ""}`,
          );
          act(message.type, acting, scene);
        };
        const fake = fakeRole(role, playing);
        return {
          ...fake,
          end() {
            deeds.push("ended");
            fake.end();
          },
        };
      },
    },
    provider: "codex",
    roots: ["/logs"],
    redaction: REDACTION,
    grants: [{ verb: "read", path: "/logs" }] as never,
    take: (message) => void deeds.push(`take ${message.type}`),
    looked: (at) => void deeds.push(`looked ${at}`),
    unused: (at) => void deeds.push(`unused since ${at}`),
    suspicion: () => ({ suspects: ["/bad"], quarantined: [] }),
    keepMark: (mark) => void deeds.push(`mark ${mark}`),
    failed: (why, mark, violation) =>
      void deeds.push(`failed: ${why}, ${mark}${violation ? ", violation" : ""}`),
    hangs: (mark) => void deeds.push(`hangs with ${mark}`),
    timers: { after: arm, afterAwake: arm, now: () => scene.now },
  });
  const scene: ParserScene = {
    client,
    deeds,
    actings,
    asked,
    done,
    timers,
    runOut() {
      const timer = timers.shift();
      if (timer === undefined) throw new Error("no timer is armed");
      timer.call();
      return timer.ms;
    },
    now: 1_000,
  };
  client.start();
  if (look === null) await done('got start ["/bad"]');
  await play(scene);
  const stopped = client.stop(0);
  while (timers.length > 0) scene.runOut();
  await stopped;
}

const ready = { type: "ready", sessions: 0, watching: "inotify", missing: [], looked: 5 };

Deno.test("parser client: a mark is kept before the parser goes on", () =>
  withParser(async ({ actings, deeds, done }) => {
    actings[0]?.send({ type: "mark", session: "s" });
    await done("got marked");
    assert.deepEqual(deeds.slice(-2), ["mark s", "got marked"]);
    actings[0]?.send({ type: "mark", session: null });
    await done("mark null");
    actings[0]?.send({ type: "mark", session: null, logs: [{ path: "/a", size: 1 }] });
    await done("got marked", 2);
    assert.deepEqual(deeds.slice(-3), ["mark null", 'mark [{"path":"/a","size":1}]', "got marked"]);
    actings[0]?.send({ type: "watching", how: "poll", why: "no" });
    await done("take watching");
  }));

/** A host that answers when the test wants, and the questions that it was asked. */
function lookingHost() {
  const asked: string[] = [];
  let say: (isUsed: boolean) => void = () => assert.fail("nobody asked");
  const look: Host["look"] = (provider, said) => {
    asked.push(provider);
    say = said;
    return { again: () => void asked.push("again"), stop: () => void asked.push("stop") };
  };
  return { asked, look, say: (isUsed: boolean) => say(isUsed) };
}

Deno.test("parser client: none is started while its folders hold nothing, and each look is reported as old as its question", async () => {
  const { asked, look, say } = lookingHost();
  const before = Date.now();
  await withParser(
    async (scene) => {
      const { client, deeds, done } = scene;
      scene.now += HEARTBEAT_MS;
      client.beat();
      assert.deepEqual(asked, ["codex"], "the first question is not answered yet");
      say(false);
      const [first = ""] = deeds;
      const at = Number(/^unused since (\d+)$/.exec(first)?.[1]);
      assert.ok(before <= at && at <= Date.now(), first);
      client.beat();
      client.beat();
      assert.deepEqual(asked, ["codex", "again"]);
      say(false);
      assert.equal(deeds.length, 2);
      client.beat();
      assert.equal(asked.length, 2, "not so soon");
      say(true);
      await done('got start ["/bad"]');
      assert.deepEqual(asked.slice(2), ["stop"]);
      say(false);
      say(true);
      assert.equal(scene.actings.length, 1);
      assert.deepEqual(deeds.filter((deed) => deed.startsWith("unused")).length, 2);
    },
    undefined,
    undefined,
    look,
  );
});

Deno.test("parser client: a message starts it although its folders hold nothing", async () => {
  const { asked, look, say } = lookingHost();
  await withParser(
    async ({ client, deeds, done }) => {
      say(false);
      client.send({ type: "quarantine", session: "s" });
      await done("got quarantine");
      assert.deepEqual(deeds.slice(1), ["parser parser:codex 1", 'got start ["/bad"]', "got quarantine"]);
      assert.deepEqual(asked, ["codex", "stop"]);
    },
    undefined,
    undefined,
    look,
  );
});

Deno.test("parser client: one that was never needed stops at once, and is not started after that", async () => {
  const { asked, look, say } = lookingHost();
  await withParser(
    async ({ client, actings }) => {
      say(false);
      await client.stop(0);
      say(true);
      client.send({ type: "quarantine", session: "s" });
      assert.deepEqual([asked, actings], [["codex", "stop"], []]);
    },
    undefined,
    undefined,
    look,
  );
});

Deno.test("parser client: one that fails is reported with its mark, and started again after growing pauses", () =>
  withParser(async ({ actings, deeds, done, timers, runOut }) => {
    actings[0]?.send({ type: "mark", session: "s" });
    await done("mark s");
    const pauses: number[] = [];
    for (let failures = 0; failures < 6; failures += 1) {
      actings[failures]?.fail("out of memory");
      await done(`failed: out of memory, ${failures === 0 ? "s" : "null"}`, Math.max(1, failures));
      assert.equal(timers.length, 1);
      pauses.push(runOut());
      await done('got start ["/bad"]', failures + 2);
    }
    assert.deepEqual(pauses, [250, 1_000, 4_000, 15_000, 60_000, 60_000]);
    // What an old one says is nobody's, and one that was ready has its failures forgiven.
    actings[0]?.send({ type: "mark", session: "t" });
    actings[6]?.send(ready);
    await done("take ready");
    actings[6]?.fail("again");
    await done("failed: again, null");
    assert.equal(runOut(), 250);
    assert.ok(!deeds.includes("mark t"));
  }));

Deno.test("parser client: one that breaks the protocol is ended, and that is a violation", () =>
  withParser(async ({ actings, deeds, done, runOut }) => {
    actings[0]?.send({ type: "nonsense" });
    await done("failed: a message that the protocol does not have, null, violation");
    assert.ok(deeds.includes("ended"));
    runOut();
    await done('got start ["/bad"]', 2);
  }));

Deno.test("parser client: it is asked once a heartbeat, and an answer in time has it asked again", () =>
  withParser(async (scene) => {
    const { client, asked, actings, deeds, done, timers, runOut } = scene;
    client.beat();
    await done("got ping");
    actings[0]?.send({ type: "pong", n: 1, looked: 7 });
    await done("looked 7");
    scene.now += HEARTBEAT_MS - 1;
    client.beat();
    assert.equal(asked.length, 1);
    scene.now += 1;
    client.beat();
    await done("got ping", 2);
    assert.deepEqual(asked, [1, 2]);
    // The answer to another question is none.
    actings[0]?.send({ type: "pong", n: 1, looked: 8 });
    await done("looked 8");
    scene.now += HEARTBEAT_MS - 1;
    client.beat();
    assert.equal(timers.length, 0, "it still has time");
    scene.now += 1;
    client.beat();
    client.beat();
    assert.equal(timers.length, 1, "its silence is looked into once");
    assert.equal(runOut(), DOUBT_MS);
    assert.equal(deeds.at(-1), "failed: it did not answer, null");
    assert.deepEqual(asked, [1, 2]);
    // The next one is asked at once.
    runOut();
    await done('got start ["/bad"]', 2);
    client.beat();
    await done("got ping", 3);
  }));

Deno.test("parser client: an answer that comes while its silence is looked into is an answer", () =>
  withParser(async (scene) => {
    const { client, actings, timers, done } = scene;
    client.beat();
    await done("got ping");
    scene.now += HEARTBEAT_MS;
    client.beat();
    assert.equal(timers.length, 1);
    actings[0]?.send({ type: "pong", n: 1, looked: 7 });
    await done("looked 7");
    assert.equal(timers.length, 0);
  }));

for (const name of ["threads", "processes"] as const) {
  Deno.test(`parser client: on ${name}, one that talks and never answers hangs after so many doubts`, () =>
    withParser(
      async (scene) => {
        const { client, actings, deeds, done, runOut } = scene;
        actings[0]?.send({ type: "mark", session: "s" });
        await done("mark s");
        client.beat();
        for (let doubts = 1; doubts < DOUBTS; doubts += 1) {
          scene.now += HEARTBEAT_MS;
          client.beat();
          actings[0]?.send({ type: "watching", how: "poll", why: "no" });
          await done("take watching", doubts);
          runOut();
          assert.ok(!deeds.some((deed) => /^(hangs|failed)/.test(deed)));
        }
        scene.now += HEARTBEAT_MS;
        client.beat();
        actings[0]?.send({ type: "watching", how: "poll", why: "no" });
        await done("take watching", DOUBTS);
        runOut();
        assert.equal(deeds.at(-1), name === "threads" ? "hangs with s" : "failed: it did not answer, s");
      },
      () => {},
      name,
    ));
}

Deno.test("parser client: it is stopped in good order, its mark forgotten, and not started again", () =>
  withParser(async ({ client, actings, deeds, done, timers }) => {
    actings[0]?.send({ type: "mark", session: "s" });
    await done("mark s");
    const stopped = client.stop(10_000);
    await done("got stop");
    assert.deepEqual([deeds.includes("ended"), timers.map(({ ms }) => ms)], [false, [10_000]]);
    actings[0]?.send({ type: "stopped" });
    await stopped;
    assert.deepEqual(deeds.slice(-3), ["got stop", "mark null", "ended"]);
    await Promise.resolve();
    assert.equal(timers.length, 1, "it is not started again");
  }));

Deno.test("parser client: one that does not stop in time is ended", () =>
  withParser(async ({ client, deeds, runOut, done }) => {
    const stopped = client.stop(500);
    await done("got stop");
    assert.equal(runOut(), 500);
    await stopped;
    assert.deepEqual(deeds.slice(-2), ["mark null", "ended"]);
  }));

Deno.test("parser client: one that fails while it stops, or waits for its restart, is not started again", () =>
  withParser(async ({ client, actings, deeds, done, runOut }) => {
    actings[0]?.fail("down");
    await done("failed: down, null");
    client.beat();
    await client.stop(10_000);
    runOut();
    assert.equal(deeds.filter((deed) => deed.startsWith("got start")).length, 1);
    assert.ok(!deeds.includes("got ping"));
  }));

function writer(act: Act) {
  const violations: string[] = [];
  const timers: (() => void)[] = [];
  const role = fakeRole("writer", act);
  const limit = (ms: number, call: () => void) => {
    assert.equal(ms, HEARTBEAT_MS);
    timers.push(call);
    return () => void timers.splice(timers.indexOf(call), 1);
  };
  return { client: askWriter(role, (why) => void violations.push(why), limit), role, violations, timers };
}

Deno.test("writer client: one that does not answer in time is ended", async () => {
  const { client, role, timers } = writer(() => {});
  const asked = client.ask({ type: "close" });
  assert.equal(timers.length, 1);
  timers[0]?.();
  await assert.rejects(asked, new WriterGone("it did not answer"));
  assert.deepEqual(await role.ended, { reason: "closed" });
  assert.equal(timers.length, 0);
});

Deno.test("writer client: each question has its answer, and no other", async () => {
  const answers: Readonly<Record<string, unknown>> = {
    open: { type: "opened", file: null, size: 3 },
    truncate: { type: "truncated", size: 3 },
    close: { type: "closed" },
  };
  const { client, violations, role } = writer(({ type }, acting) => acting.send(answers[type]));
  assert.deepEqual((await client.ask({ type: "close" })).message, { type: "closed" });
  assert.deepEqual((await client.ask({ type: "truncate", length: 3 })).message, answers["truncate"]);
  assert.deepEqual(violations, []);
  client.end();
  assert.deepEqual(await role.ended, { reason: "closed" });
  await assert.rejects(client.ask({ type: "close" }), new WriterGone("it was ended"));
});

const QUESTIONS = ["open", "prepare", "append", "truncate", "close"] as const;
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  open: ["opened"],
  prepare: ["prepared"],
  append: ["appended", "changed"],
  truncate: ["truncated"],
  close: ["closed"],
};

Deno.test("writer client: what may answer each question is a closed table", async () => {
  const said = {
    opened: { type: "opened", file: null, size: 3 },
    prepared: { type: "prepared", delivery: 1, length: 2 },
    appended: { type: "appended", delivery: 1, size: 3 },
    changed: { type: "changed", delivery: 1, size: 3 },
    truncated: { type: "truncated", size: 3 },
    closed: { type: "closed" },
    failed: { type: "failed", action: "a", code: "c", message: "m" },
  };
  for (const question of QUESTIONS) {
    for (const [answer, message] of Object.entries(said)) {
      const { client, violations, role } = writer((_, acting) => acting.send(message));
      const asked = client.ask({ type: question } as never);
      if (answer === "failed" || ANSWERS[question]?.includes(answer)) {
        assert.equal((await asked).message.type, answer);
        assert.deepEqual(violations, []);
        client.end();
        continue;
      }
      await assert.rejects(asked, new WriterGone("it broke the protocol"));
      assert.deepEqual(violations, [`${answer} out of turn`]);
      await role.ended;
    }
  }
});

Deno.test("writer client: one that speaks unasked, or what is no message, is ended", async () => {
  for (
    const [message, why] of [[{ type: "closed" }, "closed out of turn"], [
      { type: "x" },
      "a message that",
    ]] as const
  ) {
    let acting: Acting | undefined;
    const { client, violations, role } = writer((_, own) => {
      acting = own;
      own.send({ type: "closed" });
    });
    await client.ask({ type: "close" });
    acting?.send(message);
    await role.ended;
    assert.ok(violations[0]?.startsWith(why));
    await assert.rejects(client.ask({ type: "close" }), new WriterGone("it broke the protocol"));
  }
});

Deno.test("writer client: one that ends is gone with its reason, and two questions at once are a bug", async () => {
  const { client } = writer((_, acting) => acting.fail("killed"));
  const asked = client.ask({ type: "close" });
  await assert.rejects(client.ask({ type: "close" }), /internal error: a writer was asked twice at once/);
  await assert.rejects(asked, new WriterGone("killed"));
  await assert.rejects(client.ask({ type: "close" }), new WriterGone("killed"));
});
