/** Recordings that a rule of policy asks for: which sessions get one, into which file, and the person's word before it. */
import assert from "node:assert/strict";
import { type AutoRules, createAutoRules } from "../../src/daemon/auto_rules.ts";
import { DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import { type AutoRule, autoRule } from "../../src/settings/auto_rule.ts";
import { obeyCommand } from "../../src/daemon/obey_commands.ts";
import type { Verb } from "../../src/protocol/command.ts";
import type { SessionMeta, SessionRef } from "../../src/protocol/session.ts";
import { checkpointAt, type CommandScene, metaOf, REF, withCommands } from "./stage/own_state.ts";

interface Scene extends CommandScene {
  /** The rules as a start of kato makes them. */
  start(options?: { auto?: readonly AutoRule[]; automatic?: readonly string[]; hash?: string }): AutoRules;
}

const KEPT = autoRule.parse({ projects: ["/work/kept"], to: "{project}/{slug}" });

function withRules(play: (scene: Scene) => Promise<void>): Promise<void> {
  return withCommands(async (commands) => {
    const start: Scene["start"] = ({ auto = [KEPT], automatic = [], hash = "h" } = {}) =>
      createAutoRules({
        context: commands.context,
        effective: {
          policy: {
            ...DEFAULT_POLICY,
            recording: { ...DEFAULT_POLICY.recording, auto: [...auto], automatic: [...automatic] },
          },
          hash,
        },
        fileName: "{date}-{session}",
      });
    await play(Object.assign(commands, { start }));
  });
}

function watched(own: Partial<SessionMeta> = {}, seq = 3, session = "s") {
  const began = { title: "Beans", started: new Date().toISOString() };
  const meta = { ...metaOf({ ...REF, session }, "/work/kept"), ...began, ...own };
  return { type: "watched" as const, session, meta, checkpoint: checkpointAt(seq), size: 10 };
}

/** Something that a person asked for at event 2. */
async function ask({ context }: Scene, verb: Verb, destination: string | null = null): Promise<void> {
  await obeyCommand({ ...context, recorded: new Set() }, {
    ref: REF,
    meta: metaOf(REF),
    asker: "chat",
    verb,
    destination,
    token: `::${verb}`,
    place: "leading",
    seq: 2,
    before: checkpointAt(2),
    claim: () => true,
  });
}

Deno.test("rules: a new session is captured once, and the record names the rule", () =>
  withRules(async (scene) => {
    const rules = scene.start();
    scene.addSession({ arrived: Date.now() });
    await rules.wasRead(watched(), "codex");
    const { kind, rule, whole, destination, next } = scene.context.recordings.get(1);
    assert.deepEqual([kind, rule, whole, destination, next], ["automatic", 1, true, "kept/beans.md", 0]);
    assert.deepEqual(
      scene.audit.map(({ command, requested, decision, reason }) => [command, requested, decision, reason]),
      [["recording.auto rule 1", "kept/beans.md", "allow", "captured"]],
    );
    // The state was kept, and the checkpoint was not: kato reads the session once more, also after a start.
    for (const again of [rules, scene.start(), scene.start({ hash: "other" })]) {
      await again.wasRead(watched(), "codex");
    }
    assert.equal(scene.audit.length, 1);
    assert.equal(scene.context.recordings.active().length, 1);
  }));

Deno.test("rules: without a rule there is no recording", () =>
  withRules(async (scene) => {
    const rules = scene.start({ auto: [] });
    scene.addSession({ arrived: Date.now() });
    await rules.wasRead(watched(), "codex");
    assert.deepEqual([scene.audit, scene.context.recordings.active()], [[], []]);
  }));

for (const project of [null, "/work", "/work/keptnot", "/work/kept/../keptnot"]) {
  Deno.test(`rules: a session in ${project} is not recorded`, () =>
    withRules(async (scene) => {
      const rules = scene.start({ automatic: ["/work/kept"] });
      scene.addSession({ arrived: Date.now() });
      await rules.wasRead(watched({ project }), "codex");
      assert.deepEqual([scene.audit, scene.context.recordings.active()], [[], []]);
    }));
}

/** Sessions that were there before the rule, and what a rule says of them that takes existing ones. */
const BEFORE: Readonly<Record<string, (scene: Scene) => Partial<SessionMeta>>> = {
  "that kato's first look found"(scene) {
    scene.addSession({ arrived: null });
    return {};
  },
  "that kato knew before the rule"(scene) {
    scene.addSession({ arrived: Date.now() - 60_000 });
    return {};
  },
  "that began before the rule, while kato was off"(scene) {
    scene.addSession({ arrived: Date.now() + 5 });
    return { started: new Date(Date.now() - 5_000).toISOString() };
  },
  "whose log gives no time"(scene) {
    scene.addSession({ arrived: Date.now() });
    return { started: null };
  },
};

for (const [name, add] of Object.entries(BEFORE)) {
  Deno.test(`rules: a session ${name} is recorded only if the rule says so`, () =>
    withRules(async (scene) => {
      const rules = scene.start();
      const own = add(scene);
      await rules.wasRead(watched(own), "codex");
      assert.deepEqual([scene.audit, scene.context.recordings.active()], [[], []]);
      await scene.start({ auto: [{ ...KEPT, existing: true }] }).wasRead(watched(own), "codex");
      assert.equal(scene.context.recordings.active().length, 1);
    }));
}

Deno.test("rules: they hold since their first start, and changed ones since theirs", () =>
  withRules(async (scene) => {
    const other = { ...KEPT, exclude: ["/work/kept/x"] };
    scene.start();
    const held = scene.context.sessions.fact("rules");
    scene.start();
    assert.equal(scene.context.sessions.fact("rules"), held);
    scene.addSession({ arrived: Date.now() });
    const started = new Date().toISOString();
    while (Date.now() <= Date.parse(started));
    const changed = scene.start({ auto: [other] });
    assert.notEqual(scene.context.sessions.fact("rules"), held);
    await changed.wasRead(watched({ started }), "codex");
    assert.deepEqual(scene.audit, []);
  }));

Deno.test("rules: they hold from now on where the clock was ahead at their first start", () =>
  withRules(async (scene) => {
    const { sessions } = scene.context;
    scene.start();
    const [hash] = sessions.fact("rules")?.split(" ") ?? [];
    sessions.setFact("rules", `${hash} ${new Date(Date.now() + 3_600_000).toISOString()}`);
    const rules = scene.start();
    const held = sessions.fact("rules") ?? "";
    assert.ok(Date.parse(held.split(" ")[1] ?? "") <= Date.now());
    scene.start();
    assert.equal(sessions.fact("rules"), held);
    scene.addSession({ arrived: Date.now() });
    await rules.wasRead(watched(), "codex");
    assert.equal(scene.context.recordings.active().length, 1);
  }));

/** What a person asked for in the session before the rule came to it. */
const ASKED: Readonly<
  Record<string, readonly [verb: Verb, destination: string | null, byRule: string | null]>
> = {
  "stop": ["stop", null, null],
  "record": ["record", "/exports/mine.md", null],
  "capture": ["capture", "/exports/mine.md", null],
  "export": ["export", "/exports/once.md", "kept/beans.md"],
  "init": ["init", "/exports/mine.md", "/exports/mine.md"],
};

for (const [name, [verb, destination, byRule]] of Object.entries(ASKED)) {
  Deno.test(`rules: a typed ::${name} comes first`, () =>
    withRules(async (scene) => {
      const rules = scene.start();
      scene.addSession({ arrived: Date.now() });
      await ask(scene, verb, destination);
      await rules.wasRead(watched(), "codex");
      const own = scene.context.recordings.active().find(({ kind }) => kind === "automatic");
      assert.equal(own?.destination ?? null, byRule);
    }));
}

Deno.test("rules: a stopped session stays stopped, also under other rules and after a start", () =>
  withRules(async (scene) => {
    const rules = scene.start();
    scene.addSession({ arrived: Date.now() });
    await rules.wasRead(watched(), "codex");
    await ask(scene, "stop");
    scene.stop(1);
    for (
      const options of [{}, { auto: [{ ...KEPT, existing: true }], hash: "other" }, { automatic: ["/work"] }]
    ) {
      await scene.start(options).wasRead(watched({}, 9), "codex");
    }
    assert.deepEqual(scene.context.recordings.active(), []);
    assert.deepEqual(scene.audit.map(({ command }) => command), ["recording.auto rule 1", "::stop"]);
  }));

Deno.test("rules: a denial is on record once, and a changed policy has the rule ask again", () =>
  withRules(async (scene) => {
    const rules = scene.start();
    scene.addSession({ arrived: Date.now() });
    scene.decision = { allow: false, reason: "outside-roots", path: "/x", message: "Not there." };
    await rules.wasRead(watched(), "codex");
    await rules.wasRead(watched({}, 4), "codex");
    assert.deepEqual(scene.audit.map(({ decision, reason }) => [decision, reason]), [[
      "deny",
      "outside-roots",
    ]]);
    scene.decision = null;
    await scene.start().wasRead(watched(), "codex");
    assert.deepEqual(scene.context.recordings.active(), []);
    await scene.start({ hash: "other" }).wasRead(watched(), "codex");
    assert.equal(scene.context.recordings.active().length, 1);
  }));

for (const reason of ["no-such-root", "unreadable"] as const) {
  Deno.test(`rules: a denial for ${reason} is on record once a run, and passes by itself`, () =>
    withRules(async (scene) => {
      const rules = scene.start();
      scene.addSession({ arrived: Date.now() });
      scene.decision = { allow: false, reason, path: "/x", message: "Not now." };
      await rules.wasRead(watched(), "codex");
      await rules.wasRead(watched({}, 4), "codex");
      assert.deepEqual(scene.audit.map(({ reason }) => reason), [reason]);
      scene.context.recorded.clear();
      const restarted = scene.start();
      await restarted.wasRead(watched({}, 5), "codex");
      assert.deepEqual(scene.audit.length, 2);
      scene.decision = null;
      await restarted.wasRead(watched({}, 6), "codex");
      await restarted.wasRead(watched({}, 7), "codex");
      const { whole, next } = scene.context.recordings.get(1);
      assert.deepEqual([whole, next, scene.audit.length], [true, 0, 3]);
    }));
}

Deno.test("rules: the file waits for the title that names it, and no longer than some events", () =>
  withRules(async (scene) => {
    const rules = scene.start();
    scene.addSession({ arrived: Date.now() });
    await rules.wasRead(watched({}, 0), "codex");
    await rules.wasRead(watched({ title: null }, 2), "codex");
    assert.deepEqual(scene.context.recordings.active(), []);
    await rules.wasRead(watched({ title: null }, 3), "codex");
    assert.deepEqual(scene.context.recordings.active().map(({ destination }) => destination), [
      "kept/untitled.md",
    ]);
  }));

Deno.test("rules: a name that is taken gets a number, or is refused", () =>
  withRules(async (scene) => {
    const taken = new Set(["kept/beans.md", "kept/beans-3.md"]);
    const { decide } = scene.context;
    Object.assign(scene.context, {
      decide: (asker: "chat", destination: string | null, meta: SessionMeta) =>
        destination !== null && taken.has(destination)
          ? { allow: false, reason: "not-created-by-kato", path: destination, message: "Not kato's." }
          : decide(asker, destination, meta),
    });
    const numbered = scene.start();
    for (const session of ["s", "t", "u"]) scene.addSession({ session, arrived: Date.now() });
    await numbered.wasRead(watched({}, 3, "s"), "codex");
    await numbered.wasRead(watched({}, 3, "t"), "codex");
    assert.deepEqual(scene.context.recordings.active().map(({ destination }) => destination), [
      "kept/beans-2.md",
      "kept/beans-4.md",
    ]);
    const refused = scene.start({ auto: [{ ...KEPT, collision: "refuse" }] });
    scene.database.run("UPDATE sessions SET added = added + 1000, looked = looked + 1000");
    await refused.wasRead(watched({}, 3, "u"), "codex");
    assert.deepEqual(scene.audit.at(-1)?.reason, "not-created-by-kato");
  }));

/** What is decided for `kept/beans.md`, and the name that is asked for then. */
const FIRST: readonly (readonly [what: string, decision: object, asked: string])[] = [
  ...["not-created-by-kato", "not-a-regular-file", "hard-link", "too-large"].map((reason) =>
    [`is denied as ${reason}`, { allow: false, reason, message: "Taken." }, "kept/beans-2.md"] as const
  ),
  ["is there", { existing: { dev: 1, ino: 2, size: 3 } }, "kept/beans-2.md"],
  ["is denied as any other", { allow: false, reason: "outside-roots", message: "No." }, "kept/beans.md"],
];

for (const [what, decision, asked] of FIRST) {
  Deno.test(`rules: where the first name ${what}, ${asked} is asked for`, () =>
    withRules(async (scene) => {
      const { decide } = scene.context;
      Object.assign(scene.context, {
        decide: (asker: "chat", destination: string | null, meta: SessionMeta) => ({
          ...decide(asker, destination, meta),
          ...(destination === "kept/beans.md" ? decision : {}),
        }),
      });
      const rules = scene.start();
      scene.addSession({ arrived: Date.now() });
      await rules.wasRead(watched(), "codex");
      assert.deepEqual(scene.audit.map(({ requested }) => requested), [asked]);
    }));
}

/** A rule's name and its way with taken ones, and the name that is asked for: null for that of any command without one. */
const NAMES: readonly (readonly [own: Partial<AutoRule>, asked: string | null])[] = [
  [{ to: "", collision: "refuse" }, null],
  [{ to: "{slug}.md", collision: "refuse" }, "beans.md"],
  [{ to: "{slug}.html", collision: "refuse" }, "beans.html"],
  [{ to: "{slug}.html" }, "beans.html"],
];

for (const [own, asked] of NAMES) {
  Deno.test(`rules: ${JSON.stringify(own)} asks for ${asked}`, () =>
    withRules(async (scene) => {
      const rules = scene.start({ auto: [{ ...KEPT, ...own }] });
      scene.addSession({ arrived: Date.now() });
      await rules.wasRead(watched(), "codex");
      assert.deepEqual(scene.audit.map(({ requested }) => requested), [asked]);
    }));
}

Deno.test("rules: when every number is taken, the last one is asked for and denied", () =>
  withRules(async (scene) => {
    scene.decision = { allow: false, reason: "not-created-by-kato", path: "/x", message: "Not kato's." };
    const rules = scene.start();
    scene.addSession({ arrived: Date.now() });
    await rules.wasRead(watched(), "codex");
    assert.deepEqual(scene.audit.map(({ requested, reason }) => [requested, reason]), [
      ["kept/beans-100.md", "not-created-by-kato"],
    ]);
  }));

Deno.test("rules: without a template the file has the name of any generated one", () =>
  withRules(async (scene) => {
    const rules = scene.start({ auto: [{ ...KEPT, to: "" }] });
    scene.addSession({ arrived: Date.now() });
    const started = new Date().toISOString();
    await rules.wasRead(watched({ started }), "codex");
    assert.deepEqual(scene.audit.map(({ requested }) => requested), [`${started.slice(0, 10)}-s.md`]);
  }));

Deno.test("rules: a copy of a session is recorded while a rule records that session", () =>
  withRules(async (scene) => {
    const rules = scene.start();
    scene.addSession({ session: "t", arrived: Date.now() });
    scene.addSession({ arrived: Date.now(), parent: "t" });
    await rules.wasRead(watched(), "codex");
    assert.deepEqual(scene.context.recordings.active(), [], "its original is not recorded");
    await rules.wasRead(watched({}, 3, "t"), "codex");
    await rules.wasRead(watched(), "codex");
    scene.addSession({ session: "u", arrived: Date.now(), parent: "t" });
    await rules.wasRead(watched({}, 3, "u"), "codex");
    assert.deepEqual(scene.context.recordings.active().map(({ session }) => session), ["t", "s", "u"]);
  }));

/** A rule's recording of `ref`, which its client said goes on in session `into`. Not all of it is written yet. */
function addMoved({ addRecording, context: { recordings } }: Scene, ref: SessionRef, into: string): number {
  const moved = addRecording({ ref, kind: "automatic", whole: true, next: 5, until: 9 });
  recordings.leave(moved, into, true);
  return recordings.follow(moved, { ...ref, session: into }, null);
}

Deno.test("rules: a copy is recorded while a rule's recording of its original goes on in other sessions", () =>
  withRules(async (scene) => {
    const { recordings } = scene.context;
    const rules = scene.start();
    const original = scene.addSession({ session: "t", arrived: Date.now() });
    const next = addMoved(scene, original, "next");
    scene.context.sessions.advance(original, checkpointAt(9), 10, metaOf(original));
    recordings.end(next, 9);
    recordings.leave(next, "third", true);
    recordings.follow(next, { ...REF, session: "third" }, null);
    scene.addSession({ arrived: Date.now(), parent: "t" });
    await rules.wasRead(watched(), "codex");
    assert.deepEqual(recordings.activeOfSession(REF).map(({ kind }) => kind), ["automatic"]);
  }));

/** Originals that a rule does not record, or not whole, when a copy of each turns up. */
const ORIGINALS: Readonly<Record<string, (scene: Scene, original: SessionRef) => void>> = {
  "that nothing records": () => {},
  "that a person recorded": (scene, ref) => void scene.addRecording({ ref, kind: "capture", whole: true }),
  "that was stopped": (scene, ref) =>
    void scene.addRecording({ ref, kind: "automatic", whole: true, until: 9 }),
  "that was stopped and went on later": (scene, ref) =>
    void scene.addRecording({ ref, kind: "automatic", whole: false }),
  "that went on in a session where it was stopped": (scene, ref) =>
    void scene.context.recordings.end(addMoved(scene, ref, "next"), 20),
  "that went on, and in which more was said later"(scene, ref) {
    addMoved(scene, ref, "next");
    scene.context.sessions.advance(ref, checkpointAt(10), 10, metaOf(ref));
  },
  "that went on where no recording could follow"(scene, ref) {
    const left = scene.addRecording({ ref, kind: "automatic", whole: true, until: 9 });
    scene.context.recordings.leave(left, "next", false);
  },
  "with another copy that was stopped"(scene, ref) {
    scene.addRecording({ ref, kind: "automatic", whole: true });
    const copy = scene.addSession({ session: "copy", arrived: Date.now(), parent: ref.session });
    scene.context.sessions.letGo(copy, 9);
  },
};

for (const [name, prepare] of Object.entries(ORIGINALS)) {
  Deno.test(`rules: no rule records a copy of a session ${name}`, () =>
    withRules(async (scene) => {
      const rules = scene.start();
      prepare(scene, scene.addSession({ session: "t", arrived: Date.now() }));
      scene.addSession({ arrived: Date.now(), parent: "t" });
      await rules.wasRead(watched(), "codex");
      await scene.start({ auto: [{ ...KEPT, existing: true }] }).wasRead(watched(), "codex");
      await scene.start({ auto: [], automatic: ["/work"] }).wasRead(watched(), "codex");
      assert.deepEqual([scene.audit, scene.context.recordings.ofSession(REF)], [[], []]);
    }));
}

Deno.test("rules: no rule records a copy of a session that nobody knows", () =>
  withRules(async (scene) => {
    const rules = scene.start();
    scene.addSession({ arrived: Date.now() });
    const copy = watched();
    const { checkpoint } = copy;
    const told = {
      ...copy,
      checkpoint: { ...checkpoint, meta: { ...checkpoint.meta, isCopy: true as const } },
    };
    await rules.wasRead(told, "codex");
    await scene.start({ auto: [{ ...KEPT, existing: true }] }).wasRead(told, "codex");
    await scene.start({ auto: [], automatic: ["/work"] }).wasRead(told, "codex");
    assert.deepEqual([scene.audit, scene.context.recordings.active()], [[], []]);
  }));

Deno.test("rules: recording.automatic is a last rule, and takes sessions that were there before", () =>
  withRules(async (scene) => {
    const rules = scene.start({ auto: [], automatic: ["/work"] });
    scene.addSession();
    await rules.wasRead(watched({ started: null }), "codex");
    const { kind, rule, whole, destination } = scene.context.recordings.get(1);
    assert.deepEqual([kind, rule, whole, destination], ["automatic", null, true, "/exports/generated.md"]);
    assert.deepEqual(scene.audit.map(({ command, requested }) => [command, requested]), [
      ["recording.automatic", null],
    ]);
  }));
