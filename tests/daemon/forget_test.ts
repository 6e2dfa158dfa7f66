/** Sessions that a person has forgotten: what goes, what stays, and what brings them back. */
import assert from "node:assert/strict";
import { createAutoRules } from "../../src/daemon/auto_rules.ts";
import { type ForgettingOptions, keepForgottenList, obeyForget } from "../../src/daemon/forget.ts";
import { obeyCommand } from "../../src/daemon/obey_commands.ts";
import { scrub } from "../../src/daemon/scrub.ts";
import { StateError } from "../../src/daemon/state.ts";
import { createStepQueue } from "../../src/daemon/step_queue.ts";
import type { Answer } from "../../src/protocol/request.ts";
import type { SessionRef } from "../../src/protocol/session.ts";
import { autoRule } from "../../src/settings/auto_rule.ts";
import { DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import { ask } from "./stage/ask.ts";
import { startDaemon, type TestHome } from "./stage/harness.ts";
import { checkpointAt, type CommandScene, metaOf, REF, withCommands } from "./stage/own_state.ts";
import { readExport, setStage, type Stage, whenHolds } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

interface Scene extends CommandScene {
  readonly options: ForgettingOptions;
  /** The next step of this name throws. */
  fails: "audit" | "rows" | "list" | "scrub" | null;
  /** Of every recording. */
  problem: string | null;
  forget(ref?: SessionRef): Promise<Answer>;
  /** Everything that the state has, by table. */
  rows(): Record<string, number>;
}

function withForgetting(play: (scene: Scene) => Promise<void>): Promise<void> {
  return withCommands(async (commands) => {
    const { context, database, deeds } = commands;
    const steps = createStepQueue({ held: () => {}, freed: () => {}, after: () => () => {} });
    const failing = (step: Scene["fails"], work: () => void) => {
      if (scene.fails !== step) return work();
      scene.fails = null;
      throw new StateError(`no ${step}`);
    };
    const options: ForgettingOptions = {
      ...context,
      steps,
      scrub: (state) => failing("scrub", () => scrub(state)),
      recordings: {
        ...context.recordings,
        forget: (ref) => failing("rows", () => context.recordings.forget(ref)),
      },
      audit: (...bodies) => failing("audit", () => context.audit(...bodies)),
      status: { forget: ({ session }) => void deeds.push(`status forgets ${session}`) },
      catchUp: () => Promise.resolve(true),
      followOf: () => ({ sizeOf: () => 300, isThere: () => true }),
      recorders: { settled: (id) => context.recorders.settled(id), problem: () => scene.problem },
      forgottenList: {
        keep: (next) => failing("list", () => void deeds.push(`list ${next?.session}`)),
        keepLater: () => void deeds.push("list"),
      },
    };
    const scene: Scene = Object.assign(commands, {
      options,
      fails: null,
      problem: null,
      forget: (ref = REF) =>
        obeyForget(options, { v: 1, id: "00000000", verb: "forget", ...ref, destination: null }),
      rows() {
        const tables = ["sessions", "recordings", "deliveries", "files", "commands"];
        return Object.fromEntries(
          tables.map((table) => [table, Number(database.get(`SELECT count(*) AS n FROM ${table}`)?.["n"])]),
        );
      },
    });
    await play(scene);
  });
}

/** A session that was read, recorded twice and stopped. */
function fill(scene: Scene): void {
  const { sessions, recordings } = scene.context;
  scene.addSession();
  sessions.advance(REF, checkpointAt(4), 200, { ...metaOf(REF, "/work"), title: "a title" });
  sessions.point(REF, "/exports/a.md");
  sessions.claimCommand("codex", "event", 0);
  for (const destination of ["/exports/a.md", "/exports/b.md"]) {
    const id = scene.addRecording({ destination });
    recordings.setFile(id, { dev: 7, ino: id }, 12, { path: destination, birth: null });
    scene.stop(id);
  }
}

const LEFT = {
  forgotten: true,
  baseline: 300,
  checkpoint: null,
  meta: null,
  destination: null,
  letGo: 0,
  path: "/root/s.jsonl",
};

function left(scene: Scene, ref = REF) {
  const stored = scene.context.sessions.find(ref) ?? assert.fail("its row is gone");
  const { isForgotten: forgotten, baseline, checkpoint, meta, destination, letGo, path } = stored;
  return { forgotten, baseline, checkpoint, meta, destination, letGo, path };
}

Deno.test("forget: rows of the session go, after their record; a tombstone, claims and other sessions stay", () =>
  withForgetting(async (scene) => {
    fill(scene);
    const other = scene.addSession({ session: "other" });
    scene.addRecording({ ref: other, destination: "/exports/other.md" });
    const answer = await scene.forget();
    assert.deepEqual(answer, {
      v: 1,
      id: "00000000",
      result: "done",
      reason: "forgotten",
      message: "forgotten",
      destination: null,
      files: [
        { path: "/exports/a.md", file: { dev: 7, ino: 1, size: 12 }, holds: null },
        { path: "/exports/b.md", file: { dev: 7, ino: 2, size: 12 }, holds: null },
      ],
    });
    assert.deepEqual(left(scene), LEFT);
    assert.deepEqual(scene.rows(), { sessions: 2, recordings: 1, deliveries: 0, files: 0, commands: 1 });
    assert.deepEqual(
      scene.audit.map((
        { event, decision, reason, session, path },
      ) => [event, decision, reason, session, path]),
      [
        ["session-forgotten", "allow", "asked-for", "s", "/exports/a.md"],
        ["session-forgotten", "allow", "asked-for", "s", "/exports/b.md"],
      ],
    );
    assert.deepEqual(scene.deeds, ["flush s", "list s", "status forgets s"]);
    // Asked again: nothing is left to decide, and what may have failed is done again.
    assert.equal((await scene.forget()).reason, "already-forgotten");
    assert.equal(scene.audit.length, 2);
    assert.equal(scene.deeds.filter((deed) => deed === "list s").length, 2);
  }));

for (const step of ["audit", "rows", "list", "scrub"] as const) {
  Deno.test(`forget: when the step '${step}' fails, the answer says so, and asking again ends the same`, () =>
    withForgetting(async (scene) => {
      fill(scene);
      scene.fails = step;
      const failed = await scene.forget();
      assert.deepEqual([failed.result, failed.reason], ["failed", "not-now"]);
      assert.match(failed.message, new RegExp(`no ${step}`));
      const isDecided = step === "scrub";
      // The list that came before is taken back.
      assert.equal(scene.deeds.includes("list"), !isDecided);
      // All or nothing.
      assert.equal(scene.rows()["recordings"], isDecided ? 0 : 2);
      assert.equal(left(scene).forgotten, isDecided);
      assert.equal(failed.files?.length ?? 0, isDecided ? 2 : 0);
      assert.equal((await scene.forget()).result, "done");
      assert.deepEqual(left(scene), LEFT);
      assert.ok(scene.audit.some(({ reason }) => reason === "asked-for"));
    }));
}

Deno.test("forget: a session that is recorded, or whose file another session waits for, is refused on record", () =>
  withForgetting(async (scene) => {
    fill(scene);
    const id = scene.addRecording({ destination: "/exports/c.md" });
    const refused = await scene.forget();
    assert.deepEqual([refused.result, refused.reason, refused.destination], [
      "denied",
      "still-recorded",
      "/exports/c.md",
    ]);
    assert.match(
      refused.message,
      /^kato still records it into \/exports\/c\.md\. Stop that first: kato stop s$/,
    );
    scene.stop(id);
    const moving = scene.addRecording({ destination: "/exports/d.md" });
    scene.context.recordings.leave(moving, "next", true);
    scene.context.recordings.follow(moving, { ...REF, session: "next" }, null);
    scene.stop(moving);
    assert.match((await scene.forget()).message, /kato stop next$/);
    assert.deepEqual(scene.audit.map(({ reason, path }) => [reason, path]), [
      ["still-recorded", "/exports/c.md"],
      ["still-recorded", "/exports/d.md"],
    ]);
    assert.equal(scene.rows()["recordings"], 5);
    assert.equal(left(scene).forgotten, false);
  }));

Deno.test("forget: what is to end, and is not written to its end, is refused at once: its log may be gone", () =>
  withForgetting(async (scene) => {
    fill(scene);
    scene.addRecording({ destination: "/exports/c.md", until: 9 });
    scene.problem = "its log is not there";
    scene.settled = () => assert.fail("it waits");
    const { result, reason, message } = await scene.forget();
    assert.deepEqual([result, reason], ["denied", "still-recorded"]);
    assert.match(
      message,
      /not written the end of it into \/exports\/c\.md yet.*'kato stop s' ends it as it is/,
    );
    assert.deepEqual(scene.audit.map(({ path }) => path), ["/exports/c.md"]);
    assert.equal(left(scene).forgotten, false);
  }));

for (const ends of [true, false]) {
  const title = ends ? "is awaited" : "is awaited for a while, and then refused";
  Deno.test(`forget: the end of what was stopped ${title}, and no step of the session waits meanwhile`, () =>
    withForgetting(async (scene) => {
      fill(scene);
      const id = scene.addRecording({ destination: "/exports/c.md", until: 9 });
      const asked = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      scene.settled = (recording) => {
        assert.equal(recording, id);
        asked.resolve();
        return end.promise;
      };
      let timeIsUp = () => {};
      let calledOff = 0;
      Object.assign(scene.options, {
        after: (ms: number, call: () => void) => {
          assert.equal(ms, 2_000);
          timeIsUp = call;
          return () => calledOff += 1;
        },
      });
      const forgetting = scene.forget();
      await asked.promise;
      let stepped = false;
      scene.options.steps.take(REF, () => void (stepped = true));
      assert.ok(stepped);
      assert.equal(left(scene).forgotten, false);
      if (ends) {
        scene.stop(id);
        end.resolve();
      } else timeIsUp();
      const { reason } = await forgetting;
      assert.deepEqual([reason, calledOff], ends ? ["forgotten", 1] : ["still-recorded", 0]);
      assert.equal(left(scene).forgotten, ends);
    }));
}

Deno.test("forget: a file that went on with another session is named with it, and stays that session's", () =>
  withForgetting(async (scene) => {
    const { recordings } = scene.context;
    fill(scene);
    const before = scene.addRecording({ destination: "/exports/c.md" });
    recordings.setFile(before, { dev: 7, ino: 9 }, 20, { path: "/exports/c.md", birth: null });
    const next = scene.addSession({ session: "next" });
    recordings.leave(before, "next", true);
    const after = recordings.follow(before, next, null);
    scene.stop(before);
    recordings.takeOver(after, before);
    const { files = [] } = await scene.forget();
    assert.deepEqual(files.find(({ path }) => path === "/exports/c.md")?.holds, "next");
    // The other session's recording goes on: it may append to the file.
    assert.equal(scene.rows()["files"], 1);
    assert.deepEqual(recordings.active().map(({ id, inherits }) => [id, inherits]), [[after, "s"]]);
    scene.stop(after);
    const last = await scene.forget(next);
    assert.deepEqual(last.files, [{
      path: "/exports/c.md",
      file: { dev: 7, ino: 9, size: 20 },
      holds: null,
    }]);
    assert.equal(scene.rows()["files"], 0);
  }));

Deno.test("forget: the number of a recording that is gone is never another's", () =>
  withForgetting(async (scene) => {
    fill(scene);
    await scene.forget();
    const other = scene.addSession({ session: "other" });
    assert.equal(scene.addRecording({ ref: other }), 3);
    assert.equal(scene.context.recordings.isActive(2), false);
    scene.stop(3);
    await scene.forget(other);
    assert.equal(scene.addRecording({ ref: other }), 4);
  }));

/** Ids that would lead elsewhere if anybody took them for a path, a pattern or a statement. */
const HOSTILE = [
  "../../.ssh/id_rsa",
  "/etc/passwd",
  "%",
  "s'; DELETE FROM sessions; --",
  "\u001b[2J",
  "s\u0000",
];

Deno.test("forget: an id is an id and nothing else, whatever it looks like", () =>
  withForgetting(async (scene) => {
    fill(scene);
    const before = scene.rows();
    for (const session of HOSTILE) {
      const { result, reason } = await scene.forget({ provider: "codex", session });
      assert.deepEqual([result, reason], ["failed", "no-such-session"], session);
    }
    assert.deepEqual([scene.rows(), scene.audit, left(scene).forgotten], [before, [], false]);
    for (const session of HOSTILE) {
      scene.addSession({ session });
      assert.equal((await scene.forget({ provider: "codex", session })).result, "done");
    }
    assert.equal(left(scene).forgotten, false);
    assert.equal(scene.rows()["recordings"], 2);
  }));

Deno.test("forget: a log that is gone leaves no path; when it comes back it is history", () =>
  withForgetting(async (scene) => {
    fill(scene);
    Object.assign(scene.options, { followOf: () => null });
    await scene.forget();
    assert.deepEqual(left(scene), { ...LEFT, baseline: 200, path: "" });
  }));

/** What comes after a session was forgotten, and must go with the next `kato forget`. */
const LATER: Readonly<Record<string, (scene: Scene) => void>> = {
  "where its log goes on, in the state of an older kato": ({ context }) =>
    context.sessions.goOn(REF, { into: "next", seq: 9, came: 1 }),
  "when its log was written anew": ({ context }) =>
    context.sessions.arrive(REF, { added: 1_000, looked: 2_000 }),
  "the path of a log that is gone now": (scene) => Object.assign(scene.options, { followOf: () => null }),
};

for (const [what, come] of Object.entries(LATER)) {
  Deno.test(`forget: asked again, it takes away ${what}, and keeps the time of the first`, () =>
    withForgetting(async (scene) => {
      fill(scene);
      await scene.forget();
      const long = "2020-01-01T00:00:00.000Z";
      scene.database.run("UPDATE sessions SET forgotten = ?", long);
      come(scene);
      assert.equal((await scene.forget()).reason, "already-forgotten");
      const { goesOn, arrival, path } = scene.context.sessions.find(REF) ?? assert.fail("its row is gone");
      assert.deepEqual([goesOn, arrival], [null, null]);
      assert.equal(path, what.includes("path") ? "" : LEFT.path);
      assert.equal(scene.database.get("SELECT forgotten FROM sessions")?.["forgotten"], long);
    }));
}

Deno.test("forget: where the log of a forgotten session says that it goes on, nobody keeps that", () =>
  withForgetting(async (scene) => {
    fill(scene);
    await scene.forget();
    const context = { ...scene.context, recorded: new Set<string>() };
    scene.context.moves.take(context, REF, { continues: "next", seq: 9 }, 1);
    assert.equal(scene.context.sessions.find(REF)?.goesOn, null);
  }));

Deno.test("forget: recordings that went on with its file lose its title, and keep what they write on with", () =>
  withForgetting(async (scene) => {
    const { recordings } = scene.context;
    fill(scene);
    const first = scene.addRecording({ destination: "/exports/c.md" });
    scene.addRecording({ ref: { ...REF, provider: "gemini" }, destination: "/exports/d.md" });
    const head = "json_set(head, '$.meta.title', 'zanzibar', '$.meta.project', '/work')";
    scene.database.run(`UPDATE recordings SET head = ${head} WHERE id >= ?`, first);
    let last = first;
    for (const session of ["second", "third"]) {
      const next = recordings.follow(last, scene.addSession({ session }), null);
      recordings.leave(last, session, true);
      scene.stop(last);
      recordings.takeOver(next, last);
      last = next;
    }
    await scene.forget();
    assert.deepEqual(
      recordings.active().map(({ provider, session, id }) => {
        const { title, project } = recordings.get(id).head.meta;
        return [provider, session, title, project];
      }),
      [["gemini", "s", "zanzibar", "/work"], ["codex", "third", null, "/work"]],
    );
    assert.equal(recordings.get(last - 1).head.meta.title, null);
  }));

Deno.test("forget: no rule records a forgotten session, nor a copy of one", () =>
  withForgetting(async (scene) => {
    const { context } = scene;
    fill(scene);
    await scene.forget();
    const rule = autoRule.parse({ projects: ["/"], existing: true });
    const policy = { ...DEFAULT_POLICY, recording: { ...DEFAULT_POLICY.recording, auto: [rule] } };
    const rules = createAutoRules({
      context,
      effective: { policy, hash: "h" },
      fileName: "{session}",
    });
    const copy = scene.addSession({ session: "copy", parent: "s" });
    for (const ref of [REF, copy]) {
      const meta = { ...metaOf(ref, "/work"), title: "a title" };
      await rules.wasRead({
        type: "watched",
        session: ref.session,
        meta,
        checkpoint: checkpointAt(9),
        size: 400,
      }, "codex");
    }
    assert.deepEqual(context.recordings.active(), []);
    // The same rule records a session that nobody had forgotten.
    const free = scene.addSession({ session: "free" });
    const meta = { ...metaOf(free, "/work"), title: "a title" };
    await rules.wasRead(
      { type: "watched", session: "free", meta, checkpoint: checkpointAt(9), size: 4 },
      "codex",
    );
    assert.equal(context.recordings.active().length, 1);
  }));

const LIFTS: readonly (readonly [verb: "record" | "capture" | "export" | "init" | "stop", lifts: boolean])[] =
  [
    ["record", true],
    ["capture", true],
    ["export", false],
    ["init", false],
    ["stop", false],
  ];

for (const [verb, lifts] of LIFTS) {
  Deno.test(`forget: a typed ::${verb} ${lifts ? "has kato keep the session again" : "leaves it forgotten"}`, () =>
    withForgetting(async (scene) => {
      const { context } = scene;
      fill(scene);
      await scene.forget();
      const command = {
        ref: REF,
        meta: metaOf(REF),
        asker: "chat",
        verb,
        destination: verb === "stop" ? null : "/exports/new.md",
        token: `::${verb}`,
        place: "leading",
        seq: 9,
        before: checkpointAt(9),
        claim: () => true,
      } as const;
      // Policy, which denies the file, decides first.
      scene.decision = { allow: false, reason: "outside-roots", path: "/x.md", message: "No." } as never;
      await obeyCommand({ ...context, recorded: new Set() }, command);
      assert.equal(left(scene).forgotten, true);
      scene.decision = null;
      await obeyCommand({ ...context, recorded: new Set() }, command);
      assert.equal(left(scene).forgotten, !lifts);
      const decided = scene.audit.map(({ event, reason }) => `${event} ${reason}`);
      assert.equal(decided.includes("session-remembered recorded-again"), lifts);
      assert.equal(scene.deeds.includes("remembered"), lifts);
    }));
}

Deno.test("forget: the list of forgotten sessions is made with the first one, and is kato's alone", () =>
  withForgetting(async (scene) => {
    const folder = Deno.makeTempDirSync({ prefix: "kato-list-" });
    try {
      const path = `${folder}/forgotten/sessions.json`;
      const logged: unknown[] = [];
      const log = {
        report: (...words: unknown[]) => void logged.push(words[0]),
        close: () => Promise.resolve(),
      };
      const list = keepForgottenList(path, scene.context.sessions, log);
      list.keep();
      assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
      fill(scene);
      await scene.forget();
      list.keep();
      assert.deepEqual(JSON.parse(Deno.readTextFileSync(path)), { v: 1, sessions: [REF] });
      assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
      scene.context.sessions.remember(REF);
      list.keepLater();
      assert.deepEqual(JSON.parse(Deno.readTextFileSync(path)), { v: 1, sessions: [] });
      // A folder in its place: nothing is lost, and the log has it.
      Deno.removeSync(path);
      Deno.mkdirSync(`${path}/in the way`, { recursive: true });
      list.keepLater();
      assert.deepEqual(logged, ["list-failed"]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  }));

Deno.test("forget: the list names the session before its rows go, so a crash in between leaves it unsearched", () =>
  withForgetting(async (scene) => {
    const folder = Deno.makeTempDirSync({ prefix: "kato-list-" });
    try {
      const path = `${folder}/forgotten/sessions.json`;
      const listed = () => JSON.parse(Deno.readTextFileSync(path)).sessions;
      const log = { report: () => assert.fail("the list failed"), close: () => Promise.resolve() };
      const { sessions, recordings } = scene.context;
      const forgottenList = keepForgottenList(path, sessions, log);
      let fails = true;
      Object.assign(scene.options, {
        forgottenList,
        recordings: {
          ...recordings,
          forget(ref: SessionRef) {
            // This is what a crash would leave: nothing is committed yet.
            assert.deepEqual(listed(), [REF]);
            if (fails) throw new StateError("no commit");
            recordings.forget(ref);
          },
        },
      });
      fill(scene);
      assert.equal((await scene.forget()).reason, "not-now");
      assert.deepEqual([listed(), left(scene).forgotten], [[], false]);
      fails = false;
      assert.equal((await scene.forget()).reason, "forgotten");
      assert.deepEqual([listed(), left(scene).forgotten], [[REF], true]);
      // Once more: it is there once.
      await scene.forget();
      assert.deepEqual(listed(), [REF]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  }));

/** Whether the files of the daemon's state hold these words anywhere, in rows, free pages or journals. */
function stateHolds({ places }: TestHome, words: string): boolean {
  const names = [...Deno.readDirSync(places.state)].filter(({ isFile }) => isFile).map(({ name }) => name);
  return names.some((name) =>
    new TextDecoder("latin1").decode(Deno.readFileSync(`${places.state}/${name}`)).includes(words)
  );
}

const askOf = (verb: "forget" | "record" | "stop", { home, rows }: Stage) =>
  ask(home, { verb, provider: "claude-code", session: rows.session });

Deno.test("forget: no word of the session is left in the state, it does not come back, and ::record keeps it again", async () => {
  await using stage = await setStage(
    '[[recording.auto]]\nprojects = ["/home/ada/elsewhere"]\nexisting = true\n',
  );
  const { rows, say, home, log } = stage;
  say(rows.user("zanzibar is our title"), rows.assistant("one"), rows.user("::capture a.md\n\nquagga"));
  say(rows.assistant("two"));
  await whenHolds(stage, "a.md", "two");
  assert.equal((await askOf("forget", stage)).reason, "still-recorded");
  await until("its title is in the state", () => stateHolds(home, "zanzibar"));

  assert.equal((await askOf("stop", stage)).reason, "stopped");
  // Right after it: the end of the recording is awaited.
  const { result, message, files } = await askOf("forget", stage);
  assert.deepEqual([result, message, files?.map(({ path }) => path)], [
    "done",
    "forgotten",
    [`${home.exports}/a.md`],
  ]);
  const words = ["zanzibar", "quagga", "a.md", "/home/ada/work"];
  await stage.daemon.whenStatus("it shows no recording", ({ recordings }) => recordings.length === 0);
  for (const word of words) assert.ok(!stateHolds(home, word), word);
  const recorded = readExport(home, "a.md");
  assert.match(recorded, /quagga/);

  // It goes on, also through a restart and a kill. Its old commands are history.
  for (const end of ["stop", "kill"] as const) {
    say(rows.user(`more zanzibar, ${end}`), rows.assistant("three"));
    await stage.daemon[end]();
    say(rows.assistant(`four after ${end}`));
    stage.daemon = startDaemon(home);
    await stage.daemon.whenUp();
    assert.equal((await askOf("record", stage)).reason, "forgotten");
    for (const word of words) assert.ok(!stateHolds(home, word), `${word} after ${end}`);
  }
  assert.deepEqual([home.status()?.recordings, readExport(home, "a.md")], [[], recorded]);

  say(rows.user("::record b.md"), rows.assistant("five"));
  await whenHolds(stage, "b.md", "five");
  assert.equal((await askOf("stop", stage)).reason, "stopped");
  const events = home.audit().filter(({ session }) => session === rows.session).map((
    { event, decision, reason },
  ) => `${event} ${decision} ${reason}`);
  assert.deepEqual(events, [
    "command allow captured",
    "destination-opened allow created",
    "session-forgotten deny still-recorded",
    "command allow stopped",
    "session-forgotten allow asked-for",
    "command deny forgotten",
    "command deny forgotten",
    "command allow recording",
    "session-remembered allow recorded-again",
    "destination-opened allow created",
    "command allow stopped",
  ]);
  assert.ok(!readExport(home, "b.md").includes("quagga"));
  assert.match(Deno.readTextFileSync(log), /quagga/);
});
