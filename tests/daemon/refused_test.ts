import assert from "node:assert/strict";
import type { AuditBody } from "../../src/audit/record.ts";
import { type Authorship, type Commands, TYPED } from "../../src/protocol/evidence.ts";
import { createRefusals, type Refusals, whyBarred } from "../../src/daemon/refused.ts";
import { type Arrival, storeSessions } from "../../src/daemon/sessions_store.ts";
import { openState } from "../../src/daemon/state.ts";
import { LOOK_ALIKE_MESSAGES, LOOK_ALIKE_WAITING, LOOK_ALIKE_WINDOW_MS } from "../../src/protocol/limits.ts";

const REF = { provider: "codex", session: "s" } as const;

Deno.test("whyBarred() bars by when and where a message was said first, then by who wrote it", () => {
  const piped: Authorship = { evidence: "prompt", why: "piped" };
  const strange: Authorship = { evidence: "unproven", why: "unknown-mark" };
  const table: [Commands, Authorship | null, "history" | "inherited" | null, string | null][] = [
    ["typed", TYPED, null, null],
    ["typed", TYPED, "inherited", "inherited"],
    ["typed", piped, null, "piped"],
    ["typed", piped, "history", "history"],
    ["prompts", piped, null, null],
    ["prompts", strange, null, "unknown-mark"],
    // Where nothing is obeyed, the command itself is denied: commands-off.
    [false, TYPED, null, null],
    [false, piped, null, "piped"],
  ];
  for (const [commands, author, barred, why] of table) {
    const context = { commands, maxCommandAge: 0, started: 0 };
    assert.equal(whyBarred(context, null, { barred, author, time: null }, Date.now()), why);
  }
});

Deno.test("whyBarred() tells news from what came late, and what is too old", () => {
  const now = Date.now();
  const at = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  /** kato looked ten minutes ago, and started five minutes ago. */
  const [looked, started] = [now - 10 * 60_000, now - 5 * 60_000];
  const fresh = { added: now, looked };
  const known = { added: started - 1, looked };
  const table: [string, Arrival | null, string | null, number, string | null][] = [
    ["typed just now in a session that is new", fresh, at(0), 0, null],
    ["typed while kato was away", fresh, at(9), 0, null],
    ["older than the last look, within the slack", fresh, at(11), 0, null],
    ["older than the last look", fresh, at(13), 0, "history"],
    ["six days old", fresh, at(6 * 24 * 60), 0, "history"],
    ["from the future, within the slack", fresh, at(-1), 0, null],
    ["from the future", fresh, at(-3), 0, "history"],
    ["without a time", fresh, null, 0, "history"],
    ["with a time that is none", fresh, "yesterday", 0, "history"],
    ["old, in a session that came in late and is known by now", known, at(60), 0, "history"],
    ["without a time in a session that is known by now", known, null, 0, null],
    ["from the future in a session that is known by now", known, at(-60), 0, null],
    ["of any age in a session that was there at the first look", null, at(6 * 24 * 60), 0, null],
    ["too old for policy", null, at(31), 30, "too-old"],
    ["young enough for policy", null, at(29), 30, null],
    ["without a time, where policy asks for one", null, null, 30, "too-old"],
  ];
  for (const [name, arrival, time, maxCommandAge, why] of table) {
    const context = { commands: "typed", maxCommandAge, started } as const;
    assert.equal(whyBarred(context, arrival, { barred: null, author: TYPED, time }, now), why, name);
  }
});

/** What was written and told, with a clock that the test turns. */
interface Scene {
  readonly refusals: Refusals;
  /** What each flush of the audit log held. */
  readonly flushes: AuditBody[][];
  readonly messages: string[];
  readonly failures: string[];
  /** Messages that were dealt with. */
  done: number;
  now: number;
  /** What the disk says. */
  full: boolean;
  /** The same after a restart. */
  again(): Refusals;
}

async function withRefusals(test: (scene: Scene) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "kato-refused-" });
  const state = openState(`${folder}/kato.db`);
  assert.ok(state.opened);
  const { database } = state;
  const again = () =>
    createRefusals({
      database,
      sessions: storeSessions(database),
      audit(...bodies) {
        if (scene.full) throw new Error("Cannot append to the audit log: the disk is full");
        if (bodies.length > 0) scene.flushes.push([...bodies]);
      },
      show: (_, message) => void scene.messages.push(message),
      take(_, step) {
        try {
          void step();
        } catch (error) {
          scene.failures.push(String(error));
        }
      },
      now: () => scene.now,
    });
  const scene: Scene = {
    refusals: again(),
    flushes: [],
    messages: [],
    failures: [],
    done: 0,
    now: 1_000_000,
    full: false,
    again,
  };
  try {
    test(scene);
  } finally {
    scene.full = false;
    scene.refusals.close();
    database.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const FLOOD = {
  commands: [],
  refused: Array.from(
    { length: 16 },
    (_, n) => ({ token: `::record ${n}.md`, reason: "tool-output" as const }),
  ),
};

function flood(scene: Scene, refusals: Refusals, from: number, count: number, session = "s"): void {
  for (let n = from; n < from + count; n++) {
    refusals.note(
      { provider: "codex", session },
      { event: `e${n}`, scan: FLOOD },
      null,
      () => scene.done += 1,
    );
  }
}

Deno.test("a flood of look-alikes: few flushes, so many records a minute, and one for how many more", () =>
  withRefusals((scene) => {
    const { refusals, flushes } = scene;
    flood(scene, refusals, 0, 1100);
    refusals.flush(REF);
    assert.equal(scene.done, 1100);
    assert.equal(flushes.length, 1, "the first ones only are listed");
    assert.equal(flushes.flat().length, LOOK_ALIKE_MESSAGES);
    refusals.tend();
    assert.equal(flushes.length, 1, "the minute is not over");
    scene.now += LOOK_ALIKE_WINDOW_MS;
    refusals.tend();
    const unlisted = 1100 - LOOK_ALIKE_MESSAGES;
    assert.deepEqual(flushes[1]?.map(({ reason, detail }) => `${reason}: ${detail}`), [
      `not-listed: ${unlisted} more messages with ${
        unlisted * 16
      } such lines were not listed, for there were too many`,
    ]);
    refusals.tend();
    flood(scene, refusals, 0, 1100);
    refusals.flush(REF);
    assert.equal(flushes.length, 2, "nothing is told twice");
    flood(scene, refusals, 2000, 1);
    refusals.flush(REF);
    assert.equal(flushes.length, 3, "a new minute, a new list");
  }));

Deno.test("look-alikes of many sessions are flushed together, and each session has a list of its own", () =>
  withRefusals((scene) => {
    const { refusals, flushes } = scene;
    for (let n = 0; n <= LOOK_ALIKE_WAITING; n++) flood(scene, refusals, n, 1, `s${n}`);
    assert.deepEqual(flushes.map(({ length }) => length), [LOOK_ALIKE_WAITING]);
    assert.equal(scene.done, LOOK_ALIKE_WAITING);
  }));

Deno.test("how many were not listed is on record after a restart, whatever ended kato", () =>
  withRefusals((scene) => {
    flood(scene, scene.refusals, 0, LOOK_ALIKE_MESSAGES + 5);
    scene.refusals.flush(REF);
    const next = scene.again();
    next.tend();
    assert.match(scene.flushes.at(-1)?.[0]?.detail ?? "", /^5 more messages with 80 such lines/);
    next.close();
    const { length } = scene.flushes;
    const third = scene.again();
    third.tend();
    third.close();
    assert.equal(scene.flushes.length, length, "and only once");
  }));

Deno.test("look-alikes wait while the disk is full; nothing is dealt with before it is on record", () =>
  withRefusals((scene) => {
    const { refusals, flushes } = scene;
    scene.full = true;
    flood(scene, refusals, 0, 3);
    assert.throws(() => refusals.flush(REF), /the disk is full/);
    refusals.flush({ provider: "codex", session: "another" });
    refusals.close();
    assert.deepEqual([scene.done, scene.failures.length], [0, 1]);
    scene.full = false;
    refusals.flush(REF);
    assert.deepEqual([scene.done, flushes.length, flushes[0]?.length], [3, 1, 3]);
  }));

Deno.test("a command that was refused is claimed: it is not obeyed later, nor told again", () =>
  withRefusals((scene) => {
    const { refusals, flushes } = scene;
    const command = { verb: "stop", destination: null, token: "::stop", place: "leading" } as const;
    const scan = {
      commands: [command],
      refused: [{ token: "::rekord", reason: "unknown-command" as const }],
    };
    refusals.note(REF, { event: "e", scan }, "piped", () => scene.done += 1);
    refusals.flush(REF);
    assert.deepEqual(flushes.flat().map(({ command, reason, detail }) => [command, reason, detail]), [[
      "::stop",
      "piped",
      '2 lines in one message (2 piped); after the first: "::rekord"',
    ]]);
    assert.equal(scene.messages.length, 1);
    refusals.note(REF, { event: "e", scan }, "piped", () => scene.done += 1);
    refusals.flush(REF);
    assert.deepEqual([scene.done, flushes.length], [2, 1]);
  }));

Deno.test("look-alikes: a message that is noted twice while it waits is one record, and both hear of it", () =>
  withRefusals((scene) => {
    flood(scene, scene.refusals, 0, 1);
    flood(scene, scene.refusals, 0, 1);
    scene.refusals.flush(REF);
    assert.deepEqual([scene.done, scene.flushes.flat().length], [2, 1]);
  }));

Deno.test("look-alikes: commands that were refused are claimed by their places, and the other lines are not", () =>
  withRefusals((scene) => {
    const { refusals, flushes } = scene;
    const command = { verb: "stop", destination: null, token: "::stop", place: "leading" } as const;
    const refused = [{ token: "::rekord", reason: "unknown-command" as const }];
    refusals.note(REF, { event: "e", scan: { commands: [command], refused: [] } }, "piped", () => {});
    refusals.flush(REF);
    refusals.note(REF, { event: "e", scan: { commands: [command], refused } }, "piped", () => {});
    refusals.flush(REF);
    assert.deepEqual(flushes.map((bodies) => bodies.map(({ command }) => command)), [["::stop"], [
      "::rekord",
    ]]);
    // And what may command is not refused: obey_commands.ts claims it.
    refusals.note(REF, { event: "f", scan: { commands: [command], refused } }, null, () => {});
    refusals.flush(REF);
    assert.deepEqual(flushes.at(-1)?.map(({ command }) => command), ["::rekord"]);
  }));
