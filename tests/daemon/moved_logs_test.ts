/**
 * Logs that a client archives, compresses, migrates or converts while they are recorded: nothing is lost, nothing comes
 * twice, and no command is obeyed again. Scenarios 17, 20.
 */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import { zstdCompressSync } from "node:zlib";
import { corpusCases, filesBelow } from "../providers/corpus.ts";
import { CODEX, GEMINI, GEMINI_DOCUMENT, logOf } from "./clients.ts";
import type { CodexRows } from "./codex_rows.ts";
import { createGeminiRows } from "./gemini_rows.ts";
import { renderCapture } from "./one_shot.ts";
import { decisionsOf, readExport, setStageFor, type Stage, whenHolds, whenText } from "./stage.ts";

const CAPTURE = "::capture notes.md";

type CodexStage = Stage<CodexRows>;

function archive({ log, home }: CodexStage): string {
  const path = `${home.path}/.codex/archived_sessions/${log.slice(log.lastIndexOf("/") + 1)}`;
  Deno.renameSync(log, path);
  return path;
}

function unarchive({ log }: CodexStage, path: string): string {
  Deno.renameSync(path, log);
  return log;
}

/** As the client does: the compressed log is complete before the plain one is removed. */
function compress(path: string): string {
  const whole = zstdCompressSync(Deno.readFileSync(path));
  Deno.writeFileSync(`${path}.zst.tmp`, whole);
  Deno.renameSync(`${path}.zst.tmp`, `${path}.zst`);
  Deno.removeSync(path);
  return `${path}.zst`;
}

function decompress(path: string, text: string): string {
  const plain = path.replace(/\.zst$/, "");
  Deno.writeTextFileSync(`${plain}.tmp`, text);
  Deno.renameSync(`${plain}.tmp`, plain);
  Deno.removeSync(path);
  return plain;
}

/** Changes to a log; each gives the path at which the client goes on. */
interface Change {
  readonly name: string;
  readonly move: (stage: CodexStage, path: string) => string;
}

const CHANGES: readonly Change[] = [
  { name: "archived", move: archive },
  { name: "archived, and back again", move: (stage) => unarchive(stage, archive(stage)) },
  {
    name: "archived, compressed there, and both undone",
    move(stage) {
      const archived = archive(stage);
      const text = Deno.readTextFileSync(archived);
      return unarchive(stage, decompress(compress(archived), text));
    },
  },
  {
    name: "compressed, and decompressed when it is resumed",
    move({ log }) {
      const text = Deno.readTextFileSync(log);
      return decompress(compress(log), text);
    },
  },
  {
    name: "there under both names for a while, of which the plain one counts",
    move({ log }) {
      Deno.writeFileSync(`${log}.zst`, zstdCompressSync(Deno.readFileSync(log)));
      return log;
    },
  },
];

for (const { name, move } of CHANGES) {
  for (const seen of [true, false]) {
    const when = seen ? "each state of it seen" : "all at once";
    Deno.test(`log: a thread of Codex that is ${name} is recorded on, ${when}`, async () => {
      await using stage = await setStageFor(CODEX);
      const { rows, say, logs } = stage;
      say(rows.user(CAPTURE), rows.assistant("one"), rows.call("c1", "exec_command", { cmd: "ls" }));
      if (seen) await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
      const path = move(stage, stage.log);
      if (seen) await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
      CODEX.put(path, rows.result("c1", "a\nb"), rows.assistant("two"), rows.user("::stop"));
      await stage.daemon.whenRecording("notes.md", "stopped");
      assert.equal(readExport(stage.home, "notes.md"), renderCapture(logs, CAPTURE, "::stop"));
      assert.equal((await decisionsOf(stage, 2)).length, 2);
    });
  }
}

Deno.test("log: what is found in a compressed thread that was never read before is recorded", async () => {
  await using stage = await setStageFor(CODEX);
  const { rows, say, logs, log } = stage;
  // Compressed before anybody could have looked at it.
  Deno.writeTextFileSync(`${log}.tmp`, "");
  const text = rows.user(CAPTURE) + rows.assistant("one") + rows.user("::stop");
  Deno.writeFileSync(`${log}.zst`, zstdCompressSync(new TextEncoder().encode(text)));
  await stage.daemon.whenRecording("notes.md", "stopped");
  assert.equal(readExport(stage.home, "notes.md"), renderCapture(logs, CAPTURE, "::stop"));
  decompress(`${log}.zst`, text);
  say(rows.user("::record"), rows.assistant("two"));
  await whenHolds(stage, "notes.md", "\ntwo\n");
  assert.equal((await decisionsOf(stage, 3)).length, 3);
});

/** A thread as 0.144 wrote it, and the same one as `codex migrate-rollouts` made it, of the corpus. */
function migrated(): { readonly before: string; readonly after: string } | null {
  const [before, after] = ["old-0.144.6", "legacy-migrated"].map((name) => {
    const found = corpusCases("codex").find((one) => one.name === name);
    const file = found && filesBelow(found.path).find((file) => file.startsWith("sessions/"));
    return found === undefined || file === undefined ? undefined : `${found.path}/${file}`;
  });
  return before === undefined || after === undefined ? null : { before, after };
}

const MIGRATED = migrated();

Deno.test({
  name: "log: a thread of Codex that is migrated to the newer form while it is recorded has nothing twice",
  ignore: MIGRATED === null,
  async fn() {
    await using stage = await setStageFor(CODEX);
    const { before = "", after = "" } = MIGRATED ?? {};
    const [oldLines, newLines] = [before, after].map((path) =>
      Deno.readTextFileSync(path).replaceAll("::", ":-").split(/(?<=\n)/)
    );
    assert.ok(oldLines !== undefined && newLines !== undefined);
    const session = /"id":"([^"]+)"/.exec(oldLines[0] ?? "")?.[1] ?? "";
    const log = logOf(CODEX, stage.home, session);
    const typed = (text: string) =>
      `${
        JSON.stringify({
          timestamp: "2026-11-23T03:00:00.000Z",
          type: "event_msg",
          payload: { type: "user_message", message: text, images: [] },
        })
      }\n`;
    CODEX.put(log, ...oldLines, typed(CAPTURE));
    await whenHolds(stage, "notes.md", CAPTURE);
    const recorded = readExport(stage.home, "notes.md");
    // The migration gives the same lines in their new form, under a new inode; then the thread goes on.
    Deno.writeTextFileSync(`${log}.tmp`, [...newLines, typed("behind it")].join(""));
    Deno.renameSync(`${log}.tmp`, log);
    await whenHolds(stage, "notes.md", "behind it");
    const text = readExport(stage.home, "notes.md");
    assert.ok(text.startsWith(recorded), "nothing that was recorded is changed");
    const heads = text.match(/^## User .*$/gm) ?? [];
    const people = newLines.filter((line) => line.includes('"type":"UserMessage"')).length;
    assert.equal(heads.length, people + 2, "each prompt once, the capture and the last among them");
    assert.equal(stage.home.audit().filter(({ event }) => event === "command").length, 1);
  },
});

Deno.test("log: a document of Gemini that is resumed goes on in the log beside it", async () => {
  await using stage = await setStageFor(GEMINI_DOCUMENT);
  const { rows, say, logs, home, log } = stage;
  say(rows.user("hello"), rows.assistant("zero"), rows.user(CAPTURE), rows.assistant("one"));
  say(rows.call("c1", "run_shell_command", { command: "ls" }), rows.result("c1", "a\nb"));
  await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
  const messages: readonly unknown[] = JSON.parse(Deno.readTextFileSync(log)).messages;

  // The client of today starts, and writes what the document holds into a log of lines first.
  const later = createGeminiRows(rows.session);
  const beside = log.replace(/\.json$/, ".jsonl");
  assert.equal(dirname(beside), dirname(log));
  GEMINI.put(beside, later.resume(), ...messages.map((message) => later.record(message as never)));
  GEMINI.put(beside, later.record({ $set: { messages } }), later.user("again"), later.assistant("two"));
  await whenHolds(stage, "notes.md", "\ntwo\n");
  GEMINI.put(beside, later.user("::stop"), later.assistant("three"));
  await stage.daemon.whenRecording("notes.md", "stopped");
  assert.equal(readExport(home, "notes.md"), renderCapture(logs, CAPTURE, "::stop"));
  assert.equal((await decisionsOf(stage, 2)).length, 2);
});

Deno.test("log: a stub that a resume of Gemini leaves is no session, and takes nothing away", async () => {
  await using stage = await setStageFor(GEMINI);
  const { rows, say, logs, home, log } = stage;
  say(rows.user(CAPTURE), rows.assistant("one"));
  await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
  const stub = `${dirname(log)}/session-2026-11-23T11-30-${rows.session.slice(0, 8)}.jsonl`;
  GEMINI.put(stub, createGeminiRows(rows.session).resume());
  say(rows.resume(), rows.user("again"), rows.assistant("two"), rows.user("::stop"));
  await stage.daemon.whenRecording("notes.md", "stopped");
  assert.equal(readExport(home, "notes.md"), renderCapture(logs, CAPTURE, "::stop"));
  const { providers } = await stage.daemon.whenStatus("it runs", () => true);
  assert.equal(providers.find(({ provider }) => provider === "gemini")?.sessions, 1);
});

Deno.test("log: a document of Gemini that is never whole when it is looked at is recorded when it is", async () => {
  await using stage = await setStageFor(GEMINI_DOCUMENT);
  const { rows, say, logs, log } = stage;
  say(rows.user(CAPTURE), rows.assistant("one"));
  await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
  const recorded = readExport(stage.home, "notes.md");
  const next = rows.assistant("two");
  for (const part of ["", next.slice(0, 100), next.slice(0, -2)]) Deno.writeTextFileSync(log, part);
  await stage.daemon.whenStatus("it runs on", ({ state }) => state === "running");
  assert.equal(readExport(stage.home, "notes.md"), recorded);
  Deno.writeTextFileSync(log, next);
  say(rows.user("::stop"));
  await stage.daemon.whenRecording("notes.md", "stopped");
  assert.equal(readExport(stage.home, "notes.md"), renderCapture(logs, CAPTURE, "::stop"));
});
