/** Which sessions are told of before their client deletes the logs, and what is on record when a log is gone. */
import assert from "node:assert/strict";
import { createRetention, type Expiring, type Retention } from "../../src/daemon/retention.ts";
import type { ProviderId } from "../../src/protocol/event.ts";
import { describeKeeping, EXPIRED_MS, EXPIRES_SOON_MS, expiryOf } from "../../src/protocol/retention.ts";
import { PROVIDERS } from "../../src/protocol/closed_sets.ts";
import { type EffectivePolicy, mergePolicy } from "../../src/settings/merge.ts";
import { append, createRows } from "./stage/claude_rows.ts";
import { startDaemon } from "./stage/harness.ts";
import { checkpointAt, type CommandScene, metaOf, withCommands } from "./stage/own_state.ts";
import { setStage, whenHolds } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const DAY = 86_400_000;
const PROVIDER = "claude-code";

const OTHER = "codex";

/** A policy that says after how many days Claude Code and Codex delete a log. */
function policyOf(days: number): EffectivePolicy {
  const text = [PROVIDER, OTHER].map((name) => `[providers.${name}]\nkeeps_days = ${days}\n`).join("");
  const merged = mergePolicy([{ origin: "user", file: "/policy.toml", text }], "/home/ada");
  assert.ok(merged.ok);
  return merged.effective;
}

interface Scene extends CommandScene {
  readonly retention: Retention;
  /** When each session's log changed last. */
  readonly modified: Map<string, number>;
  /** The same of Codex. */
  readonly modifiedOther: Map<string, number>;
  shown: Expiring[];
  readonly logged: string[];
  /** Milliseconds since the start. */
  readonly clock: { elapsed: number };
  /** A session whose log changed so many days ago. */
  add(session: string, days: number, project?: string, provider?: ProviderId): void;
}

function withRetention(play: (scene: Scene) => void, days = 0): Promise<void> {
  return withCommands((commands) => {
    const modified = new Map<string, number>();
    const modifiedOther = new Map<string, number>();
    const follows: [ProviderId, Map<string, number>][] = [[PROVIDER, modified], [OTHER, modifiedOther]];
    const { sessions, recordings } = commands.context;
    const logged: string[] = [];
    const clock = { elapsed: 0 };
    const scene: Scene = Object.assign(commands, {
      modified,
      modifiedOther,
      logged,
      shown: [],
      clock,
      retention: createRetention({
        sessions,
        recordings,
        effective: policyOf(days),
        covers: ({ project }) => project === "/work",
        providers: new Map(follows.map(([id, modified]) => [id, { follow: { modified } as never }])),
        steps: { take: (_, step) => void step() },
        status: { expire: (expiring) => void (scene.shown = expiring) },
        log: {
          report: (event, fields) => void logged.push(`${event} ${Object.values(fields ?? {}).join(" ")}`),
        },
        now: () => NOW,
        elapsed: () => clock.elapsed,
      }),
      add(session: string, days: number, project?: string, provider: ProviderId = PROVIDER) {
        const ref = scene.addSession({ session, provider });
        if (project !== undefined) sessions.advance(ref, checkpointAt(1), 0, metaOf(ref, project));
        (provider === PROVIDER ? modified : modifiedOther).set(session, NOW - days * DAY);
      },
    });
    play(scene);
  });
}

Deno.test("expiryOf() is that of the client's own default, and none for clients that delete nothing", () => {
  assert.equal(expiryOf("claude-code", NOW, 0), NOW + 30 * DAY);
  assert.match(
    describeKeeping("claude-code", 0) ?? "",
    /Claude Code deletes .* 30 days\. .* cleanupPeriodDays/,
  );
  const others = PROVIDERS.filter((provider) => provider !== "claude-code");
  for (const provider of others) {
    assert.deepEqual([expiryOf(provider, NOW, 0), describeKeeping(provider, 0)], [null, null]);
  }
});

Deno.test("expiryOf() goes by the days that policy has, for every client", () => {
  for (const provider of PROVIDERS) {
    assert.equal(expiryOf(provider, NOW, 90), NOW + 90 * DAY);
    const key = `providers.${provider}.keeps_days`;
    assert.match(describeKeeping(provider, 1) ?? "", new RegExp(` for 1 day, as ${key} in policy says$`));
  }
});

for (const days of [20, 90]) {
  Deno.test(`retention: where policy says ${days} days, what is told of is counted by these`, () =>
    withRetention((scene) => {
      for (const left of [8, 6]) scene.add(`${left} left`, days - left, "/work");
      scene.retention.look(PROVIDER);
      const from = new Date(NOW + 6 * DAY).toISOString();
      assert.deepEqual(scene.shown, [{ provider: PROVIDER, session: "6 left", from, by: "rule", days }]);
    }, days));
}

Deno.test("retention: what a recording or a rule covers is told of a week before, once in the log", () =>
  withRetention((scene) => {
    scene.add("recorded", 24);
    scene.addRecording({ ref: { provider: PROVIDER, session: "recorded" } });
    scene.add("by-rule", 29, "/work");
    scene.add("of another project", 29, "/other");
    scene.add("never read", 29);
    scene.add("fresh", 2, "/work");
    scene.add("stopped", 29, "/work");
    scene.stop(scene.addRecording({ ref: { provider: PROVIDER, session: "stopped" } }));
    scene.add("let go", 29, "/work");
    scene.context.sessions.letGo({ provider: PROVIDER, session: "let go" }, 1);
    for (let look = 0; look < 2; look++) scene.retention.look(PROVIDER);
    assert.deepEqual(scene.shown, [
      { provider: PROVIDER, session: "by-rule", from: "2026-11-24T12:00:00.000Z", by: "rule" },
      { provider: PROVIDER, session: "recorded", from: "2026-11-29T12:00:00.000Z", by: "recording" },
    ]);
    assert.deepEqual(scene.logged, [
      "session-expires claude-code by-rule 2026-11-24T12:00:00.000Z rule",
      "session-expires claude-code recorded 2026-11-29T12:00:00.000Z recording",
    ]);
    scene.modified.delete("recorded");
    scene.modified.set("by-rule", NOW);
    scene.retention.look(PROVIDER);
    assert.deepEqual(scene.shown, []);
  }));

Deno.test("retention: from a week before to a day after, and the twenty that go first", () =>
  withRetention((scene) => {
    const table: readonly (readonly [session: string, left: number, is: boolean])[] = [
      ["early", EXPIRES_SOON_MS + 1, false],
      ["first", EXPIRES_SOON_MS, true],
      ["last", -EXPIRED_MS, true],
      ["late", -EXPIRED_MS - 1, false],
    ];
    for (const [session, left] of table) {
      scene.add(session, 0, "/work");
      scene.modified.set(session, NOW + left - 30 * DAY);
    }
    scene.retention.look(PROVIDER);
    assert.deepEqual(scene.shown.map(({ session }) => session), ["last", "first"]);
    for (let count = 0; count < 25; count++) scene.add(`many ${count}`, 29 - count / 100, "/work");
    scene.retention.look(PROVIDER);
    assert.equal(scene.shown.length, 20);
    assert.deepEqual(scene.shown.slice(0, 2).map(({ session }) => session), ["last", "many 0"]);
  }));

Deno.test("retention: of all clients together, the twenty that go first are told of", () =>
  withRetention((scene) => {
    for (let count = 0; count < 15; count++) {
      scene.add(`claude ${count}`, 29 - count / 10, "/work");
      scene.add(`codex ${count}`, 29 - count / 10, "/work", OTHER);
    }
    for (const provider of [PROVIDER, OTHER] as const) scene.retention.look(provider);
    const first = Array.from({ length: 10 }, (_, count) => [`claude ${count}`, `codex ${count}`]).flat();
    assert.deepEqual(scene.shown.map(({ session }) => session), first);
  }, 30));

Deno.test("retention: once an hour kato looks again", () =>
  withRetention((scene) => {
    const told: number[] = [];
    for (const minutes of [0, 59, 60, 61, 119, 120]) {
      scene.shown = [];
      scene.clock.elapsed = minutes * 60_000;
      scene.modified.clear();
      scene.add(`after ${minutes}`, 29, "/work");
      scene.retention.tend();
      if (scene.shown.length > 0) told.push(minutes);
    }
    assert.deepEqual(told, [60, 120]);
  }));

Deno.test("retention: a log that is deleted is on record and in the status, and what was read stays", async () => {
  await using stage = await setStage();
  const { rows, say, log, home } = stage;
  say(rows.user("::capture a.md"), rows.assistant("one"));
  await whenHolds(stage, "a.md", "one");
  const text = Deno.readTextFileSync(log);
  Deno.removeSync(log);
  await stage.daemon.whenStatus("the log is gone", ({ recordings }) => recordings[0]?.gone === true);
  const lost = () =>
    home.audit().filter(({ event }) => event === "feed-lost").map(({ reason, path }) => [reason, path]);
  await until("it is on record", () => lost().length > 0);
  assert.deepEqual(lost(), [["log-not-there", `${home.exports}/a.md`]]);
  assert.equal(home.status()?.recordings[0]?.state, "active");
  // It comes back, as from a backup, and the recording goes on.
  Deno.writeTextFileSync(log, text + rows.assistant("two"));
  await whenHolds(stage, "a.md", "two");
  await stage.daemon.whenStatus("the log is there", ({ recordings }) => recordings[0]?.gone === undefined);
});

Deno.test("retention: a recorded log that is old when kato starts is told of", async () => {
  await using stage = await setStage();
  const { rows, say, log, home } = stage;
  say(rows.user("::capture a.md"), rows.assistant("one"));
  await whenHolds(stage, "a.md", "one");
  await stage.daemon.stop();
  const old = Date.now() - 25 * DAY;
  Deno.utimeSync(log, old / 1000, old / 1000);
  // Another one is as old, and nobody asked for it.
  const other = createRows();
  append(home.log(other.session), other.user("hello"));
  Deno.utimeSync(home.log(other.session), old / 1000, old / 1000);
  stage.daemon = startDaemon(home);
  const status = await stage.daemon.whenStatus("it is told of", ({ expiring = [] }) => expiring.length > 0);
  assert.deepEqual(status.expiring?.map(({ session, by }) => [session, by]), [[rows.session, "recording"]]);
});
