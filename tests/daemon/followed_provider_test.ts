/** One provider over a parser that the test plays: what a parser that went down leaves on record and in the state. */
import assert from "node:assert/strict";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { type FollowedProvider, followProvider } from "../../src/daemon/followed_provider.ts";
import { NotNow } from "../../src/daemon/failure.ts";
import { createStepQueue } from "../../src/daemon/step_queue.ts";
import { storeSessions } from "../../src/daemon/sessions_store.ts";
import type { AuditBody } from "../../src/audit/record.ts";
import type { FromParser } from "../../src/protocol/parser_messages.ts";
import { type Acting, fakeRole } from "./stage/fake_roles.ts";
import { REF, withState } from "./stage/own_state.ts";
import { until } from "./stage/until.ts";

interface Scene {
  readonly followed: FollowedProvider;
  /** Marks, logs and reports, in order. */
  readonly deeds: string[];
  readonly audit: AuditBody[];
  readonly actings: Acting[];
  readonly started: { suspects: unknown; quarantined: unknown }[];
  noRecord: boolean;
  /** Tries again what is held. */
  again(): void;
  done(deed: string, times?: number): Promise<void>;
}

/** `isUsed`: what the host says of the provider's folders; without it, the parser is started at once. */
function withProvider(
  play: (scene: Scene) => void | Promise<void>,
  isUsed?: () => boolean,
): Promise<void> {
  return withState(async (database) => {
    const deeds: string[] = [];
    const audit: AuditBody[] = [];
    const actings: Acting[] = [];
    const started: Scene["started"] = [];
    const due: (() => void)[] = [];
    const steps = createStepQueue({
      held: () => {},
      freed: () => {},
      after(_, call) {
        due.push(call);
        return () => {};
      },
    });
    const followed = followProvider({ provider: "codex", roots: ["/logs"], grants: [] }, {
      host: {
        name: "processes",
        ...(isUsed === undefined ? {} : {
          look: (_: string, said: (isUsed: boolean) => void) => {
            const again = () => queueMicrotask(() => said(isUsed()));
            again();
            return { again, stop() {} };
          },
        }),
        start: (_, name) =>
          fakeRole(name, (message, acting) => {
            deeds.push(`got ${message.type}`);
            if (message.type !== "start") return;
            actings.push(acting);
            started.push({ suspects: message["suspects"], quarantined: message["quarantined"] });
          }),
      },
      version: "1",
      effective: { policy: { redaction: REDACTION } },
      database,
      sessions: storeSessions(database),
      steps,
      audit(body) {
        if (scene.noRecord) throw new NotNow("full");
        audit.push(body);
      },
      log: { report: (event: string) => void deeds.push(event) } as never,
      keepMark: (provider, mark) => void deeds.push(`mark ${provider} ${mark}`),
      giveUp: (why) => void deeds.push(why),
      take: (_, message: FromParser) => void deeds.push(`take ${message.type}`),
      unused: (provider) => void deeds.push(`${provider} is not in use`),
      down: (provider, why) => void deeds.push(`${provider} is down: ${why}`),
    });
    const scene: Scene = {
      followed,
      deeds,
      audit,
      actings,
      started,
      noRecord: false,
      again() {
        for (const call of due.splice(0)) call();
      },
      done: async (deed, times = 1) =>
        void await until(`${deed} is done`, () => deeds.filter((one) => one === deed).length >= times, {
          ms: 10_000,
          saw: () => deeds.join("\n"),
        }),
    };
    storeSessions(database).add("codex", {
      session: "s",
      path: "/logs/s.jsonl",
      dev: 1,
      ino: 1,
      size: 5,
      modified: 0,
      parent: null,
      late: false,
    }, null);
    followed.client.start();
    if (isUsed === undefined) await scene.done("got start");
    await play(scene);
    await followed.client.stop(0);
  });
}

const said = ({ audit }: Scene) =>
  audit.map(({ event, decision, reason, session, path, detail }) => [
    event,
    decision,
    reason,
    session,
    path,
    detail,
  ]);

Deno.test("provider: a parser that ends by itself is on record with its session, and counts against it", () =>
  withProvider(async (scene) => {
    const { actings, deeds, followed, done } = scene;
    followed.state = "watching";
    for (let n = 0; n < 2; n += 1) {
      actings[n]?.send({ type: "mark", session: REF.session });
      await done("got marked", n + 1);
      actings[n]?.fail("out of memory");
      await done("codex is down: out of memory", n + 1);
      assert.equal(followed.state, "failed");
      if (n === 0) await done("got start", 2);
    }
    assert.deepEqual(said(scene), [
      ["role-ended", "note", "role-ended", "s", null, "out of memory"],
      ["role-ended", "note", "role-ended", "s", null, "out of memory"],
      ["source-quarantined", "note", "parser-failed-twice", "s", null, null],
    ]);
    assert.deepEqual(deeds.filter((deed) => !deed.startsWith("got")).slice(-3), [
      "parser-ended",
      "session-quarantined",
      "codex is down: out of memory",
    ]);
    assert.deepEqual(followed.follow.counts().quarantined, ["s"]);
  }));

Deno.test("provider: one that had nothing in its hands counts against nobody", () =>
  withProvider(async (scene) => {
    const { actings, done } = scene;
    actings[0]?.send({ type: "mark", session: "s" });
    actings[0]?.send({ type: "mark", session: null });
    await done("mark codex null");
    actings[0]?.fail("down");
    await done("codex is down: down");
    assert.deepEqual(said(scene), [["role-ended", "note", "role-ended", null, null, "down"]]);
  }));

Deno.test("provider: one that breaks the protocol is denied on record", () =>
  withProvider(async (scene) => {
    scene.actings[0]?.send({ type: "nonsense" });
    await scene.done("codex is down: a message that the protocol does not have");
    assert.deepEqual(said(scene).map(([event, decision, reason]) => [event, decision, reason]), [
      ["protocol-violation", "deny", "protocol-violation"],
    ]);
  }));

Deno.test("provider: what cannot be on record now is once it can, and nothing is quarantined before", () =>
  withProvider((scene) => {
    const { followed } = scene;
    scene.followed.crashed("s");
    scene.noRecord = true;
    followed.crashed("s");
    assert.deepEqual([scene.audit, followed.follow.counts().quarantined], [[], []]);
    scene.noRecord = false;
    scene.again();
    assert.deepEqual(said(scene).map(([event]) => event), ["source-quarantined"]);
    assert.deepEqual(followed.follow.counts().quarantined, ["s"]);
  }));

Deno.test("provider: of logs that said nothing yet, one that is alone with a crash twice is left alone", () =>
  withProvider(async (scene) => {
    const { actings, deeds, done, started, followed } = scene;
    const logs = (...paths: string[]) => ({
      type: "mark",
      session: null,
      logs: paths.map((path) => ({ path, size: 1 })),
    });
    actings[0]?.send(logs("/logs/a", "/logs/b"));
    await done("got marked");
    actings[0]?.fail("down");
    await done("got start", 2);
    assert.deepEqual(started[1], { suspects: ["/logs/a", "/logs/b"], quarantined: [] });
    // It went on past the first: that one is none.
    actings[1]?.send(logs("/logs/a"));
    actings[1]?.send(logs("/logs/b"));
    await done("got marked", 3);
    actings[1]?.fail("down");
    await done("got start", 3);
    assert.deepEqual(started[2], { suspects: [], quarantined: [{ path: "/logs/b", size: 1 }] });
    assert.deepEqual(said(scene).at(-1), [
      "source-quarantined",
      "note",
      "parser-failed-twice",
      null,
      "/logs/b",
      null,
    ]);
    assert.deepEqual(followed.sources.quarantined(), ["/logs/b"]);
    assert.ok(deeds.includes("session-quarantined"));
  }));

Deno.test("provider: what its parser sends is taken, and its looks are kept in their lane", () =>
  withProvider(async (scene) => {
    scene.actings[0]?.send({ type: "watching", how: "poll", why: "no" });
    await scene.done("take watching");
    scene.followed.client.beat();
    await scene.done("got ping");
    scene.actings[0]?.send({ type: "pong", n: 1, looked: 7_000 });
    scene.actings[0]?.send({ type: "watching", how: "poll", why: "no" });
    await scene.done("take watching", 2);
    scene.followed.follow.ready(5_000);
    scene.followed.follow.seen([]);
  }));

Deno.test("provider: a session that is released is on record", () =>
  withProvider(async (scene) => {
    scene.followed.crashed("s");
    scene.followed.crashed("s");
    scene.audit.length = 0;
    const grown = {
      session: "s",
      path: "/logs/s.jsonl",
      dev: 1,
      ino: 1,
      size: 6,
      modified: 0,
      parent: null,
      late: false,
    };
    scene.followed.follow.ready(5_000);
    scene.followed.follow.seen([grown]);
    assert.deepEqual(said(scene), [["source-released", "note", "grown-or-upgraded", "s", null, null]]);
    await scene.done("got watch");
  }));

Deno.test("provider: one without a session is known at once, and a first session that cannot be read at first is news", async () => {
  let holds = false;
  const seen = (session: string, late: boolean) => ({
    session,
    path: `/logs/${session}.json`,
    dev: 1,
    ino: 7,
    size: 5,
    modified: 0,
    parent: null,
    late,
  });
  await withProvider(async ({ followed, deeds, done, actings }) => {
    await done("codex is not in use");
    assert.equal(followed.state, "unused");
    assert.ok(deeds.includes("unused"));
    assert.equal(actings.length, 0);
    holds = true;
    followed.client.beat();
    await done("got start");
    followed.follow.seen([seen("late", true)]);
    await done("got watch");
  }, () => holds);
});
