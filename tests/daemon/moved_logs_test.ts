/**
 * Logs that a client archives, compresses, migrates or converts while they are recorded: nothing is lost, nothing comes
 * twice, and no command is obeyed again. Scenarios 17, 20.
 */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { corpusCases, filesBelow } from "../providers/corpus.ts";
import { onlyWith } from "../needs.ts";
import { CODEX, COPILOT, GEMINI, GEMINI_DOCUMENT, logOf, PI } from "./stage/clients.ts";
import { createGeminiRows, START_BEFORE_MS } from "./stage/gemini_rows.ts";
import { makeHome, startDaemon } from "./stage/harness.ts";
import { renderCapture } from "./stage/one_shot.ts";
import { decisionsOf, openTalks, readExport, setStageFor, whenHolds, whenText } from "./stage/stage.ts";

const CAPTURE = "::capture notes.md";

/** One step of a change, from the path where the log is to the one where it is then. */
type Move = (path: string, home: string) => string;

const archive: Move = (path, home) => {
  const archived = `${home}/.codex/archived_sessions/${path.slice(path.lastIndexOf("/") + 1)}`;
  Deno.renameSync(path, archived);
  return archived;
};

const unarchive: Move = (path, home) => {
  const plain = CODEX.pathOf(home, path.slice(-"01a20000-0000-7000-8000-000000000000.jsonl".length, -6));
  Deno.renameSync(path, plain);
  return plain;
};

/** As the client does: the compressed log is complete before the plain one is removed. */
const compress: Move = (path) => {
  Deno.writeFileSync(`${path}.zst.tmp`, zstdCompressSync(Deno.readFileSync(path)));
  Deno.renameSync(`${path}.zst.tmp`, `${path}.zst`);
  Deno.removeSync(path);
  return `${path}.zst`;
};

const decompress: Move = (path) => {
  const plain = path.replace(/\.zst$/, "");
  Deno.writeFileSync(`${plain}.tmp`, zstdDecompressSync(Deno.readFileSync(path)));
  Deno.renameSync(`${plain}.tmp`, plain);
  Deno.removeSync(path);
  return plain;
};

const copyCompressed: Move = (path) => {
  Deno.writeFileSync(`${path}.zst`, zstdCompressSync(Deno.readFileSync(path)));
  return path;
};

/** The same bytes in a new file under the same name. */
const replace: Move = (path) => {
  Deno.copyFileSync(path, `${path}.tmp`);
  Deno.renameSync(`${path}.tmp`, path);
  return path;
};

const CHANGES: Readonly<Record<string, readonly Move[]>> = {
  "is archived": [archive],
  "is archived and unarchived": [archive, unarchive],
  "is compressed and, when it is resumed, decompressed": [compress, decompress],
  "is compressed and decompressed again and again": [compress, decompress, compress, decompress],
  "is archived, compressed there, and comes back": [archive, compress, decompress, unarchive],
  "has a compressed copy beside it, and the plain one counts": [copyCompressed],
  "is replaced by a copy of itself": [replace],
};

for (const [name, moves] of Object.entries(CHANGES)) {
  Deno.test(`log: a thread of Codex that ${name} is recorded on, whatever came just before`, async () => {
    await using stage = await setStageFor(CODEX);
    const { rows, logs, home } = stage;
    let path = stage.log;
    CODEX.put(path, rows.user(CAPTURE), rows.call("c1", "exec_command", { cmd: "ls" }));
    await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
    for (const [step, move] of moves.entries()) {
      // A compressed log is not written to: the last words come before.
      if (!path.endsWith(".zst")) CODEX.put(path, rows.assistant(`words before step ${step}`));
      path = move(path, home.path);
      await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
    }
    CODEX.put(path, rows.result("c1", "a\nb"), rows.assistant("two"), rows.user("::stop"));
    await stage.daemon.whenRecording("notes.md", "stopped");
    assert.equal(readExport(home, "notes.md"), renderCapture(logs, CAPTURE, "::stop"));
    assert.equal((await decisionsOf(stage, 2)).length, 2);
  });

  Deno.test(`log: a thread of Codex that ${name} while nobody looks is recorded on after a restart`, async () => {
    await using stage = await setStageFor(CODEX);
    const { rows, logs, home } = stage;
    let path = stage.log;
    CODEX.put(path, rows.user(CAPTURE), rows.call("c1", "exec_command", { cmd: "ls" }));
    await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
    for (const [step, move] of moves.entries()) {
      await stage.daemon.stop();
      if (!path.endsWith(".zst")) CODEX.put(path, rows.assistant(`words before step ${step}`));
      path = move(path, home.path);
      stage.daemon = startDaemon(home);
      await stage.daemon.whenUp();
      await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
    }
    CODEX.put(path, rows.result("c1", "a\nb"), rows.assistant("two"), rows.user("::stop"));
    await stage.daemon.whenRecording("notes.md", "stopped");
    assert.equal(readExport(home, "notes.md"), renderCapture(logs, CAPTURE, "::stop"));
    assert.equal((await decisionsOf(stage, 2)).length, 2);
  });
}

for (const [when, whileDown] of [["while it is followed", false], ["while nobody looks", true]] as const) {
  Deno.test(`log: a log of any client that is replaced by a copy of itself ${when} is recorded on`, async () => {
    await using home = await makeHome();
    await using first = startDaemon(home);
    let daemon = first;
    await daemon.whenUp();
    const talks = openTalks(home);
    for (const { rows, say, file } of talks) say(rows.user(`::capture ${file}`), rows.assistant("one"));
    for (const { file, logs } of talks) {
      await whenText({ home, daemon }, file, renderCapture(logs, `::capture ${file}`));
    }
    if (whileDown) await daemon.stop();
    for (const { log } of talks) replace(log, home.path);
    if (whileDown) daemon = startDaemon(home);
    await using _last = daemon;
    await daemon.whenUp();
    for (const { rows, say } of talks) say(rows.user("and?"), rows.assistant("two"), rows.user("::stop"));
    for (const { rows, file, logs } of talks) {
      await daemon.whenRecording(file, "stopped");
      assert.equal(readExport(home, file), renderCapture(logs, `::capture ${file}`, "::stop"));
      assert.equal((await decisionsOf({ home, rows }, 2)).length, 2);
    }
  });
}

Deno.test("log: a session of Copilot that goes back has nothing twice and obeys nothing again", async () => {
  await using stage = await setStageFor(COPILOT);
  const { rows, say, home, log } = stage;
  const kept = rows.user(CAPTURE) + rows.assistant("one");
  say(kept, rows.user("more"), rows.assistant("two"), rows.user("::export once.md"), rows.assistant("three"));
  await stage.daemon.whenRecording("once.md", "done");
  await whenHolds(stage, "notes.md", "\nthree\n");
  const recorded = readExport(home, "notes.md");
  // The client cuts its log by replacing the file.
  let text = kept;
  function goBack(): void {
    text += rows.wentBack();
    Deno.writeTextFileSync(`${log}.tmp`, text);
    Deno.renameSync(`${log}.tmp`, log);
  }
  goBack();
  await whenHolds(stage, "notes.md", "Rewound");
  await stage.daemon.stop();
  goBack();
  stage.daemon = startDaemon(home);
  await stage.daemon.whenUp();
  say(rows.user("otherwise"), rows.assistant("four"), rows.user("::stop"), rows.assistant("five"));
  await stage.daemon.whenRecording("notes.md", "stopped");
  const whole = readExport(home, "notes.md");
  assert.ok(whole.startsWith(recorded), "nothing that was recorded is changed");
  const counts = ["one", "two", "three", "four", "five"].map((word) => whole.split(`\n${word}\n`).length - 1);
  assert.deepEqual(counts, [1, 1, 1, 1, 0]);
  assert.equal(whole.split("Rewound the conversation.").length - 1, 2);
  assert.equal((await decisionsOf(stage, 3)).length, 3);
});

Deno.test("log: a session of pi that is written anew under other ids has nothing twice", async () => {
  await using stage = await setStageFor(PI);
  const { rows, say, home, log, logs } = stage;
  say(rows.user(CAPTURE), rows.call("c1", "bash", { command: "ls" }), rows.result("c1", "a\nb"));
  say(rows.assistant("one"));
  await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
  const renew = (text: string) =>
    text.replace(/(?<="(?:id|parentId)":")[0-9a-f]{8}(?=")/g, (id) => [...id].reverse().join(""));
  Deno.writeTextFileSync(log, renew(Deno.readTextFileSync(log)));
  say(...[rows.user("and?"), rows.assistant("two"), rows.user("::stop")].map(renew));
  await stage.daemon.whenRecording("notes.md", "stopped");
  assert.equal(readExport(home, "notes.md"), renderCapture(logs, CAPTURE, "::stop"));
  assert.equal((await decisionsOf(stage, 2)).length, 2);
});

Deno.test("log: what is found in a compressed thread that was never read before is recorded", async () => {
  await using stage = await setStageFor(CODEX);
  const { rows, say, logs, log } = stage;
  const text = rows.user(CAPTURE) + rows.assistant("one") + rows.user("::stop");
  Deno.writeFileSync(`${log}.zst`, zstdCompressSync(new TextEncoder().encode(text)));
  await stage.daemon.whenRecording("notes.md", "stopped");
  assert.equal(readExport(stage.home, "notes.md"), renderCapture(logs, CAPTURE, "::stop"));
  decompress(`${log}.zst`, stage.home.path);
  say(rows.user("::record"), rows.assistant("two"));
  await whenHolds(stage, "notes.md", "\ntwo\n");
  assert.equal((await decisionsOf(stage, 3)).length, 3);
});

/** A thread as 0.144 wrote it, and the same one as `codex migrate-rollouts` made it, of the corpus. */
const MIGRATED = ["old-0.144.6", "legacy-migrated"].flatMap((name) =>
  corpusCases("codex").filter((one) => one.name === name)
);

Deno.test({
  ...onlyWith(
    "log: a thread of Codex that is migrated to the newer form while it is recorded has nothing twice",
    ...MIGRATED.map(({ need }) => need),
  ),
  async fn() {
    await using stage = await setStageFor(CODEX);
    const [oldLines, newLines] = MIGRATED.map(({ path }) => {
      const file = filesBelow(path).find((file) => file.startsWith("sessions/")) ?? assert.fail();
      return Deno.readTextFileSync(`${path}/${file}`).replaceAll("::", ":-").split(/(?<=\n)/);
    });
    assert.ok(oldLines !== undefined && newLines !== undefined);
    const session = /"id":"([^"]+)"/.exec(oldLines[0] ?? "")?.[1] ?? "";
    const log = logOf(CODEX, stage.home, session);
    const typed = (text: string) =>
      `${
        JSON.stringify({
          timestamp: new Date().toISOString(),
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
  const { messages, startTime } = JSON.parse(Deno.readTextFileSync(log)) as {
    readonly messages: readonly unknown[];
    readonly startTime: string;
  };

  // The client of today starts, and writes what the document holds into a log of lines first.
  // Its log says the same start, which lies a moment before its first message.
  const later = createGeminiRows(rows.session, Date.parse(startTime) + START_BEFORE_MS);
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
