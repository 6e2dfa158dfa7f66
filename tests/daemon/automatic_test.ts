/** Sessions that the running daemon records because a rule of policy says so, through stops, restarts and kills. */
import assert from "node:assert/strict";
import { append, createRows } from "./stage/claude_rows.ts";
import { PI } from "./stage/clients.ts";
import { startDaemon } from "./stage/harness.ts";
import { readWhole, renderParts } from "./stage/one_shot.ts";
import { createPiRows } from "./stage/pi_rows.ts";
import { readExport, setStage, setStageFor, type Stage, whenHolds, whenText } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const RULES = `[[recording.auto]]
projects = ["/home/*/work"]
exclude = ["/home/ada/work/secret"]
to = "by-rule/{project}-{session}"
`;

const fileOf = (session: string, project = "work") => `by-rule/${project}-${session.slice(0, 8)}.md`;

/** What the recording of this log must hold. */
function wholeText(log: string): string {
  const whole = readWhole(log);
  const meta = whole.metas[whole.events.length - 1] ?? assert.fail("it has no event");
  return renderParts(meta, "md", [{ whole, from: 0, until: null }]);
}

/** The same log of pi, begun so many milliseconds from now. */
function beginAt(ms: number, log: string): string {
  return log.replace(/"timestamp":"[^"]*"/, `"timestamp":"${new Date(Date.now() + ms).toISOString()}"`);
}

async function restart(stage: Stage, end: "stop" | "kill", between = () => {}): Promise<void> {
  await stage.daemon[end]();
  between();
  stage.daemon = startDaemon(stage.home);
  await stage.daemon.whenUp();
}

for (const end of ["stop", "kill"] as const) {
  Deno.test(`automatic: a new session is recorded whole and once, also through a ${end}, until ::stop`, async () => {
    await using stage = await setStage(RULES);
    const { rows, say, log, home } = stage;
    const file = fileOf(rows.session);
    say(rows.user("hello"), rows.assistant("one"));
    await whenHolds(stage, file, "one");
    await restart(stage, end, () => say(rows.assistant("while it was down")));
    say(rows.assistant("up again"));
    await whenText(stage, file, wholeText(log));

    const { kind, rule } = await stage.daemon.whenRecording(file.split("/").at(-1) ?? "", "active");
    assert.deepEqual([kind, rule], ["automatic", 1]);
    say(rows.user("::stop"), rows.assistant("private"));
    await stage.daemon.whenRecording(file.split("/").at(-1) ?? "", "stopped");
    await restart(stage, end, () => say(rows.assistant("private, too")));
    // A later session shows that everything before it was read.
    const next = createRows();
    append(home.log(next.session), next.user("next"), next.assistant("two"));
    await whenHolds(stage, fileOf(next.session), "two");
    assert.ok(!readExport(home, file).includes("private"));
    const commands = home.audit().filter(({ event }) => event === "command");
    assert.deepEqual(
      [...new Set(commands.map(({ command, session, reason }) => `${session} ${command}: ${reason}`))],
      [
        `${rows.session} recording.auto rule 1: captured`,
        `${rows.session} ::stop: stopped`,
        `${next.session} recording.auto rule 1: captured`,
      ],
    );
    assert.equal([...Deno.readDirSync(`${home.exports}/by-rule`)].length, 2);
  });
}

Deno.test("automatic: a fork of a stopped session is not recorded, also where only its log says what it is", async () => {
  // Whoever speaks seconds after the client's start has typed it.
  const client = { ...PI, createRows: () => createPiRows(undefined, Date.now() + 10_000) };
  await using stage = await setStageFor(client, RULES);
  const { rows, say, log, home, daemon } = stage;
  say(beginAt(0, rows.user("hello")), rows.assistant("one"));
  await whenHolds(stage, fileOf(rows.session), "one");
  say(rows.user("::stop"));
  await daemon.whenRecording(fileOf(rows.session).split("/").at(-1) ?? "", "stopped");
  say(rows.user("private"), rows.assistant("private, too"));

  const fork = client.createRows();
  const [header = "", ...entries] = beginAt(20_000, Deno.readTextFileSync(log)).split("\n");
  const begun = { ...JSON.parse(header), id: fork.session, parentSession: log };
  PI.put(PI.pathOf(home.path, fork.session), `${JSON.stringify(begun)}\n${entries.join("\n")}`);
  // A later session shows that everything before it was read.
  const next = client.createRows();
  PI.put(PI.pathOf(home.path, next.session), beginAt(0, next.user("next")), next.assistant("two"));
  await whenHolds(stage, fileOf(next.session), "two");
  assert.equal([...Deno.readDirSync(`${home.exports}/by-rule`)].length, 2);
});

Deno.test("automatic: no session of before the rule, of an excluded or of another project is recorded", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  say(rows.user("hello"), rows.assistant("before the rule"));
  await until("it was read", () => home.status()?.providers.some(({ followed }) => followed > 0) ?? false);
  await restart(stage, "stop", () => Deno.writeTextFileSync(home.places.policyFile, RULES, { mode: 0o600 }));
  say(rows.assistant("more"));
  const places = { secret: "/home/ada/work/secret", other: "/home/ada/other", up: "/home/ada/work/../other" };
  for (const [name, cwd] of Object.entries(places)) {
    const own = createRows();
    append(home.log(own.session, name), own.user("hello", { cwd }), own.assistant("one", { cwd }));
  }
  const last = createRows();
  append(home.log(last.session), last.user("hello"), last.assistant("last"));
  await whenHolds(stage, fileOf(last.session), "last");
  assert.equal([...Deno.readDirSync(`${home.exports}/by-rule`)].length, 1);
});

Deno.test("automatic: what a log says of its project leads nowhere but below the root, and a file that is there stays", async () => {
  await using stage = await setStage(`[[recording.auto]]\nprojects = ["/"]\nto = "{project}/notes"\n`);
  const { home } = stage;
  const projects = ["/x/../../etc", "/x/..", "/x/.ssh", "/x/a\u0000\u202eb", "/x/CLAUDE.md"];
  for (const cwd of projects) {
    const own = createRows();
    append(home.log(own.session), own.user("hello", { cwd }), own.assistant("one", { cwd }));
  }
  Deno.mkdirSync(`${home.exports}/mine`, { mode: 0o700 });
  Deno.writeTextFileSync(`${home.exports}/mine/notes.md`, "the person's own", { mode: 0o600 });
  const mine = createRows();
  append(
    home.log(mine.session),
    mine.user("hi", { cwd: "/x/mine" }),
    mine.assistant("kept", { cwd: "/x/mine" }),
  );
  await whenHolds(stage, "mine/notes-2.md", "kept");
  assert.equal(readExport(home, "mine/notes.md"), "the person's own");
  const made = () => [...Deno.readDirSync(home.exports)].map(({ name }) => name).sort();
  await until("each plain project has its folder", () => made().length >= 4);
  assert.deepEqual(made(), ["CLAUDE-md", "a-b", "mine", "ssh"]);
  const commands = home.audit().filter(({ event }) => event === "command");
  assert.deepEqual(commands.map(({ path }) => path?.startsWith(`${home.exports}/`)), [
    true,
    true,
    true,
    true,
  ]);
});
