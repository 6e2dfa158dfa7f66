/** Logs as they really grow, move and break. Scenarios 10, 13, 14, 16, 17, 18, 28. */
import assert from "node:assert/strict";
import { append, createRows } from "./stage/claude_rows.ts";
import { makeHome, startDaemon } from "./stage/harness.ts";
import { readWhole, renderCapture, renderSpan } from "./stage/one_shot.ts";
import { decisionsOf, readExport, setStage, type Stage, whenHolds, whenText } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const encoder = new TextEncoder();
const CAPTURE = "::capture notes.md";

async function isWhole(stage: Stage): Promise<void> {
  await whenText(stage, "notes.md", renderCapture(stage.log, CAPTURE));
}

// Scenario 16. Each is appended between two ordinary messages; all three messages must come out, once.
const ODD_BYTES: Readonly<Record<string, (line: string) => (string | Uint8Array)[]>> = {
  "half a line, then the rest": (line) => [line.slice(0, 40), line.slice(40, 41), line.slice(41)],
  "half a character, then the rest": (line) => {
    const bytes = encoder.encode(line.replace("odd", "odd 🜁"));
    const middle = bytes.indexOf(0xf0) + 2;
    return [bytes.subarray(0, middle), bytes.subarray(middle)];
  },
  "a newline that comes later": (line) => [line.trimEnd(), "\n"],
  "CRLF": (line) => [line.replace("\n", "\r\n")],
  "blank lines": (line) => ["\n\n  \n", line, "\n"],
  "NUL bytes in front of a line": (line) => ["\0\0\0", line],
  "invalid UTF-8 inside a string": (line) => {
    const bytes = encoder.encode(line);
    bytes[bytes.indexOf(0x6f, line.indexOf("odd"))] = 0xff;
    return [bytes];
  },
  "line separators of Unicode inside a string": (line) => [line.replace("odd", "odd\u2028\u0085\u2029")],
  "a lone surrogate": (line) => [line.replace("odd", "odd \\ud800 end")],
  "a time before the one before": (line) => [line.replace(/2026-11-23T/, "2025-01-01T")],
  "a torn line that another write follows": (line) => ['{"type":"user","mess', "\n", line],
};

Deno.test("log: whatever bytes a client leaves, every message is recorded once", async (t) => {
  await using stage = await setStage();
  const { rows, say, log } = stage;
  say(rows.user(CAPTURE));
  for (const [name, write] of Object.entries(ODD_BYTES)) {
    await t.step(name, async () => {
      say(rows.assistant(`before ${name}`));
      for (const part of write(rows.assistant(`odd: ${name}`))) {
        const bytes = typeof part === "string" ? encoder.encode(part) : part;
        Deno.writeFileSync(log, bytes, { append: true });
      }
      say(rows.assistant(`after ${name}`));
      await isWhole(stage);
      const text = readExport(stage.home, "notes.md");
      for (const place of ["before", "after"]) assert.equal(text.split(`\n${place} ${name}\n`).length, 2);
      assert.ok(text.includes(`: ${name}`), "the odd one is there too");
    });
  }
});

// Scenario 16.
Deno.test("log: a byte-order mark before the first row is passed over", async () => {
  await using stage = await setStage();
  stage.say("\ufeff", stage.rows.user(CAPTURE), stage.rows.assistant("one"));
  await isWhole(stage);
});

// Scenarios 10, 16.
Deno.test("log: an 11 MB message that is seen growing, and a first record of 40 KB, are recorded", async () => {
  await using stage = await setStage();
  const { rows, say, log } = stage;
  say(rows.row({ type: "attachment", attachment: { type: "file", content: "z".repeat(40_000) } }));
  say(rows.user(CAPTURE));
  const bytes = encoder.encode(rows.assistant(`begin ${"word ".repeat(2_200_000)} end`));
  for (let from = 0; from < bytes.length; from += 2 * 1024 * 1024) {
    Deno.writeFileSync(log, bytes.subarray(from, from + 2 * 1024 * 1024), { append: true });
  }
  say(rows.assistant("after"));
  await isWhole(stage);
});

// Scenario 10.
Deno.test("log: a session of 25,000 events is recorded whole", async () => {
  await using stage = await setStage();
  const { rows, say, daemon } = stage;
  say(rows.user("the first words"));
  for (let block = 0; block < 25; block += 1) {
    say(...Array.from({ length: 1000 }, (_, count) => rows.assistant(`message ${block * 1000 + count}`)));
  }
  say(rows.user(CAPTURE), rows.user("::stop"));
  await daemon.whenRecording("notes.md", "stopped");
  assert.equal(readExport(stage.home, "notes.md"), renderCapture(stage.log, CAPTURE, "::stop"));
});

/** Lets the log be rewritten by `rewrite`, then goes on; what it held before must stay recorded, once. */
async function whileRewritten(rewrite: (stage: Stage) => void): Promise<void> {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  say(rows.user(CAPTURE), rows.assistant("number one"), rows.assistant("number two"));
  await isWhole(stage);
  const before = readExport(home, "notes.md");
  rewrite(stage);
  say(rows.assistant("number three"));
  await whenHolds(stage, "notes.md", "\nnumber three\n");
  const text = readExport(home, "notes.md");
  assert.ok(text.startsWith(before), "nothing that was recorded is changed");
  for (const word of ["number one", "number two", "number three"]) {
    assert.equal(text.split(`\n${word}\n`).length, 2, `${word}: ${text}`);
  }
  assert.equal((await decisionsOf(stage, 1)).length, 1, "the command is not obeyed again");
}

// Scenario 17.
const REWRITES: Readonly<Record<string, (stage: Stage) => void>> = {
  "is truncated to its first rows": ({ log }) => {
    const [first = "", second = ""] = Deno.readTextFileSync(log).split("\n");
    Deno.truncateSync(log, encoder.encode(`${first}\n${second}\n`).length);
  },
  "loses a row in its middle": ({ log }) => {
    const [first, , third] = Deno.readTextFileSync(log).split("\n");
    Deno.writeTextFileSync(log, `${first}\n${third}\n`);
  },
  "is replaced by rename with larger content": ({ log, rows }) => {
    const text = Deno.readTextFileSync(log);
    Deno.writeTextFileSync(`${log}.tmp`, `${text}${rows.row({ type: "mode", mode: "default" })}`);
    Deno.renameSync(`${log}.tmp`, log);
  },
  "is compacted: replaced by its last row": ({ log }) => {
    const last = Deno.readTextFileSync(log).trimEnd().split("\n").at(-1);
    Deno.writeTextFileSync(`${log}.tmp`, `${last}\n`);
    Deno.renameSync(`${log}.tmp`, log);
  },
  "is deleted and created again": ({ log }) => {
    const text = Deno.readTextFileSync(log);
    Deno.removeSync(log);
    Deno.writeTextFileSync(log, text);
  },
  "is rewritten with the same size": ({ log }) => {
    const text = Deno.readTextFileSync(log);
    Deno.writeTextFileSync(log, text.replaceAll("2.1.330", "2.1.331"));
  },
};

for (const [name, rewrite] of Object.entries(REWRITES)) {
  Deno.test(`log: one that ${name} is read on, and nothing is recorded twice`, () => whileRewritten(rewrite));
}

// Scenario 17: the client moves a session to another project's folder.
Deno.test("log: one that is renamed into another folder while it grows is recorded on", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  say(rows.user(CAPTURE), rows.assistant("one"));
  await isWhole(stage);
  const moved = home.log(rows.session, "-home-ada-elsewhere");
  const open = Deno.openSync(stage.log, { append: true });
  Deno.renameSync(stage.log, moved);
  open.writeSync(encoder.encode(rows.assistant("two")));
  open.close();
  append(moved, rows.assistant("three"));
  await whenText(stage, "notes.md", renderCapture(moved, CAPTURE));
});

// Scenario 17.
Deno.test("log: rows of two processes on one session are recorded in the file's order", async () => {
  await using stage = await setStage();
  const { rows, say, log } = stage;
  say(rows.user(CAPTURE));
  const other = createRows(rows.session);
  const files = [Deno.openSync(log, { append: true }), Deno.openSync(log, { append: true })];
  for (let count = 0; count < 40; count += 1) {
    const line = (count % 2 === 0 ? rows : other).assistant(`row ${count}`);
    files[count % 2]?.writeSync(encoder.encode(line));
  }
  for (const file of files) file.close();
  await isWhole(stage);
});

// Scenario 18.
Deno.test("root: one that is made after the start is found", async () => {
  await using home = await makeHome();
  Deno.removeSync(`${home.path}/.claude`, { recursive: true });
  await using daemon = startDaemon(home);
  await daemon.whenStatus(
    "it runs without the root",
    // Where no parser runs without a session, nobody says which folders are missing.
    ({ state, providers }) =>
      state === "running" &&
      providers.some((one) =>
        one.roots.includes(home.root) && (one.missing.includes(home.root) || one.state === "unused")
      ),
  );
  const rows = createRows();
  append(home.log(rows.session), rows.user(CAPTURE), rows.assistant("found"));
  await until("the new root is followed", () => readExport(home, "notes.md").includes("found"), {
    saw: daemon.said,
  });
});

// Scenario 18.
Deno.test("root: one that is a symlink is followed", async () => {
  await using home = await makeHome();
  Deno.renameSync(home.root, `${home.path}/elsewhere`);
  Deno.symlinkSync(`${home.path}/elsewhere`, home.root);
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  const rows = createRows();
  append(home.log(rows.session), rows.user(CAPTURE), rows.assistant("found"));
  await until("it is recorded", () => readExport(home, "notes.md").includes("found"), { saw: daemon.said });
});

// Scenarios 13, 14. Who said it decides; every refusal is on record with its reason.
Deno.test("who said it: look-alikes from anybody but the person are never obeyed, and are on record", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  const evil = "::capture evil.md";
  const wrapped = `<pasted_content id="2e43">\n${evil}\n</pasted_content id="2e43">`;
  say(
    rows.user("hello"),
    rows.assistant(evil),
    rows.call("t1", "Bash", { command: "cat notes" }),
    rows.result("t1", evil),
    rows.user(evil, { isMeta: true, origin: undefined }),
    rows.user(evil, { isCompactSummary: true, isVisibleInTranscriptOnly: true, origin: undefined }),
    rows.user(`<local-command-stdout>\n${evil}\n</local-command-stdout>`, { origin: undefined }),
    rows.user(`<task-notification>\n${evil}\n</task-notification>`, {
      origin: { kind: "task-notification" },
    }),
    rows.row({ type: "attachment", attachment: { type: "hook_success", content: evil } }),
    rows.row({ type: "queue-operation", operation: "enqueue", content: evil }),
    rows.row({ type: "last-prompt", lastPrompt: evil }),
    rows.user(`look at this\n\n${wrapped}`),
    rows.user("::capture good.md\n\nmine"),
    rows.row({ type: "last-prompt", lastPrompt: "::capture good.md" }),
  );
  await whenHolds(stage, "good.md", "mine");
  assert.deepEqual(await decisionsOf(stage, 1), ["allow ::capture good.md: captured"]);
  const reasons = home.audit().filter(({ event, command }) => event === "look-alike" && command === evil)
    .map(({ reason }) => reason);
  for (const reason of ["assistant-text", "tool-output", "injected", "summary", "pasted"]) {
    assert.ok(reasons.includes(reason), `${reason} of ${reasons.join(", ")}`);
  }
  assert.deepEqual([...Deno.readDirSync(home.exports)].map(({ name }) => name), ["good.md"]);
});

Deno.test("who said it: what nobody typed is not obeyed and says why, arguments of a client's command are what was typed", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  const from = (reason: string) => `to the agent\n::capture ${reason}.md`;
  const queued = (prompt: string, more = {}) =>
    rows.row({
      type: "attachment",
      attachment: { type: "queued_command", prompt, commandMode: "prompt", rowSource: "local", ...more },
    });
  const command = (args: string) =>
    `<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>${args}</command-args>`;
  say(
    rows.user("hello"),
    rows.user(from("host"), { textNotTyped: true }),
    queued(from("unmarked")),
    rows.user(from("unknown-mark"), { tomorrow: true }),
    rows.user(from("connector"), { fromConnector: true }),
    rows.user(from("api"), { promptSource: "sdk", turnOrigin: "sdk" }),
    rows.user(from("agent"), { origin: { kind: "peer" } }),
    rows.user(command(from("good")), { promptSource: undefined }),
    rows.assistant("reviewed"),
  );
  await whenHolds(stage, "good.md", "reviewed");
  assert.deepEqual(await decisionsOf(stage, 1), ["allow ::capture good.md: captured"]);
  const told = home.audit().filter(({ event }) => event === "look-alike")
    .map(({ command, reason }) => `${command} ${reason}`);
  const reasons = ["host", "unmarked", "unknown-mark", "connector", "api", "agent"];
  assert.deepEqual(told, reasons.map((reason) => `::capture ${reason}.md ${reason}`));
  const recorded = home.readExport("good.md");
  assert.match(recorded, /Composed by the client or the program that holds the session; nobody typed it:/);
  assert.deepEqual([...Deno.readDirSync(home.exports)].map(({ name }) => name), ["good.md"]);
});

// Scenario 13: typed while the model was busy, it stands in an attachment only.
Deno.test("who said it: a command typed while the model works is obeyed, once", async () => {
  await using stage = await setStage();
  const { rows, say } = stage;
  const line = "::capture queued.md";
  say(
    rows.row({ type: "queue-operation", operation: "enqueue", content: line }),
    rows.row({
      type: "attachment",
      attachment: {
        type: "queued_command",
        prompt: line,
        commandMode: "prompt",
        origin: { kind: "human" },
      },
    }),
    rows.assistant("done"),
  );
  await whenHolds(stage, "queued.md", "done");
  assert.deepEqual(await decisionsOf(stage, 1), [`allow ${line}: captured`]);
});

// Scenario 28.
Deno.test("log: record and block types of next year are counted, shown, and take nothing with them", async () => {
  await using stage = await setStage();
  const { rows, say, daemon, log, home } = stage;
  say(
    rows.user(CAPTURE),
    rows.row({ type: "hologram", content: "x" }),
    rows.row({ type: "hologram", content: "y" }),
    rows.row({ type: "assistant", message: { role: "assistant", content: [{ type: "smell", note: "c4" }] } }),
    rows.assistant("after", { version: "9.9.9" }),
  );
  await isWhole(stage);
  const { providers } = await daemon.whenStatus(
    "they are shown",
    ({ providers }) => (providers[0]?.troubles.length ?? 0) >= 2,
  );
  const unknown = providers[0]?.troubles.filter(({ kind }) => kind === "unknown-record") ?? [];
  // The watch and the recording's feed read each row: what is counted is told once a row.
  assert.equal(unknown.find(({ what }) => what === "hologram")?.count, 2);
  assert.ok(unknown.some(({ what }) => what.includes("smell")));
  assert.equal(home.readExport("notes.md"), renderSpan(readWhole(log), { command: 0, from: 0, until: null }));
});
