/** What becomes of each message of a parser: its step in the right lane, its answer only when it was dealt with. */
import assert from "node:assert/strict";
import { NotNow } from "../../src/daemon/failure.ts";
import type { FollowedProvider } from "../../src/daemon/followed_provider.ts";
import { createIntake } from "../../src/daemon/intake.ts";
import { createStepQueue } from "../../src/daemon/step_queue.ts";
import { LOGGED_TROUBLES } from "../../src/protocol/limits.ts";
import { TYPED } from "../../src/protocol/evidence.ts";
import type { FromParser, SeenSession } from "../../src/protocol/parser_messages.ts";
import { checkpointAt, type CommandScene, metaOf, REF, withCommands } from "./stage/own_state.ts";

interface Scene extends CommandScene {
  readonly followed: FollowedProvider;
  take(message: FromParser, payload?: Uint8Array<ArrayBuffer>): void;
  /** Makes a step of this name fail until it is taken back. */
  fails: string | null;
  touches: number;
  /** Tries again what is held. */
  again(): void;
}

function withIntake(play: (scene: Scene) => Promise<void> | void): Promise<void> {
  return withCommands(async (commands) => {
    const { deeds } = commands;
    const due: (() => void)[] = [];
    const steps = createStepQueue({
      held: ({ session }, { why }) => void deeds.push(`held ${session}: ${why}`),
      freed: () => {},
      after(_, call) {
        due.push(call);
        return () => {};
      },
    });
    const doing = (name: string) => {
      deeds.push(name);
      if (scene.fails === name) throw new NotNow("full");
    };
    const followed = {
      plan: { provider: "codex", roots: ["/root"], grants: [] },
      state: "starting",
      missing: [],
      client: {
        send: (message: { type: string; seq?: number }) => deeds.push(`send ${message.type} ${message.seq}`),
      },
      follow: {
        seen: (seen: SeenSession[]) => doing(`seen ${seen.map(({ session, size }) => `${session}:${size}`)}`),
        ready: (at: number) => doing(`ready ${at}`),
        rewritten: (session: string) => doing(`rewritten ${session}`),
        watched: ({ session, size }: { session: string; size: number }) =>
          doing(`watched ${session}:${size}`),
      },
    } as unknown as FollowedProvider;
    const take = createIntake({
      steps,
      context: commands.context,
      rules: {
        wasRead({ session }) {
          doing(`was read ${session}`);
          return Promise.resolve();
        },
      },
      requested: {
        isCaughtUp: ({ session }: { session: string }) => void deeds.push(`caught up ${session}`),
      } as never,
      recorders: {
        found: ({ session }: { session: string }) => void deeds.push(`found ${session}`),
        take: ({ feed }: { feed: number }, payload: unknown) =>
          void deeds.push(`batch ${feed} ${payload !== null}`),
        lost: ({ feed }: { feed: number }) => void deeds.push(`lost ${feed}`),
      } as never,
      status: {
        touch: () => scene.touches += 1,
        write: () => void deeds.push("status written"),
        trouble: (_: string, kind: string, what: string, count: number) =>
          void deeds.push(`trouble ${kind} ${what} ${count}`),
      } as never,
      log: {
        report: (event: string, fields?: object) => void deeds.push(`log ${event} ${JSON.stringify(fields)}`),
      } as never,
      ready: (provider) => void deeds.push(`recordings of ${provider} start`),
    });
    const scene: Scene = Object.assign(commands, {
      followed,
      take: (message: FromParser, payload?: Uint8Array<ArrayBuffer>) =>
        take(followed, message, payload ?? null),
      fails: null,
      touches: 0,
      again() {
        for (const call of due.splice(0)) call();
      },
    });
    await play(scene);
  });
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

function seen(session: string, size = 1): SeenSession {
  return { session, path: `/root/${session}`, dev: 1, ino: 1, size, modified: 0, parent: null, late: false };
}

Deno.test("intake: what is seen is followed, and recordings that missed it go on", () =>
  withIntake(({ take, deeds }) => {
    take({ type: "seen", sessions: [seen("a"), seen("b")] });
    assert.deepEqual(deeds, ["seen a:1,b:1", "found a", "found b"]);
  }));

Deno.test("intake: while what was seen cannot be kept, later sights join it, each session once", () =>
  withIntake((scene) => {
    scene.fails = "seen a:1";
    scene.take({ type: "seen", sessions: [seen("a")] });
    scene.fails = null;
    scene.take({ type: "seen", sessions: [seen("a", 2), seen("b")] });
    scene.take({ type: "seen", sessions: [seen("b", 3)] });
    scene.again();
    const done = scene.deeds.filter((deed) => deed.startsWith("seen"));
    assert.deepEqual(done, ["seen a:1", "seen a:1", "seen a:2,b:3"]);
  }));

Deno.test("intake: what is seen after the first scan is not taken for what was seen before", () =>
  withIntake((scene) => {
    scene.fails = "seen a:1";
    scene.take({ type: "seen", sessions: [seen("a")] });
    scene.fails = null;
    scene.take({ type: "seen", sessions: [seen("b")] });
    scene.take({ type: "ready", sessions: 2, watching: "inotify", missing: [], looked: 7 });
    scene.take({ type: "seen", sessions: [seen("c")] });
    scene.again();
    const done = scene.deeds.filter((deed) => /^(seen|ready)/.test(deed));
    assert.deepEqual(done, ["seen a:1", "seen a:1", "seen b:1", "ready 7", "seen c:1"]);
    assert.ok(scene.touches > 0);
  }));

for (const [watching, state] of [["inotify", "watching"], ["poll", "polling"]] as const) {
  Deno.test(`intake: the first scan is over, by ${watching}`, () =>
    withIntake(({ take, deeds, followed }) => {
      take({ type: "ready", sessions: 2, watching, missing: ["/gone"], looked: 7 });
      assert.deepEqual(deeds, [
        "ready 7",
        "recordings of codex start",
        `log watching {"provider":"codex","sessions":2,"by":"${watching}"}`,
        "status written",
      ]);
      assert.deepEqual([followed.state, followed.missing], [state, ["/gone"]]);
      take({ type: "watching", how: watching, why: "no watch is left" });
      assert.deepEqual([followed.state, followed.missing], [state, []]);
      const said = deeds.includes('log polling {"provider":"codex","why":"no watch is left"}');
      assert.equal(said, watching === "poll");
    }));
}

function found(event: string, seq: number): Extract<FromParser, { type: "found" }> {
  return {
    type: "found",
    session: "s",
    meta: metaOf(REF),
    event,
    seq,
    time: null,
    scan: {
      commands: [{ verb: "record", destination: "/exports/a.md", token: "::record", place: "leading" }],
      refused: [],
    },
    author: TYPED,
    barred: null,
    continues: null,
    before: null,
  };
}

Deno.test("intake: a parser hears that a message was dealt with when it was, not before", () =>
  withIntake(async (scene) => {
    scene.addSession();
    scene.noRecord = new NotNow("full");
    scene.take(found("e1", 4));
    scene.take({ type: "watched", session: "s", meta: metaOf(REF), checkpoint: checkpointAt(5), size: 9 });
    await settled();
    assert.deepEqual(scene.deeds, ["flush s", "held s: full"]);
    scene.noRecord = null;
    scene.again();
    await settled();
    assert.deepEqual(scene.deeds.slice(2), [
      "flush s",
      "start 1",
      "obeyed: recording /exports/a.md",
      "note e1 null",
      "send handled 4",
      "flush s",
      "was read s",
      "watched s:9",
      "caught up s",
    ]);
    assert.equal(scene.audit.length, 1);
  }));

Deno.test("intake: of checkpoints that wait, the latest is kept", () =>
  withIntake(async (scene) => {
    const watched = (size: number) =>
      scene.take({ type: "watched", session: "s", meta: metaOf(REF), checkpoint: checkpointAt(size), size });
    scene.fails = "was read s";
    watched(1);
    await settled();
    watched(2);
    watched(3);
    scene.fails = null;
    scene.again();
    await settled();
    const kept = scene.deeds.filter((deed) => deed.startsWith("watched"));
    assert.deepEqual(kept, ["watched s:1", "watched s:3"]);
  }));

Deno.test("intake: batches and lost feeds wait for no step", () =>
  withIntake((scene) => {
    const batch = {
      session: "s",
      meta: metaOf(REF),
      first: 0,
      count: 1,
      skipped: 0,
      checkpoint: checkpointAt(1),
    };
    scene.take({ type: "batch", feed: 3, ...batch, end: false }, new Uint8Array(1));
    scene.take({ type: "lost", feed: 4, session: "s", why: "gone" });
    scene.take({ type: "rewritten", session: "s" });
    assert.deepEqual(scene.deeds, ["batch 3 true", "lost 4", "rewritten s"]);
  }));

Deno.test("intake: the log says a trouble once a session, and never what is no name", () =>
  withIntake(({ take, deeds }) => {
    const trouble = (
      what: string,
      kind: "unknown-record" | "malformed-line" = "unknown-record",
      session = "s",
    ) => take({ type: "trouble", session, kind, what, count: 2 });
    const logged = () =>
      deeds.filter((deed) => deed.startsWith("log ")).map((deed) => JSON.parse(deed.slice(16)));
    trouble("new-type");
    trouble("new-type");
    trouble("new-type", "unknown-record", "t");
    trouble("said by a person");
    trouble("reason in words", "malformed-line");
    assert.deepEqual(logged().map(({ session, what }) => [session, what]), [
      ["s", "new-type"],
      ["t", "new-type"],
      ["s", "a type that is no name"],
      ["s", "reason in words"],
    ]);
    assert.equal(deeds.filter((deed) => deed === "trouble unknown-record new-type 2").length, 3);
    for (let n = 0; n < LOGGED_TROUBLES + 5; n += 1) trouble(`type-${n}`);
    assert.equal(logged().length, LOGGED_TROUBLES);
  }));

for (const type of ["mark", "pong", "stopped"] as const) {
  Deno.test(`intake: ${type} is the parser client's`, () =>
    withIntake(({ take }) => {
      assert.throws(() => take({ type } as never), /internal error/);
    }));
}
