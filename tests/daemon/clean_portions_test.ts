/** A portion of `kato clean` in the daemon: how much it reads, where it ends, and what it says when it fails halfway. */
import assert from "node:assert/strict";
import { obeyClean } from "../../src/daemon/clean.ts";
import { createAutoRules } from "../../src/daemon/auto_rules.ts";
import type { Database } from "../../src/daemon/state.ts";
import { DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import { addRead, type CleaningScene, pathOf, withCleaning } from "./stage/cleaning_scene.ts";
import { metaOf, REF, withCommands } from "./stage/own_state.ts";

const request = { v: 1, id: "00000000", verb: "clean", dryRun: false, after: null } as const;

function addMany(scene: CleaningScene, count: number): string[] {
  const names = Array.from({ length: count }, (_, number) => `s${String(number).padStart(3, "0")}`);
  scene.database.transact(() => {
    for (const session of names) scene.addSession({ session });
  });
  scene.absent = new Set(names.map(pathOf));
  return names;
}

/** Calls `asked` with each question that reads recordings. */
function watchRecordings(database: Database, asked: () => void): Database {
  const note = (sql: string) => {
    if (/\brecordings\b/.test(sql)) asked();
  };
  return {
    ...database,
    all(sql, ...values) {
      note(sql);
      return database.all(sql, ...values);
    },
    get(sql, ...values) {
      note(sql);
      return database.get(sql, ...values);
    },
  };
}

Deno.test("clean: a portion reads the recordings twice, however many sessions it removes", () =>
  withCleaning(async (scene) => {
    addMany(scene, 100);
    let reads = 0;
    const database = watchRecordings(scene.database, () => reads += 1);
    const { cleaned } = await obeyClean({ ...scene.options, database }, request);
    assert.deepEqual([cleaned?.logs.length, reads], [100, 2]);
  }));

Deno.test("clean: a provider whose parser does not answer is left at its first portion", () =>
  withCleaning(async (scene) => {
    addMany(scene, 501);
    scene.absent = null;
    const { result, cleaned } = await scene.clean();
    assert.deepEqual([result, cleaned?.skipped, cleaned?.next], [
      "done",
      [{ provider: "codex", why: "no-answer" }],
      null,
    ]);
    assert.equal(scene.sessions().length, 501);
  }));

Deno.test("clean: where a file cannot be removed, the answer fails and says what is removed by then", () =>
  withCleaning(async (scene) => {
    addRead(scene, "gone");
    scene.absent = new Set([pathOf("gone")]);
    const folder = Deno.makeTempDirSync({ prefix: "kato-clean-" });
    try {
      const [first, second] = ["0", "1"].map((digit) => {
        const path = `${folder}/.${digit.repeat(8)}-0000-0000-0000-${"0".repeat(12)}.tmp`;
        Deno.writeTextFileSync(path, "");
        return path;
      });
      assert.ok(first !== undefined && second !== undefined);
      const audit: typeof scene.options.audit = (...bodies) => {
        scene.options.audit(...bodies);
        // From here on, the system refuses to remove the second one: it is a folder with an entry.
        if (!bodies.some(({ path }) => path === second)) return;
        Deno.removeSync(second);
        Deno.mkdirSync(`${second}/in`, { recursive: true });
      };
      const answered = await obeyClean({ ...scene.options, audit, folders: [folder] }, request);
      assert.deepEqual([answered.result, answered.reason], ["failed", "not-now"]);
      assert.deepEqual(answered.cleaned, {
        logs: [{ provider: "codex", session: "gone", path: pathOf("gone") }],
        files: [first],
        skipped: [],
        next: null,
      });
      assert.deepEqual(scene.sessions(), []);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  }));

for (const hasRules of [true, false]) {
  Deno.test(`clean: a session that was never read ${hasRules ? "stays while" : "goes where"} there are ${hasRules ? "" : "no "}rules in policy`, () =>
    withCleaning(async (scene) => {
      scene.addSession({ session: "unread" });
      scene.absent = new Set([pathOf("unread")]);
      scene.hasRules = hasRules;
      const { cleaned } = await scene.clean();
      assert.equal(cleaned?.logs.length, hasRules ? 0 : 1);
      assert.deepEqual(scene.sessions(), hasRules ? ["unread"] : []);
    }));
}

Deno.test("covers() takes any rule to be about a session that was never read", () =>
  withCommands(({ context }) => {
    const coversWith = (projects: readonly string[]) => {
      const auto = projects.map((project) => ({
        projects: [project],
        clients: [],
        exclude: [],
        to: "",
        collision: "refuse" as const,
        existing: false,
      }));
      const recording = { ...DEFAULT_POLICY.recording, auto };
      const policy = { ...DEFAULT_POLICY, recording };
      return createAutoRules({ context, effective: { policy, hash: "0" }, fileName: "" }).covers;
    };
    assert.deepEqual([null, metaOf(REF, "/ruled/a"), metaOf(REF, "/other")].map(coversWith(["/ruled"])), [
      true,
      true,
      false,
    ]);
    assert.equal(coversWith([])(null), false);
  }));
