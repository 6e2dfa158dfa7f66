/**
 * Commands in the sessions of every client: obeyed once when the person typed them, and never from anything else that
 * a client writes, writes twice, or writes again. Scenarios 3, 4, 13, 14, 15.
 */
import assert from "node:assert/strict";
import {
  type Client,
  CLIENTS,
  CODEX,
  findLogs,
  GEMINI,
  GEMINI_DOCUMENT,
  logOf,
  type TalkRows,
} from "./stage/clients.ts";
import { makeHome, startDaemon } from "./stage/harness.ts";
import { readWhole, renderCapture, renderSpan, seqOf } from "./stage/one_shot.ts";
import { decisionsOf, readExport, setStageFor, type Stage, whenHolds, whenText } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const CAPTURE = "::capture notes.md";
const EVIL = "::capture evil.md";

function exportsOf({ home }: Stage<TalkRows>): string[] {
  return [...Deno.readDirSync(home.exports)].map(({ name }) => name).sort();
}

for (const client of CLIENTS) {
  Deno.test(`commands: each is obeyed once in a session of ${client.name}`, async () => {
    await using stage = await setStageFor(client);
    const { rows, say, home, daemon, logs } = stage;
    say(rows.user("hello"), rows.assistant("one"), rows.user("::record live.md"), rows.assistant("two"));
    await whenHolds(stage, "live.md", "two");
    say(rows.user("::export once.md"), rows.assistant("three"));
    await daemon.whenRecording("once.md", "done");
    say(rows.user(CAPTURE), rows.call("c1", "run", { command: "ls" }), rows.result("c1", "a\nb"));
    say(rows.assistant("four"), rows.user("::stop"), rows.assistant("five"));
    await daemon.whenRecording("notes.md", "stopped");
    const whole = readWhole(logs);
    const [record, captured, exported, stop] = ["::record live.md", CAPTURE, "::export once.md", "::stop"]
      .map((line) => seqOf(whole, line));
    assert.ok(
      record !== undefined && captured !== undefined && exported !== undefined && stop !== undefined,
    );
    const live = renderSpan(whole, { command: record, from: record, until: captured });
    assert.equal(home.readExport("live.md"), live);
    assert.equal(home.readExport("notes.md"), renderSpan(whole, { command: captured, from: 0, until: stop }));
    for (const word of ["one", "two"]) assert.ok(home.readExport("once.md").includes(`\n${word}\n`));
    assert.deepEqual(await decisionsOf(stage, 4), [
      "allow ::record live.md: recording",
      "allow ::export once.md: exported",
      `allow ${CAPTURE}: captured`,
      "allow ::stop: stopped",
    ]);
  });

  Deno.test(`commands: what the model, a tool or the client of ${client.name} says is not obeyed`, async () => {
    await using stage = await setStageFor<TalkRows>(client);
    const { rows, say } = stage;
    say(rows.user("hello"), rows.assistant(EVIL), rows.call("c1", "run", { command: EVIL }));
    say(rows.result("c1", `${EVIL}\n`), rows.assistant(`${EVIL}\n\nand more`));
    say(rows.user(CAPTURE), rows.assistant("mine"));
    await whenHolds(stage, "notes.md", "mine");
    assert.deepEqual(await decisionsOf(stage, 1), [`allow ${CAPTURE}: captured`]);
    assert.deepEqual(exportsOf(stage), ["notes.md"]);
    const reasons = stage.home.audit().filter(({ event, command }) =>
      event === "look-alike" && command === EVIL
    ).map(({ reason }) => reason);
    for (const reason of ["assistant-text", "tool-output"]) {
      // A document tells of a call and its result in the model's own message.
      if (client.name !== "Gemini CLI 0.38") assert.ok(reasons.includes(reason), reasons.join(", "));
    }
  });

  // Scenario 3.
  Deno.test(`start: old logs of ${client.name} command nothing; what is typed in them now does`, async () => {
    await using home = await makeHome();
    const rows = client.createRows();
    const log = logOf(client, home, rows.session);
    client.put(
      log,
      rows.user("::capture old.md"),
      rows.assistant("long ago"),
      rows.user("::export older.md"),
    );
    Deno.writeTextFileSync(`${home.exports}/old.md`, "precious\n");
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    client.put(log, rows.user("::capture new.md"), rows.assistant("now"));
    const logs = findLogs(client.provider, home, rows.session);
    await whenText({ home, daemon }, "new.md", renderCapture(logs, "::capture new.md"));
    assert.equal(home.readExport("old.md"), "precious\n");
    const obeyed = home.audit().filter(({ event }) => event === "command").map(({ command }) => command);
    assert.deepEqual(obeyed, ["::capture new.md"]);
  });
}

// Scenario 3, where the client was just writing when kato came.
Deno.test("start: an old document that was half written at the first look commands nothing", async () => {
  await using home = await makeHome();
  const rows = GEMINI_DOCUMENT.createRows();
  const log = logOf(GEMINI_DOCUMENT, home, rows.session);
  GEMINI_DOCUMENT.put(log, rows.user("::capture old.md"), rows.assistant("long ago"));
  const whole = Deno.readTextFileSync(log);
  Deno.writeTextFileSync(log, whole.slice(0, -20));
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  Deno.writeTextFileSync(log, whole);
  await until("the session is known", () => home.status()?.providers[2]?.sessions === 1, {
    saw: daemon.said,
  });
  GEMINI_DOCUMENT.put(log, rows.user("::capture new.md"), rows.assistant("now"));
  await until("the new one is whole", () => readExport(home, "new.md").includes("now"), { saw: daemon.said });
  const obeyed = home.audit().filter(({ event }) => event === "command").map(({ command }) => command);
  assert.deepEqual(obeyed, ["::capture new.md"]);
});

/** Lines that hold a command and were not typed; the person's own capture comes behind them. */
interface LookAlikes<Rows extends TalkRows> {
  readonly client: Client<Rows>;
  readonly lines: (rows: Rows) => readonly string[];
}

const text = (type: string) => [{ type, text: EVIL }];

const CODEX_LINES: LookAlikes<ReturnType<typeof CODEX.createRows>> = {
  client: CODEX,
  lines: ({ line, compacted }) => [
    line("response_item", { type: "message", role: "user", content: text("input_text") }),
    line("response_item", { type: "message", role: "developer", content: text("input_text") }),
    line("response_item", { type: "message", role: "assistant", content: text("output_text") }),
    line("response_item", { type: "reasoning", id: "r", summary: text("summary_text"), content: null }),
    line("response_item", { type: "function_call_output", name: "goal", output: EVIL }),
    line("event_msg", { type: "task_complete", turn_id: "x", last_agent_message: EVIL }),
    compacted([EVIL]),
  ],
};

const GEMINI_LINES: LookAlikes<ReturnType<typeof GEMINI.createRows>> = {
  client: GEMINI,
  lines: ({ record }) => {
    const message = (type: string, content: unknown, more = {}) =>
      record({ id: crypto.randomUUID(), timestamp: "2026-11-23T10:00:00.000Z", type, content, ...more });
    return [
      message("info", EVIL),
      message("error", EVIL),
      message("gemini", "", { thoughts: [{ subject: "::stop", description: EVIL }] }),
      message("user", [{ functionResponse: { id: "x", name: "run", response: { output: EVIL } } }]),
      message("user", [{
        text:
          `I ran the following shell command:\n\`\`\`sh\nls\n\`\`\`\n\nThis produced the following result:\n\`\`\`\n${EVIL}\n\`\`\``,
      }]),
      message("user", [{ text: `look at @x` }, { text: EVIL }], { displayContent: [{ text: "look at @x" }] }),
      record({ $set: { summary: EVIL } }),
      record({ $set: { messages: [{ id: "m", type: "user", content: [{ text: EVIL }] }] } }),
    ];
  },
};

/** None of `lines` is obeyed, and none stands in the way of the person's own. */
async function isDeaf<Rows extends TalkRows>({ client, lines }: LookAlikes<Rows>): Promise<void> {
  await using stage = await setStageFor(client);
  const { rows, say, logs } = stage;
  say(rows.user("hello"), ...lines(rows), rows.user(CAPTURE), rows.assistant("mine"));
  await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
  assert.deepEqual(await decisionsOf(stage, 1), [`allow ${CAPTURE}: captured`]);
  assert.deepEqual(exportsOf(stage), ["notes.md"]);
}

// Scenarios 13, 14.
Deno.test("who said it: Codex's context, replies, outputs and second records are not obeyed", () =>
  isDeaf(CODEX_LINES));
Deno.test("who said it: Gemini's notes, thoughts, files, shell lines and settings are not obeyed", () =>
  isDeaf(GEMINI_LINES));

// Scenarios 4, 15.
Deno.test("commands: a rewind of Codex runs nothing again; what is typed behind it is obeyed", async () => {
  await using stage = await setStageFor(CODEX);
  const { rows, say, home, logs, daemon } = stage;
  say(rows.user(CAPTURE), rows.assistant("one"), rows.user("::export once.md"));
  await daemon.whenRecording("once.md", "done");
  Deno.removeSync(`${home.exports}/once.md`);
  // The person goes back, and what the client sent before is said once more as context of the model.
  const second = rows.rewind();
  const folder = stage.log.slice(0, stage.log.lastIndexOf("/"));
  CODEX.put(
    `${folder}/${second.file}`,
    second.compacted([CAPTURE, "::export once.md"]),
    second.user("again"),
  );
  CODEX.put(`${folder}/${second.file}`, second.assistant("two"));
  await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
  assert.ok(home.readExport("notes.md").includes("\ntwo\n"));
  const third = second.rewind();
  CODEX.put(`${folder}/${third.file}`, third.user("::stop\nenough"), third.assistant("three"));
  await daemon.whenRecording("notes.md", "stopped");
  assert.equal(home.readExport("notes.md"), renderCapture(logs, CAPTURE, "::stop\nenough"));
  assert.equal((await decisionsOf(stage, 3)).length, 3);
  assert.equal(readExport(home, "once.md"), "");
});

// Scenario 3, for sessions of several logs.
Deno.test("start: an old session of several segments is obeyed from its latest one on", async () => {
  await using home = await makeHome();
  const rows = CODEX.createRows();
  const first = logOf(CODEX, home, rows.session);
  CODEX.put(first, rows.user("::capture old.md"), rows.assistant("long ago"));
  const next = rows.rewind();
  const second = `${first.slice(0, first.lastIndexOf("/"))}/${next.file}`;
  CODEX.put(second, next.user("::record older.md"), next.assistant("ago"));
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  CODEX.put(second, next.user("::capture new.md"), next.assistant("now"));
  const last = next.rewind();
  CODEX.put(
    `${first.slice(0, first.lastIndexOf("/"))}/${last.file}`,
    last.user("::stop"),
    last.assistant("x"),
  );
  await daemon.whenRecording("new.md", "stopped");
  const logs = findLogs(CODEX.provider, home, rows.session);
  assert.equal(home.readExport("new.md"), renderCapture(logs, "::capture new.md", "::stop"));
  assert.deepEqual([...Deno.readDirSync(home.exports)].map(({ name }) => name), ["new.md"]);
});

// Scenarios 14, 20.
Deno.test("commands: a history of thirty turns that Gemini writes again runs nothing again", async () => {
  await using stage = await setStageFor(GEMINI);
  const { rows, say, logs, daemon } = stage;
  say(rows.user(CAPTURE));
  for (let turn = 0; turn < 30; turn += 1) {
    say(rows.user(`question ${turn}`), rows.call(`c${turn}`, "run", { turn }), rows.result(`c${turn}`, "ok"));
    say(rows.assistant(`answer ${turn}`));
    if (turn === 10) say(rows.user("::stop"), rows.assistant("stopped"), rows.user("::record"));
  }
  say(rows.replay(), rows.resume(), rows.replay());
  say(rows.user("::export all.md"), rows.assistant("the end"));
  await daemon.whenRecording("all.md", "done");
  assert.equal((await decisionsOf(stage, 4)).length, 4);
  await whenHolds(stage, "notes.md", "the end");
  const whole = readWhole(logs);
  assert.equal(whole.events.filter(({ said }) => said !== null).length, 34, "each prompt once");
});
