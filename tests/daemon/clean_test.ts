/** `kato clean` in the daemon: what goes, what stays, that it can be done again, and that what comes back is no news. */
import assert from "node:assert/strict";
import { createAbsentLogs } from "../../src/daemon/absent_logs.ts";
import { StateError } from "../../src/daemon/state.ts";
import { type Answer, answer as answerSchema, type CleanRequest } from "../../src/protocol/request.ts";
import type { SessionRef } from "../../src/protocol/session.ts";
import { createRows } from "./stage/claude_rows.ts";
import { makeHome, startDaemon, type TestHome } from "./stage/harness.ts";
import { addRead, type CleaningScene, pathOf, withCleaning } from "./stage/cleaning_scene.ts";
import { checkpointAt, metaOf } from "./stage/own_state.ts";
import { openTalk, setStage, type Stage, type Talk, whenHolds } from "./stage/stage.ts";
import { CLAUDE, findLogs } from "./stage/clients.ts";
import { until } from "./stage/until.ts";

/** Why a session whose log is gone stays. */
const STAYS: Readonly<Record<string, (scene: CleaningScene, ref: SessionRef) => void>> = {
  "it has a recording, also one that is over": (scene, ref) => scene.stop(scene.addRecording({ ref })),
  "its file went on in another session": (scene, ref) => {
    const { recordings } = scene.context;
    const before = scene.addRecording({ ref: { ...ref, session: "before" } });
    recordings.leave(before, ref.session, false);
  },
  "a recording goes on with its file": (scene, ref) => {
    const before = scene.addRecording({ ref });
    scene.context.recordings.follow(before, { ...ref, session: "next" }, null);
    scene.database.run("UPDATE recordings SET session = 'elsewhere' WHERE id = ?", before);
  },
  "it is forgotten: a tombstone": (scene, ref) =>
    scene.context.sessions.forget(ref, { size: 200, isThere: true }),
  "a person said where it goes": (scene, ref) => scene.context.sessions.point(ref, "/exports/x.md"),
  "a person let it go, so that no rule takes it": (scene, ref) => scene.context.sessions.letGo(ref, 3),
  "a rule is about it": (scene, ref) =>
    scene.context.sessions.advance(ref, checkpointAt(4), 200, metaOf(ref, "/ruled")),
  "it said just now where it goes on": (scene, ref) =>
    scene.context.sessions.goOn(ref, { into: "next", seq: 3, came: Date.now() }),
  "its log came back": (scene, ref) => void scene.back.add(ref.session),
  "a step of it waits": (scene, ref) =>
    scene.steps.take(ref, () => {
      throw new StateError("not now");
    }),
};

for (const [why, keep] of Object.entries(STAYS)) {
  Deno.test(`clean: a session whose log is gone stays where ${why}`, () =>
    withCleaning(async (scene) => {
      const ref = addRead(scene, "kept");
      addRead(scene, "free");
      scene.absent = new Set(["kept", "free"].map(pathOf));
      keep(scene, ref);
      await onlyFreeGoes(scene);
    }));

  Deno.test(`clean: a session whose log is gone stays where, while the parser looks, ${why}`, () =>
    withCleaning(async (scene) => {
      const ref = addRead(scene, "kept");
      addRead(scene, "free");
      scene.absent = new Set(["kept", "free"].map(pathOf));
      scene.whileAsked = () => keep(scene, ref);
      await onlyFreeGoes(scene);
    }));
}

async function onlyFreeGoes(scene: CleaningScene): Promise<void> {
  const { result, cleaned } = await scene.clean();
  assert.deepEqual([result, cleaned?.logs], ["done", [
    { provider: "codex", session: "free", path: pathOf("free") },
  ]]);
  assert.ok(scene.sessions().includes("kept"));
  assert.ok(!scene.sessions().includes("free"));
}

Deno.test("clean: a session whose log is gone goes, after its record; claims, and sessions that are there, stay", () =>
  withCleaning(async (scene) => {
    for (const session of ["gone", "there"]) addRead(scene, session);
    scene.context.sessions.claimCommand("codex", "event", 0);
    scene.database.run("INSERT INTO sources VALUES ('codex', '/root/odd.jsonl', 1, 1, NULL)");
    scene.absent = new Set([pathOf("gone"), "/root/odd.jsonl"]);

    const would = await scene.clean({ dryRun: true });
    assert.deepEqual([scene.sessions(), scene.audit, would.reason], [
      ["gone", "there"],
      [],
      "would-be-cleaned",
    ]);
    const done = await scene.clean();
    assert.deepEqual(done.cleaned, would.cleaned);
    assert.deepEqual(done.cleaned?.logs.map(({ session, path }) => [session, path]), [
      [null, "/root/odd.jsonl"],
      ["gone", pathOf("gone")],
    ]);
    assert.deepEqual(scene.asked.map(({ letGo }) => letGo), [false, true]);
    assert.deepEqual(scene.asked[0]?.paths, ["/root/odd.jsonl", pathOf("gone"), pathOf("there")]);
    assert.deepEqual(scene.sessions(), ["there"]);
    assert.deepEqual(scene.database.all("SELECT * FROM sources"), []);
    assert.ok(scene.context.sessions.isClaimed("codex", "event", 0));
    assert.deepEqual(
      scene.audit.map((
        { event, decision, reason, session, path },
      ) => [event, decision, reason, session, path]),
      [
        ["state-cleaned", "allow", "log-gone", null, "/root/odd.jsonl"],
        ["state-cleaned", "allow", "log-gone", "gone", pathOf("gone")],
      ],
    );
    // Again: there is nothing left to do.
    assert.deepEqual((await scene.clean()).cleaned?.logs, []);
    assert.equal(scene.audit.length, 2);
  }));

Deno.test("clean: without its record nothing goes, and asking again ends the same", () =>
  withCleaning(async (scene) => {
    addRead(scene, "gone");
    scene.absent = new Set([pathOf("gone")]);
    scene.noRecord = new StateError("no record");
    const { result, reason, message } = await scene.clean();
    assert.deepEqual([result, reason, scene.sessions()], ["failed", "not-now", ["gone"]]);
    assert.match(message, /no record/);
    scene.noRecord = null;
    assert.equal((await scene.clean()).result, "done");
    assert.deepEqual(scene.sessions(), []);
  }));

for (const why of ["not-watched", "no-answer"] as const) {
  Deno.test(`clean: where nobody can say which logs are gone (${why}), nothing goes, and the answer says so`, () =>
    withCleaning(async (scene) => {
      addRead(scene, "gone");
      scene.absent = why === "no-answer" ? null : new Set([pathOf("gone")]);
      if (why === "not-watched") scene.state = "unused";
      const { cleaned } = await scene.clean();
      assert.deepEqual([cleaned?.logs, cleaned?.skipped], [[], [{ provider: "codex", why }]]);
      assert.deepEqual([scene.sessions(), scene.audit], [["gone"], []]);
    }));
}

Deno.test("clean: many sessions go in portions, each of which says where the next one begins", () =>
  withCleaning(async (scene) => {
    const names = Array.from({ length: 501 }, (_, number) => `s${String(number).padStart(3, "0")}`);
    scene.database.transact(() => {
      for (const session of names) scene.addSession({ session });
    });
    scene.absent = new Set(names.map(pathOf));
    const first = await scene.clean();
    assert.deepEqual([first.cleaned?.logs.length, first.cleaned?.next], [500, {
      provider: "codex",
      session: "s499",
    }]);
    const second = await scene.clean({ after: first.cleaned?.next ?? null });
    assert.deepEqual([second.cleaned?.logs.map(({ session }) => session), second.cleaned?.next], [
      ["s500"],
      null,
    ]);
    assert.deepEqual(scene.sessions(), []);
  }));

Deno.test("clean: files that a crash left go, after their record, and nothing that looks otherwise", () =>
  withCleaning(async (scene) => {
    const folder = Deno.makeTempDirSync({ prefix: "kato-clean-" });
    try {
      const left = `.${crypto.randomUUID()}.tmp`;
      const others = [
        "kato.db",
        "x.tmp",
        ".x.tmp",
        `${crypto.randomUUID()}.tmp`,
        `.${crypto.randomUUID()}.json`,
      ];
      for (const name of [left, ...others]) Deno.writeTextFileSync(`${folder}/${name}`, "");
      const folderName = `.${crypto.randomUUID()}.tmp`;
      Deno.mkdirSync(`${folder}/${folderName}`);
      Deno.symlinkSync("kato.db", `${folder}/.${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}.tmp`);
      Object.assign(scene.options, { folders: [folder, `${folder}/not there`] });
      const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      const before = names();
      assert.deepEqual((await scene.clean({ dryRun: true })).cleaned?.files, [`${folder}/${left}`]);
      assert.deepEqual(names(), before);
      scene.noRecord = new StateError("no record");
      assert.equal((await scene.clean()).result, "failed");
      assert.deepEqual(names(), before);
      scene.noRecord = null;
      assert.deepEqual((await scene.clean()).cleaned?.files, [`${folder}/${left}`]);
      assert.deepEqual(names(), before.filter((name) => name !== left));
      assert.deepEqual(scene.audit.map(({ event, reason, path }) => [event, reason, path]), [
        ["state-cleaned", "left-behind", `${folder}/${left}`],
      ]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  }));

Deno.test("clean: an answer of the parser that comes too late has let go, too; one that ended answers nothing", async () => {
  const sent: { n: number }[] = [];
  const letGo: string[] = [];
  let timeIsUp = () => {};
  const absent = createAbsentLogs({
    send: (question) => void sent.push(question),
    letGo: (session) => void letGo.push(session),
    after: (_, call) => {
      timeIsUp = call;
      return () => {};
    },
  });
  const logs = ["a", "b"].map((session) => ({ session, path: pathOf(session) }));
  const late = absent.find(logs, true);
  timeIsUp();
  assert.equal(await late, null);
  absent.answered({ type: "absent", n: sent[0]?.n ?? 0, paths: [pathOf("b")] });
  assert.deepEqual(letGo, ["b"]);
  const dry = absent.find(logs, false);
  absent.answered({ type: "absent", n: sent[1]?.n ?? 0, paths: [pathOf("a")] });
  assert.deepEqual([await dry, letGo], [new Set([pathOf("a")]), ["b"]]);
  const ended = absent.find(logs, true);
  absent.lost();
  assert.equal(await ended, null);
});

/** Puts a request into the spool, and answers how to wait for its answer. */
function put({ places }: TestHome, dryRun = false): () => Promise<Answer> {
  const id = crypto.randomUUID();
  const request: CleanRequest = { v: 1, id, verb: "clean", dryRun, after: null };
  Deno.writeTextFileSync(`${places.requests}/.${id}`, JSON.stringify(request));
  Deno.renameSync(`${places.requests}/.${id}`, `${places.requests}/${id}.json`);
  return () =>
    until("it is answered", () => {
      try {
        return answerSchema.parse(JSON.parse(Deno.readTextFileSync(`${places.requests}/${id}.answer.json`)));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return null;
        throw error;
      }
    });
}

const sessionsOf = ({ cleaned }: Answer) => (cleaned?.logs ?? []).map(({ session }) => session).sort();

/** A home in which a log with a command was there before kato: kato never reads it. */
async function setStageWithOld(): Promise<Stage & { readonly old: Talk }> {
  const home = await makeHome();
  const rows = createRows(crypto.randomUUID(), Date.now() - 86_400_000);
  const log = home.log(rows.session);
  Deno.writeTextFileSync(log, rows.user("::record old.md") + rows.assistant("long ago"));
  const daemon = startDaemon(home);
  await daemon.whenUp();
  const say = (...texts: readonly string[]) => CLAUDE.put(log, ...texts);
  const stage = {
    home,
    daemon,
    ...openTalk(CLAUDE, home),
    old: { rows, log, logs: findLogs(CLAUDE.provider, home, rows.session), say },
    async [Symbol.asyncDispose]() {
      await stage.daemon[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
  return stage;
}

Deno.test("clean: a log that comes back from a backup repeats no old command, and loses none that is new", async () => {
  await using stage = await setStageWithOld();
  const { home, old } = stage;
  stage.say(stage.rows.user("::record kept.md"), stage.rows.assistant("this one stays"));
  await whenHolds(stage, "kept.md", "stays");
  // This run has read it, with a command that was denied.
  const read = openTalk(CLAUDE, home);
  read.say(read.rows.user("::record /etc/denied.md"), read.rows.assistant("one"));
  const denials = () =>
    home.audit().filter(({ session, decision }) => session === read.rows.session && decision === "deny");
  await until("the command is denied", () => denials().length === 1);

  assert.deepEqual(sessionsOf(await put(home)()), []);
  const backups = [read, old].map(({ log }) => ({ log, text: Deno.readTextFileSync(log) }));
  for (const { log } of backups) Deno.removeSync(log);
  const both = [read.rows.session, old.rows.session].sort();
  assert.deepEqual(sessionsOf(await put(home, true)()), both);
  assert.deepEqual(sessionsOf(await put(home)()), both);
  const cleaned = home.audit().filter(({ event }) => event === "state-cleaned");
  assert.deepEqual(cleaned.map(({ session }) => session).sort(), both);
  assert.deepEqual(sessionsOf(await put(home)()), []);

  for (const { log, text } of backups) Deno.writeTextFileSync(log, text);
  for (const [{ rows, say }, file] of [[read, "back.md"], [old, "new.md"]] as const) {
    say(rows.user(`::record ${file}`, { timestamp: new Date().toISOString() }), rows.assistant("since then"));
    await whenHolds(stage, file, "since then");
  }
  const allowed = home.audit().filter(({ event, decision }) => event === "command" && decision === "allow");
  assert.deepEqual(allowed.map(({ requested }) => requested), ["kept.md", "back.md", "new.md"]);
  assert.equal(denials().length, 1);
  assert.throws(() => home.readExport("old.md"), Deno.errors.NotFound);
  const barred = home.audit().filter(({ session, reason }) =>
    session === old.rows.session && reason === "history"
  );
  assert.equal(barred.length, 1);
  // The recorded session was never touched.
  stage.say(stage.rows.user("more"), stage.rows.assistant("it goes on"));
  await whenHolds(stage, "kept.md", "it goes on");
});

Deno.test("clean: a daemon that is killed while it cleans is asked again, and ends the same", async () => {
  await using stage = await setStage();
  const { home } = stage;
  stage.say(stage.rows.user("here"), stage.rows.assistant("there"));
  const gone = Array.from({ length: 40 }, () => {
    const rows = createRows();
    const log = home.log(rows.session);
    Deno.writeTextFileSync(log, rows.user("words") + rows.assistant("more words"));
    return { session: rows.session, log };
  });
  await stage.daemon.whenStatus(
    "all are known",
    ({ providers }) => providers.some(({ sessions }) => sessions >= gone.length + 1),
  );
  for (const { log } of gone) Deno.removeSync(log);
  // The record may be there or not, and so may the rows: each end is mended by asking again.
  put(home);
  await stage.daemon.kill();
  stage.daemon = startDaemon(home);
  await stage.daemon.whenUp();
  assert.equal((await put(home)()).result, "done");
  assert.deepEqual(sessionsOf(await put(home)()), []);
  const recorded = new Set(
    home.audit().filter(({ event }) => event === "state-cleaned").map(({ session }) => session),
  );
  assert.deepEqual([...recorded].sort(), gone.map(({ session }) => session).sort());
});
