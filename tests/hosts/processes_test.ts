/** Recordings with every role as a process of its own, also when one of these processes fails. */
import assert from "node:assert/strict";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { runInProcess } from "../daemon/stage/in_process.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until, withClockAhead } from "../daemon/stage/until.ts";
import { processes } from "./worlds.ts";
import { startChild } from "./started_role.ts";

const LOOPING = new URL("looping_parser.ts", import.meta.url).pathname;

Deno.test("processes: a recording from start to stop, in a folder that is made for it", async () => {
  await using world = processes();
  await using run = await runInProcess(world.host);
  await run.whenUp();
  const rows = createRows();
  const log = run.home.log(rows.session);
  append(log, rows.user("::capture plans/beans.md"), rows.assistant("one"));
  await until("it is begun", () => readExport(run.home, "plans/beans.md")?.includes("one"));
  append(log, rows.user("::stop"), rows.assistant("not any more"));
  await until("it is over", () => run.home.status()?.recordings[0]?.state === "stopped");
  const text = readExport(run.home, "plans/beans.md") ?? "";
  assert.equal(text, renderCapture(log, "::capture plans/beans.md", "::stop"));
  assert.equal(Deno.statSync(`${run.home.exports}/plans/beans.md`).mode ?? 0 & 0o777, 0o100600);
  await until("its writer is no more", () => world.monitor.running("writer").length === 0);
  assert.equal(run.home.status()?.host, "processes");
  assert.deepEqual(run.audit.map(({ event, reason }) => `${event}: ${reason}`), [
    "command: captured",
    "destination-opened: created",
    "command: stopped",
  ]);
  assert.deepEqual(world.monitor.faults, []);
});

Deno.test("processes: a capture of a log of 20 MB is the text of its export", async () => {
  await using world = processes();
  await using run = await runInProcess(world.host);
  await run.whenUp();
  const rows = createRows();
  const log = run.home.log(rows.session);
  const words = "It is raining on the beans. ".repeat(3000);
  append(
    log,
    ...Array.from({ length: 240 }, (_, n) => rows.assistant(`${n} ${words}`)),
    rows.user("::capture big.md"),
  );
  assert.ok(Deno.statSync(log).size > 20_000_000);
  const text = renderCapture(log, "::capture big.md");
  await until(
    "all of it is written",
    () => run.home.status()?.recordings[0]?.bytes === new TextEncoder().encode(text).length,
  );
  assert.ok(readExport(run.home, "big.md") === text);
  assert.deepEqual(world.monitor.faults, []);
});

Deno.test("processes: a parser that is killed in mid-batch is started again; nothing is lost, nothing is there twice", async () => {
  await using world = processes();
  await using run = await runInProcess(world.host);
  await run.whenUp();
  const rows = createRows();
  const log = run.home.log(rows.session);
  const lines = Array.from({ length: 200 }, (_, n) => rows.assistant(`${n} ${"word ".repeat(4000)}`));
  append(log, ...lines, rows.user("::capture all.md"));
  await until("some of it is written", () => readExport(run.home, "all.md")?.includes("10 word"));
  world.monitor.running("parser:claude-code")[0]?.kill();
  const ended = await run.whenAudited("it is on record", ({ event }) => event === "role-ended");
  assert.equal(ended.detail, "it was killed by SIGKILL");
  append(log, rows.assistant("and on it goes"));
  const text = renderCapture(log, "::capture all.md");
  await until("all of it is written", () => readExport(run.home, "all.md") === text);
  assert.equal(world.monitor.starts("parser:claude-code"), 2);
});

Deno.test("processes: a writer that is killed blocks its recording until another takes its place", async () => {
  await using world = processes();
  await using run = await runInProcess(world.host);
  await run.whenUp();
  const rows = createRows();
  const log = run.home.log(rows.session);
  append(log, rows.user("::capture notes.md"), rows.assistant("one"));
  await until("it is begun", () => readExport(run.home, "notes.md")?.includes("one"));
  world.monitor.running("writer")[0]?.kill();
  await until("it is gone", () => world.monitor.running("writer").length === 0);
  append(log, rows.assistant("two"));
  await until("the recording says why", () => run.home.status()?.recordings[0]?.problem?.includes("SIGKILL"));
  run.orchestrator.tend();
  const text = renderCapture(log, "::capture notes.md");
  await until("it goes on", () => readExport(run.home, "notes.md") === text);
});

Deno.test("processes: a destination that the monitor cannot make is refused on record, and tried again", async () => {
  let writers = 0;
  await using world = processes(undefined, (name) => {
    if (name !== "writer") return null;
    writers += 1;
    if (writers === 1) throw new Error("cannot make notes.md: File exists");
    return null;
  });
  await using run = await runInProcess(world.host);
  await run.whenUp();
  const rows = createRows();
  const log = run.home.log(rows.session);
  append(log, rows.user("::capture notes.md"), rows.assistant("one"));
  const record = await run.whenAudited("it is on record", ({ event }) => event === "destination-opened");
  assert.deepEqual([record.decision, record.reason], ["deny", "cannot-open"]);
  assert.equal(record.detail, "cannot make notes.md: File exists");
  await until("it is shown", () => run.home.status()?.recordings[0]?.problem?.includes("File exists"));
  run.orchestrator.tend();
  const text = renderCapture(log, "::capture notes.md");
  await until("it is recorded", () => readExport(run.home, "notes.md") === text);
});

Deno.test("processes: a parser that loops is ended and started again, and quarantines its session the second time; another provider's recording goes on", async () => {
  await using world = processes(
    undefined,
    (name, grants) => name === "parser:codex" ? startChild(LOOPING, grants) : null,
  );
  await using run = await runInProcess(world.host, ["codex", "claude-code"]);
  await run.whenUp();
  const rows = createRows();
  const log = run.home.log(rows.session);
  append(log, rows.user("::capture notes.md"));
  let lines = 0;
  /** Says something in the chat, and waits until it is recorded. */
  async function goOn(): Promise<void> {
    lines += 1;
    append(log, rows.assistant(`line ${lines}`));
    await until(
      "the other recording goes on",
      () => readExport(run.home, "notes.md")?.includes(`line ${lines}`),
    );
  }
  for (const time of [1, 2]) {
    await until("it loops", () => run.markings.filter((provider) => provider === "codex").length === time);
    run.orchestrator.tend();
    await goOn();
    await goOn();
    await withClockAhead(11_000, run.orchestrator.tend);
    await until("it is ended", () => run.audit.filter(({ event }) => event === "role-ended").length === time);
  }
  await run.whenAudited("its session is quarantined", ({ event }) => event === "source-quarantined");
  await until(
    "a third one leaves that session alone",
    () =>
      world.monitor.starts("parser:codex") === 3 &&
      run.home.status()?.providers.every(({ state }) => state === "watching"),
  );
  await goOn();
  assert.deepEqual(run.gaveUp, []);
  assert.deepEqual(
    run.audit.filter(({ event }) => event === "role-ended").map(({ provider, detail }) => [provider, detail]),
    [
      ["codex", "it did not answer"],
      ["codex", "it did not answer"],
    ],
  );
  assert.equal(world.monitor.starts("parser:claude-code"), 1);
  assert.equal(readExport(run.home, "notes.md"), renderCapture(log, "::capture notes.md"));
});

Deno.test("processes: no parser runs for a provider without a session; the command of its first session is obeyed, and none in a log that came late", async () => {
  let root = "";
  const holds = () => root !== "" && [...Deno.readDirSync(root)].length > 0;
  await using world = processes(undefined, undefined, holds);
  await using run = await runInProcess(world.host);
  root = run.home.root;
  await until("it is known", () => run.home.status()?.providers.every(({ state }) => state === "unused"));
  assert.equal(world.monitor.starts("parser:claude-code"), 0);
  await withClockAhead(11_000, run.orchestrator.tend);
  const rows = createRows();
  const log = run.home.log(rows.session);
  append(log, rows.user("::capture notes.md"), rows.assistant("one"));
  const old = createRows(crypto.randomUUID(), Date.now() - 3_600_000);
  append(run.home.log(old.session), old.user("::capture old.md"), old.assistant("two"));
  world.monitor.look();
  const text = renderCapture(log, "::capture notes.md");
  await until("it is recorded", () => readExport(run.home, "notes.md") === text);
  await run.whenAudited(
    "the other is on record",
    ({ session, reason }) => session === old.session && reason === "history",
  );
  assert.equal(world.monitor.starts("parser:claude-code"), 1);
  assert.deepEqual(run.home.status()?.providers.map(({ state }) => state), ["watching"]);
  assert.deepEqual(world.monitor.faults, []);
});
