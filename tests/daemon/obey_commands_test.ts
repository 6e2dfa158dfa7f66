/** What commands do to the state, the audit log and the recordings, over a policy and recorders that the test plays. */
import assert from "node:assert/strict";
import { settle } from "../../src/daemon/carry_out.ts";
import { NotNow } from "../../src/daemon/failure.ts";
import { type Command, type Found, obeyCommand, obeyMessage } from "../../src/daemon/obey_commands.ts";
import { TYPED } from "../../src/protocol/evidence.ts";
import { checkpointAt, type CommandScene, metaOf, REF, withCommands } from "./stage/own_state.ts";

function command(own: Partial<Command> = {}): Command {
  return {
    ref: REF,
    meta: metaOf(REF),
    asker: "chat",
    verb: "record",
    destination: "/exports/a.md",
    token: "::record a.md",
    place: "leading",
    seq: 4,
    before: checkpointAt(4),
    claim: () => true,
    ...own,
  };
}

interface Case {
  readonly command?: Partial<Command>;
  readonly prepare?: (scene: CommandScene) => void;
  readonly verdict: readonly [result: "done" | "denied", reason: string];
  readonly said?: string;
  /** What was started, ended and shown; null: not looked at. */
  readonly deeds?: readonly string[];
  readonly after?: (scene: CommandScene) => void;
}

const CASES: Readonly<Record<string, Case>> = {
  "a file that is there and may be written is known by its identity from the start": {
    prepare(scene) {
      const existing = { dev: 7, ino: 8, size: 9 };
      scene.decision = { allow: true, path: "/exports/a.md", existing, directories: [] };
    },
    verdict: ["done", "recording"],
    after: ({ context }) => assert.deepEqual(context.recordings.get(1).file, { dev: 7, ino: 8 }),
  },
  "record starts a recording with this message, and points the session there": {
    verdict: ["done", "recording"],
    said: "recording: /exports/a.md",
    deeds: ["start 1", "obeyed: recording /exports/a.md"],
    after({ context, audit }) {
      const { kind, whole, next, until, active, head, checkpoint } = context.recordings.get(1);
      assert.deepEqual({ kind, whole, next, until, active }, {
        kind: "record",
        whole: false,
        next: 4,
        until: null,
        active: true,
      });
      assert.deepEqual(checkpoint, checkpointAt(4));
      assert.deepEqual([head.format, head.timeZone, head.include], ["md", "UTC", ["thinking"]]);
      assert.equal(context.sessions.find(REF)?.destination, "/exports/a.md");
      assert.equal(context.sessions.find(REF)?.letGo, 4);
      assert.deepEqual(
        audit.map(({ event, decision, command, requested, path, reason, provider, session }) => [
          event,
          decision,
          command,
          requested,
          path,
          reason,
          provider,
          session,
        ]),
        [["command", "allow", "::record a.md", "/exports/a.md", "/exports/a.md", "recording", "codex", "s"]],
      );
    },
  },
  "capture starts with the session's first event, from its beginning": {
    command: { verb: "capture", destination: "/exports/a.html" },
    verdict: ["done", "captured"],
    after({ context }) {
      const { kind, whole, next, checkpoint, head } = context.recordings.get(1);
      assert.deepEqual([kind, whole, next, checkpoint, head.format], ["capture", true, 0, null, "html"]);
    },
  },
  "policy's own capture is known as such, and lets go of everything before": {
    command: { verb: "capture", asker: "automatic", seq: 4 },
    verdict: ["done", "captured"],
    after({ context }) {
      assert.equal(context.recordings.get(1).kind, "automatic");
      assert.equal(context.sessions.find(REF)?.letGo, 0);
    },
  },
  "export ends with this message, and changes no other recording": {
    command: { verb: "export", destination: "/exports/e.jsonl" },
    prepare: (scene) => void scene.addRecording(),
    verdict: ["done", "exported"],
    deeds: ["start 2", "obeyed: exported /exports/e.jsonl"],
    after({ context }) {
      assert.deepEqual([context.recordings.get(2).until, context.recordings.get(2).kind], [5, "export"]);
      assert.equal(context.recordings.get(1).until, null);
    },
  },
  "init points, and starts nothing": {
    command: { verb: "init" },
    verdict: ["done", "destination-set"],
    deeds: ["obeyed: destination-set /exports/a.md"],
    after: ({ context }) => assert.equal(context.sessions.find(REF)?.destination, "/exports/a.md"),
  },
  "stop ends what is recorded": {
    command: { verb: "stop", destination: null },
    prepare: (scene) => void scene.addRecording(),
    verdict: ["done", "stopped"],
    deeds: ["1 ends at 4", "obeyed: stopped null"],
  },
  "stop where nothing is recorded": {
    command: { verb: "stop", destination: null },
    verdict: ["done", "not-recording"],
    said: "not recording",
    deeds: ["obeyed: not-recording null"],
  },
  "stop ends no export": {
    command: { verb: "stop", destination: null },
    prepare: (scene) => void scene.addRecording({ kind: "export", until: 9 }),
    verdict: ["done", "not-recording"],
  },
  "record without a destination goes on with the session's": {
    command: { destination: null },
    prepare: ({ context }) => context.sessions.point(REF, "/exports/kept.md"),
    verdict: ["done", "recording"],
    deeds: ["start 1", "obeyed: recording /exports/kept.md"],
  },
  "record without any destination has one generated": {
    command: { destination: null },
    verdict: ["done", "recording"],
    deeds: ["start 1", "obeyed: recording /exports/generated.md"],
  },
  "record without a destination while it is recorded changes nothing": {
    command: { destination: null },
    prepare: (scene) => void scene.addRecording(),
    verdict: ["done", "already-recording"],
    deeds: ["obeyed: already-recording /exports/a.md"],
    after: ({ context }) => assert.equal(context.sessions.find(REF)?.letGo, null),
  },
  "record into another file ends the one before": {
    command: { destination: "/exports/b.md" },
    prepare: (scene) => void scene.addRecording(),
    verdict: ["done", "recording"],
    deeds: ["1 ends at 4", "start 2", "obeyed: recording /exports/b.md"],
  },
  "record into a file of its own that was stopped goes on there, over a gap": {
    prepare: (scene) => scene.stop(scene.addRecording({ next: 2, whole: true })),
    verdict: ["done", "resumed"],
    deeds: ["start 1", "obeyed: resumed /exports/a.md"],
    after({ context }) {
      const { active, next, whole, checkpoint } = context.recordings.get(1);
      assert.deepEqual({ active, next, whole }, { active: true, next: 4, whole: false });
      assert.deepEqual(checkpoint, checkpointAt(4));
    },
  },
  "record where it was stopped just now goes on without a gap": {
    prepare: (scene) => scene.stop(scene.addRecording({ next: 4, whole: true })),
    verdict: ["done", "resumed"],
    after({ context }) {
      const { active, next, whole } = context.recordings.get(1);
      assert.deepEqual({ active, next, whole }, { active: true, next: 4, whole: true });
    },
  },
  "policy denies": {
    prepare(scene) {
      scene.decision = { allow: false, reason: "outside-roots", path: "/etc/a.md", message: "no" };
    },
    verdict: ["denied", "outside-roots"],
    deeds: ["denied: outside-roots: no"],
    after({ audit, context }) {
      assert.deepEqual(audit.map(({ decision, path, reason }) => [decision, path, reason]), [
        ["deny", "/etc/a.md", "outside-roots"],
      ]);
      assert.equal(context.sessions.find(REF)?.letGo, null);
    },
  },
  "another session has the file": {
    prepare: (scene) => void scene.addRecording({ ref: { provider: "codex", session: "t" } }),
    verdict: ["denied", "destination-in-use"],
  },
  "a session of the same name of another provider has the file": {
    prepare: (scene) => void scene.addRecording({ ref: { provider: "gemini", session: "s" } }),
    verdict: ["denied", "destination-in-use"],
  },
  "an export has the file": {
    prepare: (scene) => void scene.addRecording({ kind: "export" }),
    verdict: ["denied", "destination-in-use"],
  },
  "an export into the file of its session's recording": {
    command: { verb: "export" },
    prepare: (scene) => scene.stop(scene.addRecording()),
    verdict: ["denied", "destination-in-use"],
  },
  "what another session's recording left to its successor is the successor's": {
    prepare(scene) {
      const id = scene.addRecording({ ref: { provider: "codex", session: "t" } });
      scene.stop(id);
      scene.context.recordings.leave(id, "u", true);
    },
    verdict: ["done", "recording"],
  },
  "a capture where there is a part of the session": {
    command: { verb: "capture" },
    prepare: (scene) => void scene.addRecording({ whole: false }),
    verdict: ["denied", "destination-in-use"],
  },
};

Deno.test("commands: what each does", async (t) => {
  for (const [name, { command: own, prepare, verdict, said, deeds, after }] of Object.entries(CASES)) {
    await t.step(name, () =>
      withCommands(async (scene) => {
        scene.addSession();
        prepare?.(scene);
        const { result, reason, message } = await obeyCommand(scene.context, command(own));
        assert.deepEqual([result, reason], verdict);
        if (said !== undefined) assert.equal(message, said);
        if (deeds !== undefined) assert.deepEqual(scene.deeds, deeds);
        after?.(scene);
      }));
  }
});

Deno.test("commands: policy may let recordings share a file", () =>
  withCommands(async (scene) => {
    scene.addSession();
    scene.addRecording({ ref: { provider: "codex", session: "t" } });
    const { result } = await obeyCommand(scene.context, command());
    assert.equal(result, "done");
  }, { allowShared: true }));

Deno.test("commands: where policy has them off, none of the chat is obeyed, and those from outside are", () =>
  withCommands(async (scene) => {
    scene.addSession();
    const { result, reason } = await obeyCommand(scene.context, command());
    assert.deepEqual([result, reason, scene.audit[0]?.path], ["denied", "commands-off", null]);
    assert.equal((await obeyCommand(scene.context, command({ asker: "spool" }))).result, "done");
  }, { commands: false }));

Deno.test("commands: one that was dealt with before does nothing, and is not shown again", () =>
  withCommands(async (scene) => {
    scene.addSession();
    await obeyCommand(scene.context, command({ claim: () => false }));
    scene.decision = { allow: false, reason: "outside-roots", path: null, message: "no" };
    await obeyCommand(scene.context, command({ claim: () => false }));
    assert.deepEqual([scene.deeds, scene.audit, scene.context.recordings.active()], [[], [], []]);
  }));

Deno.test("commands: without its record there is no effect, and what is tried again is recorded once", () =>
  withCommands(async (scene) => {
    scene.addSession();
    scene.noRecord = new NotNow("full");
    await assert.rejects(obeyCommand(scene.context, command()), NotNow);
    assert.deepEqual([scene.deeds, scene.context.recordings.active()], [[], []]);
    scene.noRecord = null;
    const body = { ...scene.audit[0] } as never;
    const broken = () => {
      throw new NotNow("the state is full");
    };
    assert.throws(() => settle(scene.context, () => true, body, broken), NotNow);
    assert.equal(settle(scene.context, () => true, body, () => {}), true);
    assert.equal(scene.audit.length, 1);
  }));

for (
  const [name, until, waits] of [["before it", 3, true], ["with it", 4, true], [
    "after it",
    5,
    false,
  ]] as const
) {
  Deno.test(`commands: a recording that ends ${name} is ${waits ? "" : "not "}waited for`, () =>
    withCommands(async (scene) => {
      scene.addSession();
      const id = scene.addRecording({ until });
      const awaited: number[] = [];
      scene.settled = (id) => {
        awaited.push(id);
        scene.stop(id);
        return Promise.resolve();
      };
      await obeyCommand(scene.context, command({ destination: "/exports/b.md" }));
      assert.deepEqual(awaited, waits ? [id] : []);
    }));
}

Deno.test("commands: an export that ends is not waited for", () =>
  withCommands(async (scene) => {
    scene.addSession();
    scene.addRecording({ kind: "export", until: 2, destination: "/exports/e.md" });
    scene.settled = () => Promise.reject(new Error("it was waited for"));
    await obeyCommand(scene.context, command());
  }));

Deno.test("commands: a denial is told, with the line that mends it, to the chat and to the terminal", () =>
  withCommands(async (scene) => {
    scene.addSession();
    scene.addRecording({ ref: { provider: "codex", session: "t" }, destination: "a.md" });
    const told = async (asker: "chat" | "spool") =>
      (await obeyCommand(scene.context, command({ asker, destination: "a.md" }))).message;
    assert.match(
      await told("chat"),
      /^a\.md holds another recording\. Name another file\. Type: ::record a-2\.md$/,
    );
    assert.match(await told("spool"), /\. Run: kato record s a-2\.md$/);
    assert.match(scene.deeds.join("\n"), /denied: destination-in-use: .*Type: ::record a-2\.md/);
  }));

Deno.test("commands: over a gap that is not reached yet, the chat waits and others are told", () =>
  withCommands(async (scene) => {
    scene.addSession();
    // Ended before 3, and cannot be written: it still lacks 2.
    scene.addRecording({ until: 3, next: 2 });
    await assert.rejects(obeyCommand(scene.context, command()), NotNow);
    assert.deepEqual(scene.audit, []);
    const { result, reason, message } = await obeyCommand(scene.context, command({ asker: "spool" }));
    assert.deepEqual([result, reason], ["denied", "still-ending"]);
    assert.match(message, /kato status.*give that up: kato stop s$/);
    // Ended with the very message that resumes it: there is no gap.
    scene.context.recordings.end(1, 4);
    assert.equal((await obeyCommand(scene.context, command())).reason, "resumed");
  }));

function found(own: Partial<Found> = {}): Found {
  const line = (verb: "record" | "stop", destination: string | null) =>
    ({ verb, destination, token: `::${verb}`, place: "leading" }) as const;
  return {
    type: "found",
    session: REF.session,
    meta: metaOf(REF),
    event: "e1",
    seq: 4,
    time: null,
    scan: { commands: [line("record", "/exports/a.md"), line("stop", null)], refused: [] },
    author: TYPED,
    barred: null,
    continues: null,
    before: checkpointAt(4),
    ...own,
  };
}

Deno.test("messages: each command is claimed by its place, and not obeyed again", () =>
  withCommands(async (scene) => {
    scene.addSession();
    let done = 0;
    await obeyMessage(scene.context, REF, found(), 0, () => done += 1);
    assert.deepEqual(scene.deeds, [
      "flush s",
      "start 1",
      "obeyed: recording /exports/a.md",
      "1 ends at 4",
      "obeyed: stopped null",
      "note e1 null",
    ]);
    assert.deepEqual([0, 1, 2].map((place) => scene.context.sessions.isClaimed("codex", "e1", place)), [
      true,
      true,
      false,
    ]);
    scene.deeds.length = 0;
    // Read again after a crash: a recording that it would wait for may wait for this message.
    scene.settled = () => Promise.reject(new Error("it was waited for"));
    await obeyMessage(scene.context, REF, found(), 0, () => done += 1);
    assert.deepEqual([scene.deeds, done], [["flush s", "note e1 null"], 2]);
  }));

Deno.test("messages: nothing in one of a session that kato does not know is obeyed: nobody can tell what is news", () =>
  withCommands(async (scene) => {
    await obeyMessage(scene.context, REF, found(), 0, () => {});
    assert.deepEqual([scene.deeds, scene.audit], [["note e1 history"], []]);
  }));

Deno.test("messages: nothing in a barred one is obeyed, and no recording moves by it", () =>
  withCommands(async (scene) => {
    scene.addSession();
    scene.addRecording();
    const barred = found({ barred: "history", continues: "next" });
    await obeyMessage(scene.context, REF, barred, 0, () => {});
    assert.deepEqual([scene.deeds, scene.audit], [["note e1 history"], []]);
  }));

const UNMARKED = { evidence: "unproven", why: "unmarked" } as const;

for (
  const [name, own, commands, obeyed] of [
    ["that a person typed", {}, "typed", true],
    ["that a person may not have typed", { author: UNMARKED }, "typed", false],
    ["where nothing is obeyed", {}, false, false],
  ] as const
) {
  Deno.test(`messages: of commands that are too old, a stop ${name} is ${obeyed ? "" : "not "}obeyed`, () =>
    withCommands(async (scene) => {
      scene.addSession();
      scene.addRecording();
      const context = { ...scene.context, maxCommandAge: 30, commands };
      await obeyMessage(context, REF, found(own), Date.now(), () => {});
      assert.deepEqual(scene.deeds, [
        ...(obeyed ? ["flush s", "1 ends at 4", "obeyed: stopped null"] : []),
        "note e1 too-old",
      ]);
      // No rule of policy comes to such a session.
      assert.equal(context.sessions.find(REF)?.letGo, obeyed ? 4 : null);
      assert.deepEqual([0, 1].map((place) => context.sessions.isClaimed("codex", "e1", place)), [
        false,
        obeyed,
      ]);
    }));
}

Deno.test("messages: one without commands flushes nothing, and may say where the session goes on", () =>
  withCommands(async (scene) => {
    scene.addSession();
    scene.addRecording();
    const moving = found({ scan: { commands: [], refused: [] }, continues: "next", author: null });
    await obeyMessage(scene.context, REF, moving, 0, () => {});
    assert.deepEqual(scene.deeds, ["1 ends at 5", "recording-moved", "note e1 null"]);
  }));
