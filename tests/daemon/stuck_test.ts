/**
 * The machine says no for a while: to the audit log, the state, the disk of the recordings, or one destination. The
 * daemon stays up and says what it waits for; no command is lost, nothing that was said is lost, and nothing after a
 * `::stop` is recorded.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { readLine } from "../../src/audit/chain.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import type { Status } from "../../src/protocol/status.ts";
import { makeHome, startDaemon, type TestHome } from "./stage/harness.ts";
import { renderCapture } from "./stage/one_shot.ts";
import { append, createRows } from "./stage/claude_rows.ts";
import { commandWith } from "./stage/clients.ts";
import {
  captureIntoVault,
  decisionsOf,
  denyVault,
  openTalks,
  readExport,
  setStage,
  whenHolds,
  whenText,
  WITH_VAULT,
} from "./stage/stage.ts";
import { ask } from "./stage/ask.ts";
import { until } from "./stage/until.ts";

const CAPTURE = "::capture notes.md";

/** What keeps something from being written; what it returns mends it. */
type Break = (home: TestHome) => () => void;

const BREAKS: Readonly<Record<string, Break>> = {
  "another program holds the state's write lock"({ places }) {
    const other = new DatabaseSync(places.database);
    other.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE");
    return () => {
      other.exec("ROLLBACK");
      other.close();
    };
  },
  "a file stands in place of the folder of the logs"({ places }) {
    const { logs } = places;
    Deno.renameSync(logs, `${logs}.away`);
    Deno.writeTextFileSync(logs, "");
    return () => {
      Deno.removeSync(logs);
      Deno.renameSync(`${logs}.away`, logs);
    };
  },
  "a link stands in place of the audit log"({ places }) {
    const { auditFile } = places;
    Deno.renameSync(auditFile, `${auditFile}.away`);
    Deno.symlinkSync(`${auditFile}.away`, auditFile);
    return () => {
      Deno.removeSync(auditFile);
      Deno.renameSync(`${auditFile}.away`, auditFile);
    };
  },
};

for (const [what, cause] of Object.entries(BREAKS)) {
  Deno.test(`stuck: ${what} while ::stop is typed, in every client: it is obeyed once when it can be`, async () => {
    await using home = await makeHome();
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    const at = { home, daemon };
    const talks = openTalks(home);
    for (const { file, rows, say } of talks) say(rows.user(`::capture ${file}`), rows.assistant("one"));
    for (const talk of talks) {
      await whenText(at, talk.file, renderCapture(talk.logs, `::capture ${talk.file}`));
    }
    const before = talks.map(({ file }) => readExport(home, file));
    const mend = cause(home);
    for (const { client, rows, say } of talks) {
      say(...commandWith(client, rows, "::stop", "enough"), rows.user("SECRET"), rows.assistant("AFTER"));
    }
    const { waiting } = await daemon.whenStatus("all wait", ({ waiting }) => waiting.length >= talks.length);
    assert.deepEqual(
      new Set(waiting.map(({ provider, session }) => `${provider} ${session}`)),
      new Set(talks.map(({ client, rows }) => `${client.provider.id} ${rows.session}`)),
    );
    for (const { rows, say } of talks) say(rows.assistant("AFTER, too"));
    mend();
    for (const { file } of talks) await daemon.whenRecording(file, "stopped");
    await daemon.whenStatus("nothing waits", ({ waiting }) => waiting.length === 0);
    for (const { client, rows, say, file } of talks) {
      say(...commandWith(client, rows, `::record later-${file}`, "and on"), rows.assistant("LATER"));
    }
    for (const [index, talk] of talks.entries()) {
      await whenHolds(at, `later-${talk.file}`, "LATER");
      // Behind what it held stands only the line that a recording ends with.
      const [was = "", after] = [before[index], readExport(home, talk.file)];
      assert.ok(after.startsWith(was), after);
      assert.match(
        after.slice(was.length),
        /^\n> \*Up to here\* — 1 turn, [^\n]* left out, 0 records unknown\n$/,
      );
      assert.deepEqual(await decisionsOf({ home, rows: talk.rows }, 3), [
        `allow ::capture ${talk.file}: captured`,
        "allow ::stop: stopped",
        `allow ::record later-${talk.file}: recording`,
      ]);
    }
    assert.equal(home.audit().filter(({ event }) => event === "command").length, 3 * talks.length);
    assert.equal(await daemon.stop(), 0);
  });
}

Deno.test("stuck: a command that was not obeyed before a restart is obeyed after it, and then what it held back", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  say(rows.user(CAPTURE), rows.assistant("one"));
  await whenHolds(stage, "notes.md", "one");
  const mend = BREAKS["another program holds the state's write lock"]?.(home);
  say(rows.user("::stop\nenough"), rows.user("SECRET"));
  await stage.daemon.whenStatus("it waits", ({ waiting }) => waiting.length > 0);
  assert.equal(await stage.daemon.stop(), 0);
  mend?.();
  stage.daemon = startDaemon(home);
  await stage.daemon.whenRecording("notes.md", "stopped");
  assert.ok(!readExport(home, "notes.md").includes("SECRET"));
});

Deno.test("stuck: logs that were removed are made again, and the chain says so", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  say(rows.user(CAPTURE), rows.assistant("one"));
  await whenHolds(stage, "notes.md", "one");
  Deno.removeSync(home.places.logs, { recursive: true });
  say(rows.user("::stop\nenough"), rows.user("SECRET"));
  await stage.daemon.whenStatus("it waits", ({ waiting }) => waiting.length > 0);
  Deno.mkdirSync(home.places.logs, { mode: 0o700 });
  await stage.daemon.whenRecording("notes.md", "stopped");
  assert.ok(!readExport(home, "notes.md").includes("SECRET"));
  assert.deepEqual(home.audit().map(({ event, command }) => command ?? event), [
    "audit-log-changed",
    "::stop",
  ]);
});

Deno.test("stuck: a destination that cannot be looked at blocks its own recording, at a start as well, and goes on by itself", async () => {
  await using stage = await setStage();
  const { rows, say, log, home } = stage;
  const other = createRows();
  const otherLog = home.log(other.session, "-home-ada-other");
  say(rows.user("::capture sub/notes.md"), rows.assistant("one"));
  append(otherLog, other.user("::record other.md\nx"), other.assistant("first"));
  await whenHolds(stage, "sub/notes.md", "one");
  await whenHolds(stage, "other.md", "first");
  const folder = `${home.exports}/sub`;
  Deno.renameSync(folder, `${folder}.away`);
  Deno.symlinkSync(folder, folder);
  say(rows.assistant("two"));
  await stage.daemon.whenRecording("sub/notes.md", "blocked");
  append(otherLog, other.assistant("second"));
  await whenHolds(stage, "other.md", "second");
  assert.equal(await stage.daemon.stop(), 0);
  stage.daemon = startDaemon(home);
  await stage.daemon.whenUp();
  await stage.daemon.whenRecording("sub/notes.md", "blocked");
  append(otherLog, other.assistant("third"));
  await whenHolds(stage, "other.md", "third");
  Deno.removeSync(folder);
  Deno.renameSync(`${folder}.away`, folder);
  await whenText(stage, "sub/notes.md", renderCapture(log, "::capture sub/notes.md"));
});

/** A disk of its own at `path`, which can be filled and emptied. */
class SmallDisk implements Disposable {
  constructor(readonly path: string) {
    run("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "none", path);
  }
  fill(): void {
    using file = Deno.openSync(`${this.path}/.ballast`, { write: true, create: true });
    for (const size of [4096, 1]) {
      try {
        for (;;) file.writeSync(new Uint8Array(size));
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      }
    }
  }
  free(): void {
    Deno.removeSync(`${this.path}/.ballast`);
  }
  [Symbol.dispose](): void {
    run("umount", "--lazy", this.path);
  }
}

function run(program: string, ...args: string[]): boolean {
  return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
}

function canMount(): boolean {
  if (Deno.uid() !== 0) return false;
  const folder = Deno.makeTempDirSync();
  try {
    return run("mount", "-t", "tmpfs", "none", folder) && run("umount", folder);
  } finally {
    Deno.removeSync(folder);
  }
}

const ignore = !canMount();

for (const where of ["state", "logs", "exports"] as const) {
  Deno.test({
    name: `stuck: the disk of the ${where} is full for a while: the daemon stays up, and nothing is lost`,
    ignore,
    async fn() {
      await using home = await makeHome();
      using disk = new SmallDisk(home.places[where]);
      await using daemon = startDaemon(home);
      await daemon.whenUp();
      const rows = createRows();
      const log = home.log(rows.session);
      append(log, rows.user(CAPTURE), rows.assistant("one"));
      await daemon.whenRecording("notes.md");
      disk.fill();
      // More than what is left in the last page of any file.
      const long = "x".repeat(20_000);
      for (let turn = 0; turn < 12; turn++) {
        append(log, rows.user(`q\n::stop\n${turn}`), rows.assistant(`a${turn} ${long}`));
      }
      append(
        log,
        rows.user("::stop\nenough"),
        rows.user("::export whole.md\nSECRET"),
        rows.assistant("AFTER"),
      );
      await until(
        "it says what it waits for",
        () => /no space left on device|disk is full/i.test(daemon.said()),
        { saw: daemon.said },
      );
      disk.free();
      await daemon.whenRecording("notes.md", "stopped");
      await daemon.whenRecording("whole.md", "done");
      assert.equal(home.readExport("notes.md"), renderCapture(log, CAPTURE, "::stop\nenough"));
      // The disk may have taken half a record: that is evidence, and breaks nothing.
      const { broken } = verifyAudit(home.places.logs);
      assert.equal(broken, null);
      const commands = Deno.readTextFileSync(home.places.auditFile).split("\n").map(readLine).flatMap((
        line,
      ) => line.line === "record" && line.record.event === "command" ? [line.record.command] : []);
      assert.deepEqual(commands, [CAPTURE, "::stop", "::export whole.md"]);
      assert.ok(!daemon.said().includes("bug in kato"), daemon.said());
      assert.equal(await daemon.stop(), 0);
    },
  });
}

Deno.test({
  name:
    "stuck: ::record while the stopped recording's disk is full waits, and what is said meanwhile is there",
  ignore,
  async fn() {
    await using home = await makeHome();
    using disk = new SmallDisk(home.exports);
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    const rows = createRows();
    const log = home.log(rows.session);
    append(log, rows.user("::record notes.md\nbegin"), rows.assistant("one"));
    await until("it is recorded", () => readExport(home, "notes.md").includes("one"));
    disk.fill();
    append(
      log,
      rows.assistant(`two ${"x".repeat(20_000)}`),
      rows.user("::stop\nenough"),
      rows.user("SECRET"),
    );
    await daemon.whenRecording("notes.md", "blocked");
    append(log, rows.user("::record notes.md\nagain"), rows.assistant("three"));
    await daemon.whenStatus(
      "the command waits",
      ({ waiting }) => waiting[0]?.why.includes("record waits") === true,
    );
    disk.free();
    await until("it goes on", () => readExport(home, "notes.md").includes("three"), { saw: daemon.said });
    const text = readExport(home, "notes.md");
    assert.ok(text.includes("\ntwo x") && text.includes("again") && !text.includes("SECRET"));
  },
});

Deno.test("stuck: what gave no event is not behind, after a restart as before", async () => {
  await using stage = await setStage();
  const { rows, say, log, home } = stage;
  say(rows.user(CAPTURE), rows.assistant("one"));
  await whenHolds(stage, "notes.md", "one");
  // A row of the client's own.
  Deno.writeTextFileSync(log, `${JSON.stringify({ type: "file-history-snapshot", snapshot: {} })}\n`, {
    append: true,
  });
  const isLevel = ({ recordings }: Status) => recordings[0]?.lag === 0 && recordings[0].events > 0;
  const { size } = Deno.statSync(log);
  await until("it is read", () => sizeInState(home, rows.session) === size);
  await stage.daemon.whenStatus("nothing is behind", isLevel);
  await stage.daemon.stop();
  stage.daemon = startDaemon(home);
  const { recordings } = await stage.daemon.whenUp();
  assert.equal(recordings[0]?.lag, 0);
});

function sizeInState({ places }: TestHome, session: string): number {
  const database = new DatabaseSync(places.database, { readOnly: true });
  const row = database.prepare("SELECT size FROM sessions WHERE session = ?").get(session);
  database.close();
  return Number(row?.["size"]);
}

Deno.test("stuck: a daemon that cannot start waits until it can, and ends when it is told to", async () => {
  await using home = await makeHome();
  const { logs } = home.places;
  Deno.removeSync(logs, { recursive: true });
  Deno.writeTextFileSync(logs, "");
  await using first = startDaemon(home);
  await until("it says so", () => first.said().includes("cannot start yet"), { saw: first.said });
  assert.equal(await first.stop(), 0);
  await using second = startDaemon(home);
  await until("it says so again", () => second.said().includes("cannot start yet"), { saw: second.said });
  Deno.removeSync(logs);
  Deno.mkdirSync(logs, { mode: 0o700 });
  await second.whenUp();
});

Deno.test("stuck: a damaged state ends the daemon with what to do, and is no reason to start it again", async () => {
  await using home = await makeHome();
  Deno.writeTextFileSync(home.places.database, "this is no database".repeat(1000));
  await using daemon = startDaemon(home);
  assert.equal((await daemon.exit).code, 78);
  await until("it says what to do", () => /kato\.db is damaged\. .*move the folder/.test(daemon.said()), {
    saw: daemon.said,
  });
});

Deno.test("stuck: kato stop of a recording that policy denies lets it go, and says what it did not write", async () => {
  await using stage = await setStage(WITH_VAULT);
  const { rows, say, home } = stage;
  const file = await captureIntoVault(stage);
  await denyVault(stage);
  say(rows.assistant("not written"));
  await stage.daemon.whenRecording("notes.md", "blocked");
  const answer = await ask(home, { verb: "stop", provider: "claude-code", session: rows.session });
  assert.equal(answer.result, "done");
  await stage.daemon.whenRecording("notes.md", "stopped");
  const given = home.audit().filter(({ event }) => event === "recording-given-up");
  assert.deepEqual(given.map(({ path, session }) => [path, session]), [[file, rows.session]]);
  await stage.daemon.stop();
  stage.daemon = startDaemon(home);
  const { errors, recordings } = await stage.daemon.whenUp();
  assert.deepEqual([errors, recordings.map(({ state, problem }) => [state, problem])], [[], [[
    "stopped",
    null,
  ]]]);
});

Deno.test("stuck: who says kato stop twice does not wait for what the disk does not take", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  say(rows.user(CAPTURE), rows.assistant("one"));
  await whenHolds(stage, "notes.md", "one");
  const { exports } = home;
  Deno.renameSync(exports, `${exports}.away`);
  say(rows.assistant("two"));
  await stage.daemon.whenRecording("notes.md", "blocked");
  const stop = { verb: "stop", provider: "claude-code", session: rows.session } as const;
  assert.deepEqual((await ask(home, stop)).reason, "stopped");
  await stage.daemon.whenRecording("notes.md", "blocked");
  assert.deepEqual((await ask(home, stop)).reason, "given-up");
  await stage.daemon.whenRecording("notes.md", "stopped");
});
