/** A session that goes on in another one (`/bg`, a plan accepted with an empty context): its recording follows. */
import assert from "node:assert/strict";
import { KATO } from "../installed.ts";
import { ask } from "./stage/ask.ts";
import { append, type ClaudeRows, createRows } from "./stage/claude_rows.ts";
import { type Daemon, startDaemon, type TestHome } from "./stage/harness.ts";
import { readWhole, renderParts, seqOf, type WholeSession } from "./stage/one_shot.ts";
import { createRandom, cutAtRandom, type Random } from "./stage/random.ts";
import { readExport, setStage, type Stage, whenHolds, whenText } from "./stage/stage.ts";
import { pause, until } from "./stage/until.ts";

/** The client's record that `rows` go on in `session`. */
function continuedIn(rows: ClaudeRows, session: string): string {
  const timestamp = new Date().toISOString();
  const row = { type: "continued-in", timestamp, sessionId: rows.session, continuedInSessionId: session };
  return `${JSON.stringify(row)}\n`;
}

/** Before which event the recording of a session ends that says it goes on. */
function endOf({ events }: WholeSession): number {
  const notice = events.find(({ event }) =>
    event.type === "notice" && /goes on in the session/.test(event.text)
  );
  if (notice === undefined) throw new Error("it does not go on");
  return notice.event.seq + 1;
}

interface Part {
  readonly log: string;
  readonly from?: number;
  /** What was typed to end it; null: it goes on. Left out: the session goes on. */
  readonly end?: string | null;
}

/** What the recording holds that the first message of the first of these sessions asked for. */
function renderChain(parts: readonly Part[]): string {
  const wholes = parts.map(({ log, from = 0, end }) => {
    const whole = readWhole(log);
    return { whole, from, until: end === undefined ? endOf(whole) : end === null ? null : seqOf(whole, end) };
  });
  const meta = wholes[0]?.whole.metas[0];
  if (meta === undefined) throw new Error("there is no first message");
  return renderParts(meta, "md", wholes);
}

function movesOf(home: TestHome): (string | null)[] {
  return home.audit().filter(({ event }) => event === "recording-moved")
    .map(({ reason, session, detail }) => `${session} into ${detail}: ${reason}`);
}

/** One recording in `state` is of this session. */
async function whenIs(daemon: Daemon, session: string, state: string): Promise<void> {
  await daemon.whenStatus(
    `a recording of ${session} is ${state}`,
    ({ recordings }) => recordings.some((one) => one.session === session && one.state === state),
  );
}

/** Its log has these words. They come through a pipe, and a status that was written later may be read earlier. */
async function whenSaid({ said }: Daemon, words: string): Promise<void> {
  await until(`it says ${words}`, () => said().includes(words), { saw: said });
}

/** A stage whose session is captured into notes.md. */
async function setCapture(): Promise<Stage & { readonly next: ClaudeRows; readonly nextLog: string }> {
  const stage = await setStage();
  const next = createRows();
  stage.say(stage.rows.user("::capture notes.md"), stage.rows.assistant("one"));
  await whenHolds(stage, "notes.md", "one");
  return Object.assign(stage, { next, nextLog: stage.home.log(next.session) });
}

Deno.test("continued: the recording goes on in the new session, which may come later, and obeys what is typed there", async () => {
  await using stage = await setCapture();
  const { rows, log, next, nextLog, home, say } = stage;
  say(continuedIn(rows, next.session));
  await whenIs(stage.daemon, next.session, "waiting");
  const status = await stage.daemon.whenStatus(
    "the old one says where it goes on",
    ({ recordings }) => recordings.some(({ goesOn, state }) => goesOn !== null && state === "stopped"),
  );
  assert.deepEqual(status.recordings.map(({ session, goesOn }) => [session, goesOn]), [
    [next.session, null],
    [rows.session, next.session],
  ]);
  await whenSaid(stage.daemon, "event=recording-moved");

  append(nextLog, next.user("go on"), next.assistant("two"));
  await whenText(stage, "notes.md", renderChain([{ log }, { log: nextLog, end: null }]));
  say(rows.user("the person comes back here"), rows.assistant("and is not recorded"));
  append(nextLog, next.user("::stop"), next.assistant("unheard"));
  await whenIs(stage.daemon, next.session, "stopped");
  assert.equal(home.readExport("notes.md"), renderChain([{ log }, { log: nextLog, end: "::stop" }]));
  append(nextLog, next.user("::record\nagain"), next.assistant("three"));
  await whenHolds(stage, "notes.md", "three");
  assert.ok(!home.readExport("notes.md").includes("unheard"));
  assert.deepEqual(movesOf(home), [`${rows.session} into ${next.session}: moved`]);
  // The file is the new session's now.
  say(rows.user("::record notes.md"));
  await until("that is denied", () => home.audit().some(({ reason }) => reason === "destination-in-use"));
});

Deno.test("continued: what the new session has from the old one is recorded once, over a restart too", async () => {
  await using stage = await setCapture();
  const { rows, log, next, nextLog, home, say } = stage;
  append(nextLog, Deno.readTextFileSync(log).replaceAll(rows.session, next.session));
  const inherited = readWhole(nextLog).events.length;
  say(continuedIn(rows, next.session));
  await whenIs(stage.daemon, next.session, "active");
  await stage.daemon.kill();
  stage.daemon = startDaemon(home);
  append(nextLog, next.user("go on"), next.assistant("two"));
  await whenText(stage, "notes.md", renderChain([{ log }, { log: nextLog, from: inherited, end: null }]));
  const commands = home.audit().filter(({ event, decision }) => event === "command" && decision === "allow");
  assert.equal(commands.length, 1);
});

Deno.test("continued: a ::stop that was obeyed before the old session's log said it goes on counts", async () => {
  await using stage = await setCapture();
  const { rows, log, next, nextLog, home, say } = stage;
  append(nextLog, next.user("go on"), next.assistant("two"), next.user("::stop"), next.assistant("unheard"));
  await until("it is obeyed", () => home.audit().some(({ reason }) => reason === "not-recording"));
  say(continuedIn(rows, next.session));
  await whenIs(stage.daemon, next.session, "stopped");
  assert.equal(home.readExport("notes.md"), renderChain([{ log }, { log: nextLog, end: "::stop" }]));
});

Deno.test("continued: it stays where the new session is captured already, and does not go in a circle", async () => {
  await using stage = await setCapture();
  const { rows, log, next, nextLog, home, say } = stage;
  append(nextLog, next.user("::capture own.md"), next.assistant("two"));
  await whenHolds(stage, "own.md", "two");
  say(continuedIn(rows, next.session));
  await whenIs(stage.daemon, rows.session, "stopped");
  assert.equal(home.readExport("notes.md"), renderChain([{ log }]));

  const third = createRows();
  const thirdLog = home.log(third.session);
  append(nextLog, continuedIn(next, third.session));
  append(thirdLog, third.user("on"), third.assistant("three"));
  await whenHolds(stage, "own.md", "three");
  append(thirdLog, continuedIn(third, next.session));
  await whenIs(stage.daemon, third.session, "stopped");
  assert.deepEqual(movesOf(home), [
    `${rows.session} into ${next.session}: own-recording`,
    `${next.session} into ${third.session}: moved`,
    `${third.session} into ${next.session}: own-recording`,
  ]);
  assert.equal(readExport(home, "own.md"), renderChain([{ log: nextLog }, { log: thirdLog }]));
  await whenSaid(stage.daemon, "event=recording-left-behind");
});

Deno.test("continued: kato stop of the old session ends the recording that waits for one that never came", async () => {
  await using stage = await setCapture();
  const { rows, log, next, home, say } = stage;
  say(continuedIn(rows, next.session));
  await whenIs(stage.daemon, next.session, "waiting");
  await whenIs(stage.daemon, rows.session, "stopped");
  const answer = await ask(home, { verb: "stop", provider: "claude-code", session: rows.session });
  assert.deepEqual([answer.result, answer.reason], ["done", "gave-up"]);
  await whenIs(stage.daemon, next.session, "stopped");
  assert.equal(home.readExport("notes.md"), renderChain([{ log }]));
  assert.deepEqual(movesOf(home).map((move) => move?.replace(/.*: /, "")), ["moved", "gave-up"]);
});

Deno.test("continued: a fork that has the record from its original is recorded on", async () => {
  await using stage = await setStage('[recording]\nautomatic = ["/home/ada/work"]\n');
  const { rows, log, home, say } = stage;
  const [next, fork] = [createRows(), createRows()];
  say(rows.user("hello"), rows.assistant("one"));
  await whenIs(stage.daemon, rows.session, "active");
  say(continuedIn(rows, next.session));
  await whenIs(stage.daemon, next.session, "waiting");
  const copy = Deno.readTextFileSync(log).replaceAll(rows.session, fork.session);
  append(home.log(fork.session), copy, fork.user("another way"));
  await whenIs(stage.daemon, fork.session, "active");
  append(home.log(fork.session), fork.assistant("forked"));
  await until(
    "the fork is recorded",
    () => [...Deno.readDirSync(home.exports)].some(({ name }) => home.readExport(name).includes("forked")),
  );
  assert.deepEqual(movesOf(home), [`${rows.session} into ${next.session}: moved`]);
});

/** Records that say it and are not the client's own of the recorded session. */
const POISON: Readonly<Record<string, (stage: Stage, victim: string) => string>> = {
  "a tool's result": ({ rows }, victim) =>
    rows.call("c1", "Bash", { command: "cat log" }) + rows.result("c1", `\n${continuedIn(rows, victim)}`),
  "an answer": ({ rows }, victim) => rows.assistant(continuedIn(rows, victim)),
  "a field of another record": ({ rows }, victim) =>
    rows.user("what now?", { continuedInSessionId: victim, toolUseResult: { type: "continued-in" } }),
  "what stands behind a torn line": ({ rows }, victim) =>
    rows.result("c1", "cut here").slice(0, -40) + continuedIn(rows, victim),
  "a path": ({ rows }) => continuedIn(rows, "../elsewhere"),
  "itself": ({ rows }) => continuedIn(rows, rows.session),
  "a sub-agent's log": ({ rows, log }, victim) => {
    const folder = `${log.replace(/\.jsonl$/, "")}/subagents`;
    Deno.mkdirSync(folder, { recursive: true });
    append(`${folder}/agent-a1.jsonl`, continuedIn(rows, victim));
    return rows.user("what did it do?");
  },
  "another session's log": ({ home }, victim) => {
    const other = createRows();
    append(home.log(other.session), other.user("hello"), continuedIn(other, victim));
    return "";
  },
};

for (const [name, poison] of Object.entries(POISON)) {
  Deno.test(`continued: nobody moves a recording by ${name}`, async () => {
    await using stage = await setCapture();
    const { rows, next, nextLog, home, say } = stage;
    append(nextLog, next.user("a secret"));
    say(poison(stage, next.session), rows.assistant("what follows"));
    await whenHolds(stage, "notes.md", "what follows");
    assert.deepEqual(movesOf(home), []);
    assert.ok(!home.readExport("notes.md").includes("a secret"));
  });
}

Deno.test("continued: a session that was there when kato came is not recorded because another one names it", async () => {
  await using stage = await setStage();
  const { rows, log, home, say } = stage;
  await stage.daemon.stop();
  Deno.removeSync(home.places.state, { recursive: true });
  const old = createRows();
  append(home.log(old.session), old.user("a secret"));
  stage.daemon = startDaemon(home);
  await stage.daemon.whenUp();
  say(rows.user("::capture notes.md"), rows.assistant("one"), continuedIn(rows, old.session));
  await stage.daemon.whenRecording("notes.md", "stopped");
  assert.equal(home.readExport("notes.md"), renderChain([{ log }]));
  assert.deepEqual(movesOf(home), [`${rows.session} into ${old.session}: not-new`]);
});

/** Appends what `text` says, in pieces. */
function* feed(path: string, text: () => string, random: Random): Generator<undefined> {
  for (const bytes of cutAtRandom(new TextEncoder().encode(text()), 24, random)) {
    Deno.writeFileSync(path, bytes, { append: true, create: true });
    yield;
  }
}

/** Three sessions, one after another, and the recording that goes through them, stops and goes on. */
for (const seed of KATO === null ? [1, 2, 3] : [1]) {
  Deno.test(`continued: over kills at random every event is there once (seed ${seed})`, async () => {
    await using stage = await setStage();
    const { rows: first, log, home } = stage;
    const random = createRandom(seed);
    const [secondId, thirdId] = [crypto.randomUUID(), crypto.randomUUID()];
    const talk = (rows: ClaudeRows, name: string) =>
      Array.from(
        { length: 12 },
        (_, turn) =>
          rows.user(`${name} question ${turn}`) +
          rows.assistant(`${name} answer ${turn} ${"because ".repeat(turn * 5)}`),
      )
        .join("");
    const capture = first.user("::capture notes.md");
    const begun = capture + talk(first, "first");
    // A session's rows are made when its log is: on a slow machine, rows of the beginning would come late.
    const texts: readonly (readonly [string, () => string])[] = [
      [log, () => begun.slice(capture.length) + continuedIn(first, secondId)],
      [home.log(secondId), () => {
        const second = createRows(secondId);
        const copied = begun.replaceAll(first.session, secondId);
        return copied + talk(second, "second") + continuedIn(second, thirdId);
      }],
      [home.log(thirdId), () => {
        const third = createRows(thirdId);
        return talk(third, "third") + third.user("::stop") + third.assistant("unheard");
      }],
    ];
    // Its successor's log holds a copy of the command, so the command must have been obeyed.
    Deno.writeTextFileSync(log, capture, { append: true, create: true });
    await stage.daemon.whenRecording("notes.md");
    let left = texts.map(([path, text]) => feed(path, text, random));
    while (left.length > 0) {
      // Mostly the earlier session's; but its successor's log may be there before.
      const feeding = random.next() < 0.6 ? left[0] : random.pick(left);
      if (feeding?.next().done === true) {
        left = left.filter((one) => one !== feeding);
        continue;
      }
      await pause(random.between(0, 30));
      if (random.next() > 0.2) continue;
      await stage.daemon.kill();
      stage.daemon = startDaemon(home);
      if (random.next() < 0.7) await stage.daemon.whenUp();
    }
    await stage.daemon.whenUp();
    await whenIs(stage.daemon, thirdId, "stopped");
    const inherited = readWhole(log).events.length - 1;
    assert.equal(
      home.readExport("notes.md"),
      renderChain([
        { log },
        { log: home.log(secondId), from: inherited },
        { log: home.log(thirdId), end: "::stop" },
      ]),
    );
    // A kill between a record and its effect has it recorded once more.
    assert.equal(new Set(movesOf(home)).size, 2);
  });
}
