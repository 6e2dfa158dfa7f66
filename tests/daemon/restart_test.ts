/** What a start makes of what was there before: history, forks, and a restart at any moment. Scenarios 2, 3, 4, 26. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { append, createRows } from "./stage/claude_rows.ts";
import { CLIENTS } from "./stage/clients.ts";
import { makeHome, startDaemon, type TestHome } from "./stage/harness.ts";
import { renderCapture } from "./stage/one_shot.ts";
import { decisionsOf, readExport, setStage, setStageFor, whenHolds, whenText } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const ENDS = {
  "SIGTERM": (daemon: ReturnType<typeof startDaemon>) => daemon.stop(),
  "SIGKILL": (daemon: ReturnType<typeof startDaemon>) => daemon.kill(),
} as const;

// Scenario 2. Recordings in each state when it ends; messages and a command come while it is down.
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  "no recording": [],
  "an active recording": ["::capture notes.md"],
  "a stopped recording": ["::capture notes.md", "::stop"],
};

for (const [end, endDaemon] of Object.entries(ENDS)) {
  for (const [before, commands] of Object.entries(BEFORE)) {
    Deno.test(`restart: ${end} with ${before}, then a command while down, gives every message once`, async () => {
      await using stage = await setStage();
      const { rows, log, say, home } = stage;
      say(rows.user("hello"), rows.assistant("zero"));
      for (const command of commands) say(rows.user(command), rows.assistant(`after ${command}`));
      await decisionsOf(stage, commands.length);
      await endDaemon(stage.daemon);

      say(rows.assistant("while it was down"), rows.user("::capture all.md"), rows.assistant("still down"));
      stage.daemon = startDaemon(home);
      await stage.daemon.whenUp();
      say(rows.assistant("up again"), rows.user("::stop\nlast"));
      await stage.daemon.whenRecording("all.md", "stopped");
      assert.equal(home.readExport("all.md"), renderCapture(log, "::capture all.md", "::stop\nlast"));
      if (before === "an active recording") {
        await stage.daemon.whenRecording("notes.md", "stopped");
        assert.equal(
          home.readExport("notes.md"),
          renderCapture(log, "::capture notes.md", "::capture all.md"),
        );
      }
      if (before === "a stopped recording") {
        assert.equal(home.readExport("notes.md"), renderCapture(log, "::capture notes.md", "::stop"));
      }
      const decisions = await decisionsOf(stage, commands.length + 2);
      // A kill between a record and its effect has the decision taken, and recorded, once more; never not at all.
      const again = end === "SIGKILL" ? 1 : 0;
      const extra = decisions.length - (commands.length + 2);
      assert.ok(extra >= 0 && extra <= again, decisions.join("\n"));
    });
  }
}

const MARK = "0123456789ab";

/** What tells one log from another, in every checkpoint, as a version before this one wrote it. */
function makeCursorsOld(home: TestHome): number {
  const database = new DatabaseSync(home.places.database);
  let changed = 0;
  for (const table of ["sessions", "recordings"]) {
    for (const { checkpoint } of database.prepare(`SELECT checkpoint FROM ${table}`).all()) {
      if (typeof checkpoint !== "string") continue;
      const older = checkpoint.replace(/"head":"[0-9a-f]{24}"/g, `"head":"${"0123456789abcdef".repeat(4)}"`)
        // Of a document, the marks of its records.
        .replace(/(?<="head":"","headBytes":0,"tail":")[0-9a-f]+/g, (marks) => marks.replace(/.{24}/g, MARK));
      assert.notEqual(older, checkpoint);
      database.prepare(`UPDATE ${table} SET checkpoint = ? WHERE checkpoint = ?`).run(older, checkpoint);
      changed += 1;
    }
  }
  database.close();
  return changed;
}

for (const client of CLIENTS) {
  Deno.test(`restart: checkpoints of an older version have ${client.name}'s log read anew, and nothing is there twice`, async () => {
    await using stage = await setStageFor(client);
    const { rows, logs, say, home } = stage;
    say(rows.user("hello"), rows.assistant("zero"), rows.user("::capture notes.md"), rows.assistant("one"));
    for (let turn = 0; turn < 12; turn += 1) {
      say(rows.user(`question ${turn}`), rows.assistant(`answer ${turn}`));
    }
    await whenText(stage, "notes.md", renderCapture(logs, "::capture notes.md"));
    await stage.daemon.stop();
    assert.ok(makeCursorsOld(home) >= 2);

    stage.daemon = startDaemon(home);
    await stage.daemon.whenUp();
    say(rows.user("and then?"), rows.assistant("two"), rows.user("::stop"), rows.assistant("not any more"));
    await stage.daemon.whenRecording("notes.md", "stopped");
    assert.equal(readExport(home, "notes.md"), renderCapture(logs, "::capture notes.md", "::stop"));
    assert.deepEqual((await decisionsOf(stage, 2)).length, 2);
  });
}

// Scenario 26.
Deno.test("restart: status shows the recordings that it showed before", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  say(rows.user("::capture a.md"), rows.assistant("one"), rows.user("::capture b.md"), rows.assistant("two"));
  await whenHolds(stage, "b.md", "two");
  const settled = (status: { recordings: readonly { lag: number }[] }) =>
    status.recordings.length === 2 && status.recordings.every(({ lag }) => lag === 0);
  const before = await stage.daemon.whenStatus("both are shown", settled);
  await stage.daemon.stop();
  assert.deepEqual(home.status()?.recordings, before.recordings);
  stage.daemon = startDaemon(home);
  await stage.daemon.whenUp();
  const after = await stage.daemon.whenStatus("both are shown again", settled);
  assert.deepEqual(after.recordings, before.recordings);
  assert.equal(after.providers[0]?.sessions, before.providers[0]?.sessions);
});

// What is in the file of a delivery that was under way, bytes of it, when kato was killed.
for (const written of [0, 40, 100]) {
  Deno.test(`restart: ${written} of 100 bytes that a crash left of a delivery are no edit of the person's`, async () => {
    await using stage = await setStage();
    const { rows, log, say, home } = stage;
    say(rows.user("::capture notes.md"), rows.assistant("one"));
    await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
    await stage.daemon.stop();
    const path = `${home.exports}/notes.md`;
    const state = new DatabaseSync(home.places.database);
    state.exec(
      `INSERT INTO deliveries (recording, before, length, checkpoint, next, events, last, render)
        SELECT id, size, 100, checkpoint, next, 0, 0, render FROM recordings`,
    );
    state.close();
    Deno.writeTextFileSync(path, "x".repeat(written), { append: true });

    stage.daemon = startDaemon(home);
    await stage.daemon.whenUp();
    say(rows.assistant("two"));
    await whenHolds(stage, "notes.md", "\ntwo\n");
    const [delivered, text] = ["x".repeat(100), readExport(home, "notes.md")];
    assert.equal(text.includes(delivered), written === 100);
    assert.equal(text.replace(delivered, ""), renderCapture(log, "::capture notes.md"));
    const told = home.audit().filter((record) => record.path === path && record.event !== "command");
    assert.deepEqual(told.map(({ event, reason }) => `${event}: ${reason}`), [
      "destination-opened: created",
      "destination-opened: opened",
    ]);
  });
}

// Scenario 3.
Deno.test("start: commands of old logs are not obeyed, and not a byte is written; what comes after is", async () => {
  await using home = await makeHome();
  const rows = createRows();
  const log = home.log(rows.session);
  append(log, rows.user("::capture old.md"), rows.assistant("long ago"));
  Deno.writeTextFileSync(`${home.exports}/old.md`, "precious\n");
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  append(log, rows.user("::capture new.md"), rows.assistant("now"));
  await whenText({ home, daemon }, "new.md", renderCapture(log, "::capture new.md"));
  assert.equal(home.readExport("old.md"), "precious\n");
  assert.deepEqual([...Deno.readDirSync(home.exports)].map(({ name }) => name).sort(), ["new.md", "old.md"]);
  const obeyed = home.audit().filter(({ event }) => event === "command").map(({ command }) => command);
  assert.deepEqual(obeyed, ["::capture new.md"]);
});

// Scenario 3.
Deno.test("start: after the state was deleted nothing of what was obeyed before is obeyed again", async () => {
  await using stage = await setStage();
  const { rows, log, say, home } = stage;
  say(rows.user("::capture notes.md"), rows.assistant("one"));
  await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
  const text = home.readExport("notes.md");
  await stage.daemon.stop();
  Deno.removeSync(home.places.state, { recursive: true });

  stage.daemon = startDaemon(home);
  await stage.daemon.whenUp();
  // kato does not know the file any more, so it is somebody's: it is not touched.
  say(rows.assistant("two"), rows.user("::capture notes.md\nonce more"), rows.user("::capture other.md"));
  await whenText(stage, "other.md", renderCapture(log, "::capture other.md"));
  assert.equal(home.readExport("notes.md"), text);
  assert.deepEqual((await decisionsOf(stage, 3)).slice(1), [
    "deny ::capture notes.md: not-created-by-kato",
    "allow ::capture other.md: captured",
  ]);
});

Deno.test("restart: an older kato leaves the state of a newer one alone; back under the newer one, nothing is lost or twice", async () => {
  await using stage = await setStage();
  const { rows, log, say, home } = stage;
  say(rows.user("::capture notes.md"), rows.assistant("one"));
  await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
  await stage.daemon.stop();
  const putSchema = (change: number) => {
    const database = new DatabaseSync(home.places.database);
    const { user_version } = database.prepare("PRAGMA user_version").get() ?? {};
    database.exec(`PRAGMA user_version = ${Number(user_version) + change}`);
    database.close();
  };
  putSchema(1);
  say(rows.user("::export all.md"), rows.assistant("two"));
  const before = [Deno.readFileSync(home.places.database), home.readExport("notes.md")];
  // As often as somebody tries.
  for (const _ of [1, 2]) {
    await using older = startDaemon(home);
    assert.equal((await older.exit).code, 78);
    await until("it says what to do", () => /newer kato .*Install that version again/s.test(older.said()));
    assert.deepEqual([Deno.readFileSync(home.places.database), home.readExport("notes.md")], before);
  }
  putSchema(-1);
  stage.daemon = startDaemon(home);
  await stage.daemon.whenRecording("all.md", "done");
  await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
  assert.deepEqual(await decisionsOf(stage, 2), [
    "allow ::capture notes.md: captured",
    "allow ::export all.md: exported",
  ]);
});

/** A share, a volume or a snapshot may have another number after each boot; inode and time of birth stay. */
Deno.test("restart: after a boot in which the disk has another number, recordings go on in their files", async () => {
  await using stage = await setStage();
  const { rows, log, say, home } = stage;
  say(rows.user("::capture notes.md"), rows.assistant("one"));
  await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
  await stage.daemon.stop();
  const database = new DatabaseSync(home.places.database);
  database.exec("UPDATE files SET dev = dev + 1; UPDATE recordings SET dev = dev + 1");
  database.close();
  say(rows.assistant("two"));
  stage.daemon = startDaemon(home);
  await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
  say(rows.user("::stop"), rows.user("::record notes.md\nonce more"));
  await whenHolds(stage, "notes.md", "once more");
  assert.deepEqual(await decisionsOf(stage, 3), [
    "allow ::capture notes.md: captured",
    "allow ::stop: stopped",
    "allow ::record notes.md: resumed",
  ]);
  const opened = home.audit().filter(({ event }) => event === "destination-opened");
  assert.deepEqual(
    new Set(opened.map(({ decision, reason }) => `${decision} ${reason}`)),
    new Set(["allow created", "allow opened"]),
  );
});

/** The file is the person's own; policy lets kato go on in it. */
Deno.test("restart: after such a boot a recording goes on in a file that was there before kato", async () => {
  await using stage = await setStage("[destinations]\nallow_existing = true\n");
  const { rows, say, home } = stage;
  const file = `${home.places.exports}/notes.md`;
  Deno.writeTextFileSync(file, "The person's own words.\n", { mode: 0o600 });
  say(rows.user("::record notes.md"), rows.assistant("one"));
  await whenHolds(stage, "notes.md", "one");
  await stage.daemon.stop();
  const database = new DatabaseSync(home.places.database);
  database.exec("UPDATE files SET dev = dev + 1; UPDATE recordings SET dev = dev + 1");
  database.close();
  say(rows.assistant("two"));
  stage.daemon = startDaemon(home);
  await whenHolds(stage, "notes.md", "two");
  say(rows.user("::stop"), rows.user("::record notes.md\nonce more"));
  await whenHolds(stage, "notes.md", "once more");
  assert.deepEqual(await decisionsOf(stage, 3), [
    "allow ::record notes.md: recording",
    "allow ::stop: stopped",
    "allow ::record notes.md: resumed",
  ]);
  const text = home.readExport("notes.md");
  assert.ok(text.startsWith("The person's own words.\n"));
  for (const words of ["one", "two", "once more"]) assert.equal(text.split(words).length, 2, words);
  const opened = home.audit().filter(({ event }) => event === "destination-opened");
  // The first one found the person's words in it.
  assert.deepEqual(opened.slice(1).map(({ decision, reason }) => `${decision} ${reason}`), [
    "allow opened",
    "allow opened",
  ]);
});

// Scenario 4.
Deno.test("fork: a copied prefix commands nothing again, and the original goes on untouched", async () => {
  await using stage = await setStage();
  const { rows, log, say, home } = stage;
  say(rows.user("::capture notes.md"), rows.assistant("one"), rows.user("::export once.md"));
  await stage.daemon.whenRecording("once.md", "done");
  await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
  const exported = home.readExport("once.md");

  const fork = createRows();
  const forkLog = home.log(fork.session);
  append(forkLog, Deno.readTextFileSync(log).replaceAll(rows.session, fork.session));
  append(forkLog, fork.user("on another way"), fork.user("::capture fork.md"), fork.assistant("forked"));
  await until("the fork is recorded", () => readExport(home, "fork.md").includes("forked"));
  say(rows.assistant("two"));
  await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
  assert.ok(!home.readExport("notes.md").includes("on another way"));
  assert.equal(home.readExport("once.md"), exported);
  const obeyed = home.audit().filter(({ event, session }) => event === "command" && session === fork.session);
  assert.deepEqual(obeyed.map(({ command, decision }) => [command, decision]), [[
    "::capture fork.md",
    "allow",
  ]]);
});
