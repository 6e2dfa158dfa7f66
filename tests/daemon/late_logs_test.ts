/** Logs that come late: a restored backup, another machine's, one that a sync tool brought. Nothing in them is obeyed. */
import assert from "node:assert/strict";
import { append, createRows } from "./stage/claude_rows.ts";
import { GEMINI_DOCUMENT, logOf } from "./stage/clients.ts";
import { createGeminiDocument } from "./stage/gemini_rows.ts";
import { makeHome, startDaemon, type TestHome } from "./stage/harness.ts";
import { until } from "./stage/until.ts";

const DAY = 24 * 60 * 60_000;
const MINUTE = 60_000;

/** A log with one command, typed `ago` milliseconds ago; the name of its recording is the command's. */
function makeLog(name: string, ago: number) {
  const rows = createRows(undefined, Date.now() - ago);
  return { session: rows.session, text: rows.user(`::record ${name}`) + rows.assistant("yes"), rows };
}

function reasonsOf(home: TestHome, session: string): string[] {
  return home.audit().filter((record) => record.session === session && record.command !== null)
    .map(({ decision, reason }) => `${decision} ${reason}`);
}

async function whenJudged(home: TestHome, session: string, saw: () => string): Promise<string[]> {
  await until("its command is judged", () => reasonsOf(home, session).length > 0, { saw });
  return reasonsOf(home, session);
}

Deno.test("late: a session copied in while kato runs is history, and one that begins is obeyed at once", async () => {
  await using home = await makeHome();
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  const late = makeLog("late.md", 6 * DAY);
  // As cp and rsync write it: a beginning first, the rest a moment later.
  const half = Math.floor(late.text.indexOf("\n") / 2);
  append(home.log(late.session), late.text.slice(0, half));
  const news = makeLog("news.md", 0);
  append(home.log(news.session), news.text);
  assert.deepEqual(await whenJudged(home, news.session, daemon.said), ["allow recording"]);
  append(home.log(late.session), late.text.slice(half));
  assert.deepEqual(await whenJudged(home, late.session, daemon.said), ["deny history"]);
  await daemon.whenStatus(
    "it is told",
    ({ denials }) =>
      denials.some(({ command, message }) =>
        command === "::record late.md" && /came late.*Type it again/.test(message)
      ),
  );
  // What is typed in it from now on is news.
  const on = createRows(late.session);
  append(home.log(late.session), on.user("::record on.md"));
  await until("it is obeyed", () => reasonsOf(home, late.session).includes("allow recording"), {
    saw: daemon.said,
  });
});

Deno.test("late: a file renamed into place from a folder that is not watched is history", async () => {
  await using home = await makeHome();
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  const late = makeLog("late.md", 10 * MINUTE);
  append(`${home.path}/.sync-tmp`, late.text);
  Deno.renameSync(`${home.path}/.sync-tmp`, home.log(late.session));
  assert.deepEqual(await whenJudged(home, late.session, daemon.said), ["deny history"]);
});

Deno.test("late: of sessions that turn up while kato is away, those begun since its last look are new", async () => {
  await using home = await makeHome();
  {
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    assert.equal(await daemon.stop(), 0);
  }
  const late = makeLog("late.md", 10 * MINUTE);
  const news = makeLog("news.md", 0);
  for (const { session, text } of [late, news]) append(home.log(session), text);
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  assert.deepEqual(await whenJudged(home, news.session, daemon.said), ["allow recording"]);
  assert.deepEqual(await whenJudged(home, late.session, daemon.said), ["deny history"]);
});

Deno.test("late: a session that is half copied when kato is started again stays history", async () => {
  await using home = await makeHome();
  const rows = createRows(undefined, Date.now() - 6 * DAY);
  {
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    append(home.log(rows.session), rows.user("::record first.md"));
    assert.deepEqual(await whenJudged(home, rows.session, daemon.said), ["deny history"]);
    assert.equal(await daemon.stop(), 0);
  }
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  append(home.log(rows.session), rows.user("::record second.md"));
  await until("it is judged", () => reasonsOf(home, rows.session).length === 2, { saw: daemon.said });
  assert.deepEqual(reasonsOf(home, rows.session), ["deny history", "deny history"]);
});

Deno.test("late: in a session that kato knew, what comes after is news, however old and wherever it moves", async () => {
  await using home = await makeHome();
  const rows = createRows(undefined, Date.now() - 6 * DAY);
  append(home.log(rows.session), rows.user("hello"));
  {
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    assert.equal(await daemon.stop(), 0);
  }
  append(home.log(rows.session), rows.user("::record known.md"));
  Deno.renameSync(home.log(rows.session), home.log(rows.session, "-home-ada-elsewhere"));
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  assert.deepEqual(await whenJudged(home, rows.session, daemon.said), ["allow recording"]);
});

/** How something else comes to stand in a log that was read. */
const REPLACEMENTS: Readonly<Record<string, (log: string, text: string) => void>> = {
  "another file is put in its place": (log, text) => {
    append(`${log}.tmp`, text);
    Deno.renameSync(`${log}.tmp`, log);
  },
  "it is written over": (log, text) => Deno.writeTextFileSync(log, text),
};

for (const [how, replace] of Object.entries(REPLACEMENTS)) {
  for (const isAway of [false, true]) {
    const when = isAway ? "while kato is away" : "while kato runs";
    Deno.test(`late: of what comes into a session that kato knew when ${how} ${when}, only the new is news`, async () => {
      await using home = await makeHome();
      const rows = createRows();
      const log = home.log(rows.session);
      append(log, rows.user("hello"), rows.assistant("yes"));
      let daemon = startDaemon(home);
      await using _ = { [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose]() };
      await daemon.whenUp();
      append(log, rows.user("::record before.md"));
      assert.deepEqual(await whenJudged(home, rows.session, daemon.said), ["allow recording"]);
      if (isAway) assert.equal(await daemon.stop(), 0);
      const old = createRows(rows.session, Date.now() - 6 * DAY);
      const now = createRows(rows.session);
      const padding = Array.from({ length: 20 }, () => old.assistant("something else"));
      replace(log, [...padding, old.user("::record old.md"), now.user("::record new.md")].join(""));
      if (isAway) {
        daemon = startDaemon(home);
        await daemon.whenUp();
      }
      await until("both are judged", () => reasonsOf(home, rows.session).length === 3, { saw: daemon.said });
      // What comes into it later, and is as old, is no news either.
      append(log, old.user("::record older.md"), now.user("::record newer.md"));
      await until("all are judged", () => reasonsOf(home, rows.session).length === 5, { saw: daemon.said });
      const judged = home.audit().filter(({ command }) => command !== null);
      assert.deepEqual(
        Object.fromEntries(judged.map(({ command, reason }) => [command, reason === "history"])),
        {
          "::record before.md": false,
          "::record old.md": true,
          "::record new.md": false,
          "::record older.md": true,
          "::record newer.md": false,
        },
      );
    });
  }
}

Deno.test("late: in a document that kato knew, what stands where something else was read is old news", async () => {
  await using home = await makeHome();
  const rows = createGeminiDocument();
  const log = logOf(GEMINI_DOCUMENT, home, rows.session);
  GEMINI_DOCUMENT.put(log, rows.user("hello"));
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  GEMINI_DOCUMENT.put(log, rows.assistant("yes"), rows.user("::record before.md"));
  assert.deepEqual(await whenJudged(home, rows.session, daemon.said), ["allow recording"]);
  const old = createGeminiDocument(rows.session, Date.now() - 6 * DAY);
  for (const text of ["one", "two", "three"]) old.user(text);
  GEMINI_DOCUMENT.put(log, old.user("::record old.md"));
  await until("both are judged", () => reasonsOf(home, rows.session).length === 2, { saw: daemon.said });
  assert.deepEqual(reasonsOf(home, rows.session), ["allow recording", "deny history"]);
});

Deno.test("late: policy bounds the age of any command", async () => {
  await using home = await makeHome("[recording]\nmax_command_age = 60\n");
  const rows = createRows(undefined, Date.now() - 2 * 60 * MINUTE);
  const young = createRows(undefined, Date.now() - 30 * MINUTE);
  for (const { session, user } of [rows, young]) append(home.log(session), user("hello"));
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  for (const { session, user } of [rows, young]) append(home.log(session), user("::record"));
  assert.deepEqual(await whenJudged(home, rows.session, daemon.said), ["deny too-old"]);
  assert.deepEqual(await whenJudged(home, young.session, daemon.said), ["allow recording"]);
});
