/** `kato tail`: a session as it goes on, whatever happens to its log. */
import assert from "node:assert/strict";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { renderConversation } from "../../src/render/conversation.ts";
import { followSession } from "../../src/cli/export/follow_session.ts";
import { findSessions } from "../../src/cli/sessions/find_sessions.ts";
import { painter } from "../../src/cli/terminal/style.ts";
import { terminalPage } from "../../src/cli/terminal/terminal_page.ts";
import { until } from "../daemon/stage/until.ts";
import { onlyWith, program } from "../needs.ts";
import { make, randomOf } from "../redaction/corpus.ts";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";
import { startOnTerminal } from "./stage/on_terminal.ts";

/** Looks in which nothing happens: in so many, all folders are searched. */
const A_WHILE = 60;

/** Another prompt and its answer in the session, with ids of their own. */
function more(name: string, typed: string, reply: string): string {
  return conversation(SESSION_A, { typed, reply })
    .replaceAll(`"u-${SESSION_A}"`, `"u-${name}"`)
    .replaceAll(`"a-${SESSION_A}"`, `"a-${name}"`)
    .replaceAll(`"m-${SESSION_A}"`, `"m-${name}"`);
}

interface Followed {
  readonly text: string;
  readonly said: readonly string[];
}

/** Follows the session. Before each look of `happenings` in turn, that happens; then Ctrl-C comes. */
async function follow(
  place: Place,
  happenings: readonly (() => void)[],
  { last = 3, widths = [80] }: { readonly last?: number; readonly widths?: readonly number[] } = {},
): Promise<Followed> {
  const roots = [`${place.home}/.claude/projects`];
  const [found] = await findSessions([{ id: "claude-code", roots }], null);
  assert.ok(found !== undefined);
  const parts: string[] = [];
  const said: string[] = [];
  let happened = 0;
  let waited = A_WHILE;
  const signal = await followSession({
    found,
    title: "Plant the beans.",
    last,
    timeZone: "UTC",
    include: ["tools", "results", "agents", "notices"],
    redaction: REDACTION,
    renderer: () =>
      renderConversation(
        terminalPage(widths[Math.min(happened, widths.length - 1)] ?? 80, painter({ colour: false })),
      ),
    write: (text) => void parts.push(text),
    tell: (sentence) => void said.push(sentence),
    shown: (path) => path.replace(place.home, "~"),
    heard: () => happened > happenings.length ? "interrupted" : null,
    pause() {
      waited += 1;
      if (waited < A_WHILE) return Promise.resolve();
      waited = 0;
      happenings[happened]?.();
      happened += 1;
      return Promise.resolve();
    },
  });
  assert.equal(signal, "interrupted");
  return { text: parts.join(""), said };
}

function homeWith(options: Parameters<typeof conversation>[1] = {}): Place & Disposable & { log: string } {
  const place = makeHome();
  return { ...place, log: keepLog(place.home, SESSION_A, conversation(SESSION_A, options)) };
}

const append = (path: string, text: string) => Deno.writeTextFileSync(path, text, { append: true });

const times = (text: string, part: string): number => text.split(part).length - 1;

Deno.test("followSession() begins with the last turns, then shows what comes, each once", async () => {
  using home = homeWith();
  append(home.log, more("2", "Water the roses.", "They are wet."));
  const { text, said } = await follow(home, [
    () => append(home.log, more("3", "Cut the hedge.", "It is short.")),
    () => append(home.log, more("4", "Now rest.", "Good night.")),
  ], { last: 1 });
  assert.match(text, /^ {2}Plant the beans\.\n[^]*?·\s+last turn\n\nUser — /);
  for (
    const words of ["Water the roses.", "They are wet.", "Cut the hedge.", "It is short.", "Good night."]
  ) {
    assert.equal(times(text, `\n  ${words}\n`), 1, words);
  }
  assert.equal(times(text, "Plant the beans."), 1, "in the title alone");
  assert.match(text, /3 turns, [^]*, 2 events left\s+out/);
  assert.deepEqual(said, []);
});

Deno.test("followSession() shows a line when it is whole", async () => {
  using home = homeWith();
  const line = more("2", "Water the roses.", "They are wet.");
  const { text } = await follow(home, [
    () => append(home.log, line.slice(0, 100)),
    () => append(home.log, line.slice(100)),
  ]);
  assert.equal(times(text, "Water the roses."), 1);
});

Deno.test("followSession() wraps at the width that the terminal has by then", async () => {
  using home = homeWith();
  const words = "Plant the beans in the long bed. ".repeat(5).trim();
  const { text } = await follow(home, [() => append(home.log, more("2", words, words))], {
    widths: [80, 40],
  });
  const late = text.slice(text.indexOf("They are planted."));
  assert.ok(late.split("\n").every((line) => line.length <= 40), late);
});

Deno.test("followSession() replaces a secret that comes late", async () => {
  using home = homeWith();
  const token = make("ghp_{A36}", randomOf(9));
  const { text } = await follow(home, [() => append(home.log, more("2", `Use ${token}.`, "Done."))]);
  assert.match(text, /Use \[redacted: github-token\]/);
  assert.ok(!text.includes(token));
});

const GONE = "The log is gone. It is waited for; Ctrl-C ends that.";
const BACK = "The log is there again.";
const ANEW = "The log was written anew. What is shown already is not repeated.";

Deno.test("followSession() says once that the log is gone, and that it is there again", async () => {
  using home = homeWith();
  const aside = `${home.home}/aside`;
  const { text, said } = await follow(home, [
    () => Deno.renameSync(home.log, aside),
    () => {},
    () => {
      append(aside, more("2", "Water the roses.", "They are wet."));
      Deno.renameSync(aside, home.log);
    },
  ]);
  assert.deepEqual(said, [GONE, BACK]);
  assert.equal(times(text, "Water the roses."), 1);
  assert.equal(times(text, "They are planted."), 1);
});

Deno.test("followSession() follows a log to another folder, and says where", async () => {
  using home = homeWith();
  const folder = `${home.home}/.claude/projects/-home-dev-work-shed`;
  const { text, said } = await follow(home, [
    () => {
      Deno.mkdirSync(folder);
      Deno.renameSync(home.log, `${folder}/${SESSION_A}.jsonl`);
    },
    () => append(`${folder}/${SESSION_A}.jsonl`, more("2", "Water the roses.", "They are wet.")),
  ]);
  assert.deepEqual(said, [
    `The log was moved to ~/.claude/projects/-home-dev-work-shed/${SESSION_A}.jsonl, and is followed there.`,
  ]);
  assert.equal(times(text, "Water the roses."), 1);
});

Deno.test("followSession() says that a log was rewritten or replaced, and shows only what is new in it", async () => {
  using home = homeWith();
  const first = Deno.readTextFileSync(home.log);
  const { text, said } = await follow(home, [
    () => Deno.writeTextFileSync(home.log, first.slice(0, first.indexOf("\n") + 1)),
    () => {
      Deno.removeSync(home.log);
      Deno.writeTextFileSync(home.log, first + more("2", "Water the roses.", "They are wet."));
    },
  ]);
  assert.ok(said.length > 0 && said.every((sentence) => sentence === ANEW), JSON.stringify(said));
  for (const words of ["They are planted.", "Water the roses.", "They are wet."]) {
    assert.equal(times(text, `  ${words}\n`), 1, words);
  }
});

Deno.test("followSession() is not led out of the client's folder by a link in the log's place", async () => {
  using home = homeWith();
  const secret = `${home.home}/secret.jsonl`;
  Deno.writeTextFileSync(secret, more("2", "The key is under the mat.", "I see."));
  const { text, said } = await follow(home, [
    () => {
      Deno.removeSync(home.log);
      Deno.symlinkSync(secret, home.log);
    },
    () => {},
  ]);
  assert.deepEqual(said, [GONE]);
  assert.ok(!text.includes("under the mat"));
});

Deno.test("kato tail says when there is no such session", async () => {
  using home = homeWith();
  const ran = await runLine(["tail", "0000"], home);
  assert.deepEqual([ran.ended, ran.out], ["usage", ""]);
});

Deno.test({
  ...onlyWith(
    "kato tail on a terminal: Ctrl-C ends it with 130, and says so once",
    program("script", "bsdutils"),
  ),
  async fn() {
    using home = homeWith({ typed: "\u001b[2J\u001b]0;owned\u0007Plant the beans." });
    const terminal = startOnTerminal(["tail", "5d8a"], home);
    await until("the session is shown", () => terminal.shown().includes("They are planted."));
    append(home.log, more("2", "Water the roses.\u001b]52;c;cm0=\u0007", "They are wet."));
    await until("what came is shown", () => terminal.shown().includes("They are wet."));
    Deno.removeSync(home.log);
    await until("it is said that the log is gone", () => terminal.shown().includes(`kato: ${GONE}`));
    assert.equal(await terminal.interrupt(), 130);
    const shown = terminal.shown();
    assert.ok(shown.trimEnd().endsWith("kato: Interrupted."), shown.slice(-100));
    assert.equal(times(shown, "Interrupted"), 1);
    // deno-lint-ignore no-control-regex -- anything but kato's own colours
    assert.doesNotMatch(shown, /\u001b(?!\[(?:0|1|2|31|32|33)m)/);
  },
});
