/** How a daemon begins and ends. Scenario 24. */
import assert from "node:assert/strict";
import { isWithin } from "../machine_speed.ts";
import { append, createRows } from "./stage/claude_rows.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "./stage/harness.ts";
import { renderCapture } from "./stage/one_shot.ts";
import { readExport } from "./stage/stage.ts";
import { pause, until } from "./stage/until.ts";

/** The long form has as many as a person could never start. */
const STARTS = Number(Deno.env.get("KATO_STARTS") ?? 20);

/** What the test's own looks may add. Milliseconds. */
const SLACK_MS = 1_500;

async function recordSomething(home: TestHome, daemon: Daemon, name: string): Promise<void> {
  const rows = createRows();
  const log = home.log(rows.session);
  append(log, rows.user(`::capture ${name}`), rows.assistant("one"));
  const text = renderCapture(log, `::capture ${name}`);
  await until(`${name} is whole`, () => readExport(home, name) === text, { saw: daemon.said });
}

Deno.test("life: many simultaneous starts give one daemon, and the others say so", async () => {
  await using home = await makeHome();
  const daemons = Array.from({ length: STARTS }, () => startDaemon(home));
  const left = new Set(daemons);
  for (const daemon of daemons) void daemon.exit.then(() => left.delete(daemon));
  try {
    await until("all but one have ended", () => left.size === 1, { saw: () => `${left.size} are left` });
    const [one] = left;
    if (one === undefined) throw new Error("internal error: none of one");
    await one.whenUp();
    for (const daemon of daemons) {
      if (daemon === one) continue;
      assert.equal((await daemon.exit).code, 1, daemon.said());
      await until("it says why", () => daemon.said().includes("a daemon is running already"));
    }
    await recordSomething(home, one, "notes.md");
    assert.equal(home.audit().filter(({ event }) => event === "daemon-started").length, 1);
    assert.equal(await one.stop(), 0);
  } finally {
    for (const daemon of daemons) await daemon.kill();
  }
});

Deno.test("life: after SIGKILL the next start works at once", async () => {
  await using home = await makeHome();
  for (let round = 0; round < 3; round += 1) {
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    await recordSomething(home, daemon, `notes-${round}.md`);
    await daemon.kill();
  }
});

Deno.test("life: a daemon that was halted goes on where it was, as after a suspend", async () => {
  await using home = await makeHome();
  await using daemon = startDaemon(home);
  const { pid } = await daemon.whenUp();
  const rows = createRows();
  const log = home.log(rows.session);
  append(log, rows.user("::capture notes.md"), rows.assistant("one"));
  await until("it is begun", () => readExport(home, "notes.md").includes("one"));
  for (const word of ["two", "three", "four"]) {
    Deno.kill(pid, "SIGSTOP");
    append(log, rows.assistant(word), rows.user(`::export ${word}.md`));
    Deno.kill(pid, "SIGCONT");
    await daemon.whenRecording(`${word}.md`, "done");
  }
  const text = renderCapture(log, "::capture notes.md");
  await until("all of it is written", () => readExport(home, "notes.md") === text, { saw: daemon.said });
  assert.equal(home.audit().filter(({ event }) => event === "role-ended").length, 0);
  assert.equal(await daemon.stop(), 0);
});

Deno.test("life: SIGTERM ends it within two seconds, with exit status 0; SIGHUP asks for a restart, with 75", async () => {
  const ends = [["SIGTERM", 0, "stopped"], ["SIGINT", 0, "stopped"], ["SIGHUP", 75, "restarting"]] as const;
  for (const [signal, status, last] of ends) {
    await using home = await makeHome();
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    await recordSomething(home, daemon, "notes.md");
    const asked = performance.now();
    daemon.signal(signal);
    assert.equal((await daemon.exit).code, status, signal);
    const took = performance.now() - asked;
    assert.ok(isWithin(took, 2_000 + SLACK_MS), `${signal}: ${took} ms`);
    assert.equal(home.status()?.state, last);
  }
});

/** A tree whose first scan takes a while. */
function plantLogs(home: TestHome, count: number): void {
  const line = createRows().user("long ago");
  for (let index = 0; index < count; index += 1) {
    const session = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
    Deno.writeTextFileSync(home.log(session, `-project-${index % 200}`), line);
  }
}

Deno.test("life: a first scan of 20,000 logs: a second start is refused, SIGTERM ends it within two seconds", async () => {
  await using home = await makeHome();
  plantLogs(home, 20_000);
  // Moments of the scan: at its very start, amid it, near its end.
  for (const moment of [0, 150, 400]) {
    // As if it were the first start: the scan tells history from news again.
    await Deno.remove(home.places.state, { recursive: true });
    await using daemon = startDaemon(home);
    await daemon.whenStatus("it runs", ({ state }) => state === "running");
    await pause(moment);
    await using second = startDaemon(home);
    assert.equal((await second.exit).code, 1);
    const asked = performance.now();
    daemon.signal("SIGTERM");
    await daemon.whenStatus(
      "it says that it stops",
      ({ state }) => state === "stopping" || state === "stopped",
    )
      .catch((error) => {
        // It was over before the test could look.
        if (home.status()?.state !== "stopped") throw error;
      });
    const said = performance.now() - asked;
    assert.ok(isWithin(said, 500 + SLACK_MS), `said after ${said} ms`);
    assert.equal((await daemon.exit).code, 0);
    const ended = performance.now() - asked;
    assert.ok(isWithin(ended, 2_000 + SLACK_MS), `ended after ${ended} ms`);
    assert.equal(home.status()?.state, "stopped");
  }
  await using daemon = startDaemon(home);
  const { providers } = await daemon.whenUp();
  assert.equal(providers[0]?.sessions, 20_000);
  assert.equal(providers[0]?.followed, 0);
  await recordSomething(home, daemon, "notes.md");
  assert.equal(await daemon.stop(), 0);
});

Deno.test("life: a thousand sessions that are written to at once are all followed", async () => {
  await using home = await makeHome();
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  const talks = Array.from({ length: 1000 }, (_, index) => {
    const rows = createRows();
    return { rows, log: home.log(rows.session, `-p-${index % 20}`), index };
  });
  for (const { rows, log } of talks) append(log, rows.user("hello"));
  await daemon.whenStatus("all are followed", ({ providers }) => providers[0]?.followed === 1000);
  const chosen = talks.filter(({ index }) => index % 100 === 0);
  for (const { rows, log, index } of talks) {
    append(
      log,
      rows.assistant("answer"),
      ...(index % 100 === 0 ? [rows.user(`::capture n${index}.md`)] : []),
    );
  }
  for (const { log, index } of chosen) {
    const text = renderCapture(log, `::capture n${index}.md`);
    await until(`n${index}.md is whole`, () => readExport(home, `n${index}.md`) === text, {
      saw: daemon.said,
    });
  }
  console.log(`peak memory ${Math.round(daemon.peakMemory() / 2 ** 20)} MiB`);
  assert.equal(await daemon.stop(), 0);
});
