/** What a person gets for a command, over the real daemon. Scenarios 1, 5, 6, 7, 9, 11, 12. */
import assert from "node:assert/strict";
import { append, createRows } from "./stage/claude_rows.ts";
import { readWhole, renderCapture, renderSpan, seqOf } from "./stage/one_shot.ts";
import { decisionsOf, setStage, whenHolds, whenText } from "./stage/stage.ts";

// Scenario 1.
Deno.test("daemon: messages that follow ::capture are all there, once, in the default configuration", async () => {
  await using stage = await setStage();
  const { rows, log, say } = stage;
  say(rows.user("something before"), rows.assistant("and its answer"));
  say(rows.user("::capture notes.md"));
  for (const word of ["one", "two", "three", "four", "five"]) {
    await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
    say(rows.assistant(`answer ${word}`));
  }
  await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
  assert.equal(
    (await stage.daemon.whenStatus(
      "no lag",
      ({ recordings }) => recordings[0]?.lag === 0 && recordings[0].events === 8,
    )).recordings[0]?.state,
    "active",
  );
  assert.equal(await stage.daemon.stop(), 0);
});

// Scenario 9, for each format.
for (const format of ["md", "html", "jsonl"] as const) {
  Deno.test(`daemon: ::record and ::export of the same conversation give the same ${format}`, async () => {
    await using stage = await setStage();
    const { rows, log, say, home, daemon } = stage;
    say(
      rows.user(`::capture live.${format}`),
      rows.assistant("<b>one</b>"),
      rows.call("t1", "Bash", { command: "ls" }),
      rows.result("t1", "a\nb"),
    );
    await daemon.whenRecording(`live.${format}`);
    say(rows.assistant("two"), rows.user(`::export copy.${format}`));
    await daemon.whenRecording(`copy.${format}`, "done");
    const whole = readWhole(log);
    const command = seqOf(whole, `::capture live.${format}`);
    const until = whole.events.length;
    await whenText(stage, `live.${format}`, renderSpan(whole, { command, from: 0, until: null, format }));
    assert.equal(home.readExport(`copy.${format}`), renderSpan(whole, { command, from: 0, until, format }));
  });
}

// Scenario 5.
Deno.test("daemon: ::stop and ::record in one message run in order, each seeing the other's effect", async () => {
  await using stage = await setStage();
  const { rows, say, daemon, home } = stage;
  say(rows.user("::capture first.md"), rows.assistant("into the first"));
  say(rows.user("::stop\n::record second.md\nand some text"), rows.assistant("into the second"));
  say(rows.user("thanks\n\n::stop\n::record third.md"), rows.assistant("into the third"));
  await daemon.whenRecording("first.md", "stopped");
  await daemon.whenRecording("second.md", "stopped");
  await whenHolds(stage, "third.md", "into the third");
  assert.deepEqual(await decisionsOf(stage, 5), [
    "allow ::capture first.md: captured",
    "allow ::stop: stopped",
    "allow ::record second.md: recording",
    "allow ::stop: stopped",
    "allow ::record third.md: recording",
  ]);
  const holds = (file: string) =>
    ["into the first", "some text", "into the second", "thanks", "into the third"].filter((text) =>
      home.readExport(file).includes(text)
    );
  assert.deepEqual(holds("first.md"), ["into the first"]);
  // A ::stop behind the text still records that text.
  assert.deepEqual(holds("second.md"), ["some text", "into the second", "thanks"]);
  assert.deepEqual(holds("third.md"), ["thanks", "into the third"]);
});

// Scenario 5.
Deno.test("daemon: commands in the middle of a message do nothing, and the audit log says why for each", async () => {
  await using stage = await setStage();
  const { rows, say, home, daemon } = stage;
  say(rows.user("line A\n::stop\nB\n::record other.md\nC"), rows.user("::record notes.md"));
  await daemon.whenRecording("notes.md");
  const refused = home.audit().filter(({ event }) => event === "look-alike");
  assert.deepEqual(
    refused.map(({ command, reason, decision, detail }) => [command, reason, decision, detail]),
    [[
      "::stop",
      "in-the-middle",
      "deny",
      '2 lines in one message (2 in-the-middle); after the first: "::record other.md"',
    ]],
  );
});

Deno.test("daemon: a generated name has words of the title, and stays when the session gets another title", async () => {
  await using stage = await setStage();
  const { rows, log, say, home } = stage;
  say(rows.user("::record\nFix the last line, please"), rows.assistant("one"));
  const shown = await stage.daemon.whenStatus("lines", ({ recordings }) => (recordings[0]?.events ?? 0) > 1);
  const name = shown.recordings[0]?.destination.slice(home.places.exports.length + 1) ?? "";
  assert.match(name, /^\d{4}-\d\d-\d\d-\d{4}-fix-the-last-line-please-[0-9a-f]{8}\.md$/);
  append(
    log,
    `${JSON.stringify({ type: "custom-title", customTitle: "another", sessionId: rows.session })}\n`,
  );
  say(rows.user("::stop"), rows.user("::record\nagain"), rows.assistant("two"));
  await whenHolds(stage, name, "two");
  assert.deepEqual([...Deno.readDirSync(home.places.exports)].map((entry) => entry.name), [name]);
  assert.match(home.readExport(name), /^---\ntitle: "Fix the last line, please"\n/);
});

Deno.test("daemon: a recording that ends says what it holds, and what was left out", async () => {
  await using stage = await setStage();
  const { rows, log, say, home, daemon } = stage;
  const odd = `${JSON.stringify({ type: "row-of-tomorrow", sessionId: rows.session })}\n`;
  say(rows.user("::capture notes.md\nhello"), rows.assistant("one"));
  append(log, odd, odd);
  say(rows.call("t1", "Bash", { command: "ls" }), rows.result("t1", "a"), rows.user("::stop"));
  await daemon.whenRecording("notes.md", "stopped");
  assert.match(
    home.readExport("notes.md"),
    /\n> \*Up to here\* — 1 turn, 1 call, 1 result, 0 agents, 0 images, 0 events left out, 2 records unknown\n$/,
  );
});

// Scenario 6.
Deno.test("daemon: ::record again seeds nothing anew, after ::stop it goes on, ::export changes nothing", async () => {
  await using stage = await setStage();
  const { rows, log, say, home, daemon } = stage;
  say(rows.user("before"), rows.user("::record notes.md"), rows.assistant("one"));
  say(rows.user("::record notes.md"), rows.user("::record"), rows.assistant("two"));
  say(rows.user("::export whole.md"), rows.assistant("three"));
  say(rows.user("::stop"), rows.assistant("not recorded"), rows.user("::record notes.md\nagain"));
  say(rows.assistant("four"));
  assert.deepEqual(await decisionsOf(stage, 6), [
    "allow ::record notes.md: recording",
    "allow ::record notes.md: already-recording",
    "allow ::record: already-recording",
    "allow ::export whole.md: exported",
    "allow ::stop: stopped",
    "allow ::record notes.md: resumed",
  ]);
  await whenHolds(stage, "notes.md", "four");
  const text = home.readExport("notes.md");
  for (const word of ["one", "two", "three", "four"]) assert.equal(text.split(`\n${word}\n`).length, 2, word);
  assert.ok(!text.includes("before") && !text.includes("not recorded"), text);
  await daemon.whenRecording("whole.md", "done");
  const whole = readWhole(log);
  const exported = seqOf(whole, "::export whole.md");
  assert.equal(
    home.readExport("whole.md"),
    renderSpan(whole, { command: exported, from: 0, until: exported + 1 }),
  );
});

// Scenario 6.
Deno.test("daemon: ::capture while recording elsewhere ends that recording and writes the whole session", async () => {
  await using stage = await setStage();
  const { rows, log, say, home, daemon } = stage;
  say(rows.user("zero"), rows.user("::record part.md"), rows.assistant("one"));
  say(rows.user("::capture all.md"), rows.assistant("two"));
  await daemon.whenRecording("part.md", "stopped");
  await whenText(stage, "all.md", renderCapture(log, "::capture all.md"));
  assert.ok(!home.readExport("part.md").includes("two"));
});

// Scenario 7.
Deno.test("daemon: a second session is denied the first one's destination, which keeps its text", async () => {
  await using stage = await setStage();
  const { rows, log, say, home, daemon } = stage;
  say(rows.user("::capture notes.md"), rows.assistant("mine"));
  await daemon.whenRecording("notes.md");
  const other = createRows();
  append(home.log(other.session), other.user("::capture notes.md"), other.assistant("theirs"));
  await daemon.whenStatus("the denial is shown", ({ denials }) => denials.length === 1);
  const denied = home.audit().filter(({ session, event }) =>
    session === other.session && event === "command"
  );
  assert.deepEqual(denied.map(({ decision, reason }) => [decision, reason]), [[
    "deny",
    "destination-in-use",
  ]]);
  say(rows.assistant("still mine"));
  await whenText(stage, "notes.md", renderCapture(log, "::capture notes.md"));
});

// Scenario 11.
Deno.test("daemon: blocks keep their order, and a result that comes late is shown with its call or refers to it", async () => {
  await using stage = await setStage();
  const { rows, log, say } = stage;
  say(
    rows.user("::capture notes.md"),
    rows.assistant("first"),
    rows.call("slow", "Bash", { command: "sleep" }),
  );
  for (let count = 0; count < 30; count += 1) {
    say(rows.call(`t${count}`, "Bash", { command: `echo ${count}` }), rows.result(`t${count}`, `${count}`));
  }
  say(
    rows.assistant("between"),
    rows.result("slow", "at last"),
    rows.assistant("after"),
    rows.user("::stop"),
  );
  await stage.daemon.whenRecording("notes.md", "stopped");
  const text = stage.home.readExport("notes.md");
  assert.equal(text, renderCapture(log, "::capture notes.md", "::stop"));
  const places = ["first", "between", "after"].map((word) => text.indexOf(`\n${word}\n`));
  assert.deepEqual(places, [...places].sort((a, b) => a - b));
  assert.equal(text.split("at last").length, 2);
});

// Scenario 12.
Deno.test("daemon: a time that is missing is not invented", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  say(rows.user("::capture notes.jsonl"), rows.assistant("timeless", { timestamp: undefined }));
  await whenHolds(stage, "notes.jsonl", "timeless");
  const event = JSON.parse(home.readExport("notes.jsonl").trim().split("\n").at(-1) ?? "");
  assert.equal(event.time, null);
});
