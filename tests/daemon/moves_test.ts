/** Recordings whose session goes on in another one, with the state on the disk and nothing else. */
import assert from "node:assert/strict";
import type { AuditBody } from "../../src/audit/record.ts";
import { CONTINUATION_MS } from "../../src/protocol/limits.ts";
import type { SessionRef } from "../../src/protocol/session.ts";
import { type CommandScene, REF, withCommands } from "./stage/own_state.ts";

const INTO = { provider: "codex", session: "next" } as const;
const THIRD = { provider: "codex", session: "third" } as const;
const NOW = 10 * CONTINUATION_MS;

function move(scene: CommandScene, continues: string | null = "next", seq = 4, ref: SessionRef = REF): void {
  scene.context.moves.take({ ...scene.context, recorded: new Set() }, ref, { continues, seq }, NOW);
}

Deno.test("moves: the old recording ends with the notice, and one that waits takes over", () =>
  withCommands((scene) => {
    const { recordings, moves, sessions } = scene.context;
    scene.addSession();
    scene.addRecording();
    move(scene);
    assert.deepEqual(scene.deeds, ["1 ends at 5", "recording-moved"]);
    assert.deepEqual(
      scene.audit.map(({ event, reason, session, path, detail }) => [event, reason, session, path, detail]),
      [
        ["recording-moved", "moved", "s", "/exports/a.md", "next"],
      ],
    );
    const old = recordings.get(1);
    assert.deepEqual([old.goesOn, old.isFollowed, old.until], ["next", true, 5]);
    const waiting = recordings.get(2);
    assert.deepEqual([waiting.follows, waiting.inherits, waiting.session], [1, "s", "next"]);
    // Not before the old one is over, and the new session is there.
    moves.goOn("codex");
    assert.equal(recordings.get(2).follows, 1);
    scene.stop(1);
    moves.goOn("codex");
    assert.equal(recordings.get(2).follows, 1);
    scene.addSession({ session: "next" });
    moves.goOn("gemini");
    assert.equal(recordings.get(2).follows, 1, "another provider's");
    moves.goOn("codex");
    assert.equal(recordings.get(2).follows, null);
    assert.equal(sessions.find(INTO)?.destination, "/exports/a.md");
    assert.equal(scene.deeds.at(-1), "start 2");
  }));

Deno.test("moves: the new session is there, and the old recording is not over: it waits", () =>
  withCommands((scene) => {
    scene.addSession();
    scene.addRecording();
    move(scene);
    scene.addSession({ session: "next" });
    scene.context.moves.goOn("codex");
    assert.equal(scene.context.recordings.get(2).follows, 1);
  }));

Deno.test("moves: a destination that the new session has is kept", () =>
  withCommands((scene) => {
    const { sessions, moves } = scene.context;
    scene.addSession();
    scene.addRecording();
    move(scene);
    scene.stop(1);
    scene.addSession({ session: "next" });
    sessions.point(INTO, "/exports/own.md");
    moves.goOn("codex");
    assert.equal(sessions.find(INTO)?.destination, "/exports/own.md");
  }));

Deno.test("moves: what is said twice moves once, and a later recording stays", () =>
  withCommands((scene) => {
    scene.addSession();
    scene.addRecording();
    move(scene);
    scene.stop(1);
    const later = scene.addRecording({ destination: "/exports/later.md" });
    scene.deeds.length = 0;
    move(scene);
    assert.equal(scene.context.recordings.get(later).until, null);
    assert.deepEqual([scene.audit.length, scene.deeds], [1, []]);
    assert.ok(scene.context.sessions.isClaimed("codex", "continues:s:next", 0));
  }));

Deno.test("moves: what was said while nothing was recorded moves nothing later", () =>
  withCommands((scene) => {
    scene.addSession();
    move(scene);
    scene.addRecording();
    move(scene);
    assert.deepEqual([scene.audit, scene.context.recordings.get(1).until], [[], null]);
  }));

/** What three logs say of a session that goes on in a second one, and that in a third, where somebody stops it. */
const SAYINGS: Readonly<Record<string, (scene: CommandScene) => void>> = {
  "the first goes on": (scene) => move(scene),
  "the second goes on": (scene) => move(scene, "third", 6, INTO),
  "the third is stopped": ({ context }) => context.sessions.letGo(THIRD, 9),
};

for (const order of ordersOf(Object.keys(SAYINGS))) {
  Deno.test(`moves: through two sessions, whichever log is read first: ${order.join(", ")}`, () =>
    withCommands((scene) => {
      const { recordings, sessions } = scene.context;
      scene.addSession();
      scene.addRecording();
      for (const { session } of [INTO, THIRD]) scene.addSession({ session, arrived: NOW });
      for (const saying of order) SAYINGS[saying]?.(scene);
      const stopped = sessions.find(THIRD)?.letGo ?? null;
      assert.deepEqual(
        [1, 2, 3].map((id) => recordings.get(id)).map(({ session, until, goesOn, follows }) => ({
          session,
          // One that is under way already is ended by the command itself.
          until: session === "third" ? until ?? stopped : until,
          goesOn,
          follows,
        })),
        [
          { session: "s", until: 5, goesOn: "next", follows: null },
          { session: "next", until: 7, goesOn: "third", follows: 1 },
          { session: "third", until: 9, goesOn: null, follows: 2 },
        ],
      );
      assert.deepEqual(scene.audit.map(({ session, detail, reason }) => [session, detail, reason]), [
        ["s", "next", "moved"],
        ["next", "third", "moved"],
      ]);
      assert.deepEqual(scene.deeds, [
        "1 ends at 5",
        "recording-moved",
        "2 ends at 7",
        "recording-moved",
      ]);
    }));
}

function ordersOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    ordersOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest])
  );
}

/** [what the second session's log says besides, before which event the recording ends there, where it goes on] */
const BETWEEN: readonly [string, (scene: CommandScene) => void, number | null, string | null][] = [
  ["a command before that let go", ({ context }) => context.sessions.letGo(INTO, 6), 6, null],
  ["a command after that", ({ context }) => context.sessions.letGo(INTO, 7), 7, "third"],
  ["a second time, elsewhere", (scene) => move(scene, "elsewhere", 8, INTO), 7, "third"],
  ["back to the first", (scene) => move(scene, "s", 8, INTO), 7, "third"],
];

for (const [name, says, until, goesOn] of BETWEEN) {
  Deno.test(`moves: the second session has gone on already: ${name}`, () =>
    withCommands((scene) => {
      scene.addSession();
      scene.addRecording();
      scene.addSession({ session: "next", arrived: NOW });
      move(scene, "third", 6, INTO);
      says(scene);
      move(scene);
      const second = scene.context.recordings.get(2);
      assert.deepEqual([second.until, second.goesOn], [until, goesOn]);
    }));
}

Deno.test("moves: a session that has gone on in the first one already ends there, and does not go in a circle", () =>
  withCommands((scene) => {
    scene.addSession({ arrived: NOW });
    scene.addRecording();
    scene.addSession({ session: "next", arrived: NOW });
    move(scene, "s", 6, INTO);
    move(scene);
    assert.deepEqual(scene.audit.map(({ session, detail, reason }) => [session, detail, reason]), [
      ["s", "next", "moved"],
      ["next", "s", "own-recording"],
    ]);
    assert.equal(scene.context.recordings.get(2).until, 7);
  }));

Deno.test("moves: without the record of the second step the first is not taken either", () =>
  withCommands((scene) => {
    scene.addSession();
    scene.addRecording();
    scene.addSession({ session: "next", arrived: NOW });
    move(scene, "third", 6, INTO);
    const { context } = scene;
    const message = { ...context, recorded: new Set<string>() };
    let records = 0;
    const failing = {
      ...message,
      audit(...bodies: readonly AuditBody[]) {
        records += 1;
        if (records === 2) throw new Error("full");
        context.audit(...bodies);
      },
    };
    assert.throws(() => context.moves.take(failing, REF, { continues: "next", seq: 4 }, NOW), /full/);
    assert.deepEqual([context.recordings.get(1).until, context.recordings.following("codex")], [null, []]);
    context.moves.take(failing, REF, { continues: "next", seq: 4 }, NOW);
    assert.deepEqual(scene.audit.map(({ detail }) => detail), ["next", "third"]);
    assert.equal(context.recordings.get(2).until, 7);
  }));

Deno.test("moves: a session that names itself, or none, goes on nowhere", () =>
  withCommands((scene) => {
    scene.addSession();
    scene.addRecording();
    move(scene, null);
    move(scene, "s");
    assert.deepEqual([scene.deeds, scene.audit], [[], []]);
    assert.equal(scene.context.sessions.isClaimed("codex", "continues:s:s", 0), false);
  }));

Deno.test("moves: one that ends already does not move", () =>
  withCommands((scene) => {
    scene.addSession();
    scene.addRecording({ until: 3 });
    move(scene);
    assert.deepEqual(scene.audit, []);
  }));

const NOWHERE: readonly [string, (scene: CommandScene) => void, string][] = [
  ["a successor that has a recording that moved", (scene) => {
    scene.addSession({ session: "next", arrived: NOW });
    const id = scene.addRecording({ ref: INTO, destination: "/exports/n.md" });
    scene.context.recordings.leave(id, "x", true);
  }, "own-recording"],
  ["a successor below another root", (scene) => {
    scene.addSession({ session: "next", path: "/elsewhere/next.jsonl", arrived: NOW });
  }, "other-root"],
  [
    "a successor that was there before kato",
    (scene) => void scene.addSession({ session: "next" }),
    "not-new",
  ],
  ["a successor that is recorded as a whole", (scene) => {
    scene.addSession({ session: "next", arrived: NOW });
    scene.context.sessions.letGo(INTO, 0);
  }, "own-recording"],
];

for (const [name, prepare, reason] of NOWHERE) {
  Deno.test(`moves: the recording ends, and goes on nowhere: ${name}`, () =>
    withCommands((scene) => {
      scene.addSession();
      const id = scene.addRecording();
      prepare(scene);
      move(scene);
      assert.deepEqual(scene.audit.map((body) => body.reason), [reason]);
      assert.deepEqual(scene.deeds, [`${id} ends at 5`, "recording-left-behind"]);
      assert.deepEqual(scene.context.recordings.following("codex"), []);
      assert.equal(scene.context.recordings.get(id).isFollowed, false);
    }));
}

Deno.test("moves: up to where a command of the new session let go", () =>
  withCommands((scene) => {
    scene.addSession();
    scene.addRecording();
    scene.addSession({ session: "next", arrived: NOW });
    scene.context.sessions.letGo(INTO, 7);
    move(scene);
    assert.equal(scene.context.recordings.get(2).until, 7);
  }));

Deno.test("moves: a successor that turns up below another root is dropped, with its record", () =>
  withCommands((scene) => {
    scene.addSession();
    scene.addRecording();
    move(scene);
    scene.stop(1);
    scene.addSession({ session: "next", path: "/elsewhere/next.jsonl" });
    scene.context.moves.goOn("codex");
    assert.deepEqual(scene.audit.map(({ reason, session, detail }) => [reason, session, detail]), [
      ["moved", "s", "next"],
      ["other-root", "s", "next"],
    ]);
    const { active, follows } = scene.context.recordings.get(2);
    assert.deepEqual({ active, follows }, { active: false, follows: null });
    assert.ok(!scene.deeds.includes("start 2"));
    assert.equal(scene.deeds.at(-1), "recording-left-behind");
  }));

Deno.test("moves: what never came is given up when asked, and nothing else is", () =>
  withCommands((scene) => {
    const { moves, recordings } = scene.context;
    scene.addSession();
    scene.addRecording();
    move(scene);
    assert.equal(moves.giveUp(REF), 0, "the old one is not over");
    scene.stop(1);
    assert.equal(moves.giveUp({ provider: "codex", session: "t" }), 0);
    assert.equal(moves.giveUp(REF), 1);
    assert.equal(scene.audit.at(-1)?.reason, "gave-up");
    assert.equal(recordings.get(2).active, false);
    assert.equal(moves.giveUp(REF), 0);
  }));

Deno.test("moves: what has come is not given up", () =>
  withCommands((scene) => {
    scene.addSession();
    scene.addRecording();
    move(scene);
    scene.stop(1);
    scene.addSession({ session: "next" });
    assert.equal(scene.context.moves.giveUp(REF), 0);
  }));

Deno.test("moves: without its record nothing moves", () =>
  withCommands((scene) => {
    scene.addSession();
    scene.addRecording();
    scene.noRecord = new Error("full");
    assert.throws(() => move(scene), /full/);
    assert.deepEqual([scene.context.recordings.get(1).until, scene.deeds], [null, []]);
    scene.noRecord = null;
    move(scene);
    assert.equal(scene.audit.length, 1);
  }));
