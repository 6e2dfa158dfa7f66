/** Roles that fail, hang, or break the protocol: each is dealt with, and the others go on. */
import assert from "node:assert/strict";
import { afterAwake } from "../../src/hosts/timers.ts";
import { DOUBT_MS } from "../../src/protocol/limits.ts";
import { append, createRows } from "./stage/claude_rows.ts";
import { threads, WORLDS } from "../hosts/worlds.ts";
import type { Act, Acting } from "./stage/fake_roles.ts";
import { type InProcess, runInProcess } from "./stage/in_process.ts";
import { renderCapture } from "./stage/one_shot.ts";
import { readExport } from "./stage/stage.ts";
import { until, withClockAhead } from "./stage/until.ts";

const SESSION = "5f0c9a1e-7d42-4b6b-9c1e-000000000001";

function sayReady(acting: Acting, size: number): void {
  const path = "/nowhere/-p/log.jsonl";
  const seen = { session: SESSION, path, dev: 1, ino: 1, size, modified: 0, parent: null, late: false };
  acting.send({ type: "ready", sessions: 0, watching: "inotify", missing: [], looked: Date.now() });
  acting.send({ type: "seen", sessions: [seen] });
}

function statusOf({ home }: InProcess) {
  return home.status()?.providers[0];
}

const VIOLATIONS: Readonly<Record<string, (acting: Acting) => void>> = {
  "a message that the protocol does not have": (acting) =>
    acting.send({ type: "write", path: "/etc/passwd" }),
  "a message with a field too many": (acting) => acting.send({ type: "pong", n: 1, path: "/etc" }),
  "a message with a field of the wrong type": (acting) => acting.send({ type: "pong", n: "1" }),
  "no message at all": (acting) => acting.send(null),
  "a command that was never typed": (acting) =>
    acting.send({ type: "found", session: SESSION, scan: { commands: ["::record"] } }),
};

for (const [host, make] of WORLDS) {
  Deno.test(`${host}: parser: a session that takes it down twice is quarantined, and released when it has grown`, async () => {
    let size = 100;
    let starts = 0;
    const told: string[] = [];
    const act: Act = (message, acting) => {
      if (message.type === "start") {
        starts += 1;
        sayReady(acting, size);
      }
      if (message.type === "watch") acting.send({ type: "mark", session: SESSION });
      if (message.type === "quarantine") told.push("quarantine");
      if (message.type === "marked") {
        if (starts <= 2) return acting.fail("out of memory");
        told.push("parsed");
      }
    };
    let last: Acting | null = null;
    await using world = make((kind) =>
      kind !== "parser" ? null : (message, acting) => {
        last = acting;
        act(message, acting);
      }
    );
    await using run = await runInProcess(world.host);
    await run.whenAudited(
      "it is quarantined",
      ({ event, session }) => event === "source-quarantined" && session === SESSION,
    );
    await until("the status shows it", () => statusOf(run)?.quarantined.includes(SESSION));
    assert.equal(run.audit.filter(({ event }) => event === "role-ended").length, 2);
    await until("the third parser is told to leave it alone", () => told.includes("quarantine"));
    assert.ok(!told.includes("parsed"));

    size = 200;
    if (last === null) throw new Error("no parser was started");
    sayReady(last, size);
    await run.whenAudited(
      "it is released",
      ({ event, session }) => event === "source-released" && session === SESSION,
    );
    await until("it is parsed again", () => told.includes("parsed"));
    await until("the status does not show it any more", () => statusOf(run)?.quarantined.length === 0);
  });

  Deno.test(`${host}: parser: a log that has said nothing and takes it down is found among others, and quarantined the second time`, async () => {
    const logs = ["/nowhere/a", "/nowhere/bad", "/nowhere/c"].map((path) => ({ path, size: 7 }));
    const starts: { suspects: unknown; quarantined: unknown }[] = [];
    const marks: string[] = [];
    await using world = make((kind) =>
      kind !== "parser" ? null : (message, acting) => {
        const next = () => {
          const log = logs.find(({ path }) => !marks.includes(path));
          acting.send({ type: "mark", session: null, ...(log === undefined ? {} : { logs: [log] }) });
          if (log !== undefined) marks.push(log.path);
        };
        if (message.type === "start") {
          starts.push({ suspects: message["suspects"], quarantined: message["quarantined"] });
          if (starts.length === 1) acting.send({ type: "mark", session: null, logs });
          else if (starts.length < 4) next();
        }
        if (message.type !== "marked") return;
        if (starts.length === 1 || marks.at(-1) === "/nowhere/bad") {
          if (starts.length === 3) return acting.fail("in the end");
          return acting.fail("out of memory");
        }
        next();
      }
    );
    await using run = await runInProcess(world.host);
    const record = await run.whenAudited("it is quarantined", ({ event }) => event === "source-quarantined");
    assert.deepEqual([record.session, record.path], [null, "/nowhere/bad"]);
    await until("it is started again", () => starts.length >= 3);
    await until("the status shows it", () => statusOf(run)?.quarantined.includes("/nowhere/bad"));
    assert.deepEqual(starts.slice(0, 3), [
      { suspects: [], quarantined: [] },
      { suspects: logs.map(({ path }) => path), quarantined: [] },
      // The first was looked at in peace meanwhile.
      { suspects: ["/nowhere/c"], quarantined: [{ path: "/nowhere/bad", size: 7 }] },
    ]);
    assert.equal(run.audit.filter(({ event }) => event === "source-quarantined").length, 1);
  });

  Deno.test(`${host}: parser: one failure is forgiven once its session was read`, async () => {
    let starts = 0;
    await using world = make((kind) =>
      kind !== "parser" ? null : (message, acting) => {
        if (message.type === "start") {
          starts += 1;
          sayReady(acting, 100);
        }
        if (message.type === "watch") acting.send({ type: "mark", session: SESSION });
        if (message.type === "marked" && starts === 1) acting.fail("once");
      }
    );
    await using run = await runInProcess(world.host);
    await until("it is started again", () => starts === 2);
    assert.ok(!run.audit.some(({ event }) => event === "source-quarantined"));
  });

  for (const [name, violate] of Object.entries(VIOLATIONS)) {
    Deno.test(`${host}: parser: ${name} ends it, is on record, and another provider does not notice`, async () => {
      let starts = 0;
      await using world = make((_, role) =>
        role !== "parser:codex" ? null : (message, acting) => {
          if (message.type !== "start") return;
          starts += 1;
          if (starts === 1) violate(acting);
          else {acting.send({
              type: "ready",
              sessions: 0,
              watching: "inotify",
              missing: [],
              looked: Date.now(),
            });}
        }
      );
      await using run = await runInProcess(world.host, ["codex", "claude-code"]);
      const rows = createRows();
      await until(
        "the other provider is followed",
        () =>
          run.home.status()?.providers.some(({ provider, state }) =>
            provider === "claude-code" && state === "watching"
          ),
      );
      const log = run.home.log(rows.session);
      append(log, rows.user("::capture notes.md"), rows.assistant("as if nothing happened"));
      const record = await run.whenAudited("it is on record", ({ event }) => event === "protocol-violation");
      assert.equal(record.provider, "codex");
      assert.equal(record.decision, "deny");
      await until("it is started again", () => starts === 2);
      const text = renderCapture(log, "::capture notes.md");
      await until("the other session is recorded", () => readExport(run.home, "notes.md") === text);
    });
  }

  Deno.test(`${host}: writer: one that answers out of turn is ended, is on record, and another takes its place`, async () => {
    let writers = 0;
    await using world = make((kind) => {
      if (kind !== "writer") return null;
      writers += 1;
      return writers === 1 ? (_, acting) => acting.send({ type: "closed" }) : null;
    });
    await using run = await runInProcess(world.host);
    await run.whenUp();
    const rows = createRows();
    const log = run.home.log(rows.session);
    append(log, rows.user("::capture notes.md"), rows.assistant("one"));
    await run.whenAudited(
      "it is on record",
      ({ event, path }) => event === "protocol-violation" && path === `${run.home.exports}/notes.md`,
    );
    await until(
      "the recording is blocked",
      () => run.home.status()?.recordings[0]?.problem?.includes("protocol"),
    );
    run.orchestrator.tend();
    const text = renderCapture(log, "::capture notes.md");
    await until("it is recorded all the same", () => readExport(run.home, "notes.md") === text);
  });
}

Deno.test("a parser that answers is asked once in the heartbeat's time, and never given up", async () => {
  let asked = 0;
  const act: Act = (message, acting) => {
    if (message.type === "start") sayReady(acting, 100);
    if (message.type !== "ping") return;
    asked += 1;
    acting.send({ type: "pong", n: message.n, looked: 0 });
    // Taken after the answer.
    acting.send({ type: "mark", session: SESSION });
  };
  await using world = threads((kind) => kind === "parser" ? act : null);
  await using run = await runInProcess(world.host);
  await run.whenUp();
  const tendTwice = async (answers: number) => {
    run.orchestrator.tend();
    await until("its answer is taken", () => run.markings.length === answers);
    run.orchestrator.tend();
  };
  await tendTwice(1);
  await withClockAhead(11_000, () => tendTwice(2));
  // A question too many would come before this one.
  await withClockAhead(22_000, () => tendTwice(3));
  assert.deepEqual([asked, run.gaveUp], [3, []]);
});

Deno.test("threads: a parser that does not answer for the heartbeat's time is given up, with its session counted", async () => {
  const act: Act = (message, acting) => {
    if (message.type === "start") sayReady(acting, 100);
    if (message.type === "watch") acting.send({ type: "mark", session: SESSION });
    // And from then on it loops: nothing is answered.
  };
  await using world = threads((kind) => kind === "parser" ? act : null);
  await using run = await runInProcess(world.host);
  await until("it has the session in its hands", () => run.marks.get("claude-code") === SESSION);
  run.orchestrator.tend();
  assert.deepEqual(run.gaveUp, []);
  await withClockAhead(11_000, () => run.orchestrator.tend());
  // Not at once: its answer might be there, and not taken yet.
  assert.deepEqual(run.gaveUp, []);
  await until("it is given up", () => run.gaveUp.length > 0);
  assert.deepEqual(run.gaveUp, ["the parser of claude-code does not answer"]);
  // The next start is told by the mark that is on the disk, and counts it: once more, and it is quarantined.
  run.orchestrator.crashed("claude-code", SESSION);
  assert.ok(run.audit.some(({ event }) => event === "source-quarantined"));
});

Deno.test("a parser whose answer waits while the orchestrator is held up is not taken for a silent one", async () => {
  let answer = () => {};
  const act: Act = (message, acting) => {
    if (message.type === "start") sayReady(acting, 100);
    if (message.type === "ping") answer = () => acting.send({ type: "pong", n: message.n, looked: 0 });
  };
  await using world = threads((kind) => kind === "parser" ? act : null);
  await using run = await runInProcess(world.host);
  await run.whenUp();
  run.orchestrator.tend();
  // The orchestrator does nothing for longer than the heartbeat; then its timer comes before what was sent to it.
  await withClockAhead(25_000, () => run.orchestrator.tend());
  answer();
  // The orchestrator's own doubt is due before this.
  await new Promise<void>((resolve) => afterAwake(DOUBT_MS + 500, resolve));
  assert.deepEqual(run.gaveUp, []);
});
