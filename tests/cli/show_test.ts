/** `kato show`: a session for reading in a terminal, which no log can steer. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Event } from "../../src/protocol/event.ts";
import { columnsOf, painter } from "../../src/cli/terminal/style.ts";
import { terminalPage } from "../../src/cli/terminal/terminal_page.ts";
import { renderConversation } from "../../src/render/conversation.ts";
import { make, randomOf } from "../redaction/corpus.ts";
import { conversation as hostileConversation } from "../render/conversations.ts";
import { type Body, eventsOf, HEAD } from "../render/render.ts";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";

const RUNS = Number(Deno.env.get("KATO_RUNS") ?? 200);

function show(events: readonly Event[], width = Infinity, colour = false): string {
  const renderer = renderConversation(terminalPage(width, painter({ colour })));
  let state = renderer.begin(HEAD);
  let text = "";
  for (const event of events) {
    const step = renderer.step(HEAD, state, event);
    state = step.state;
    text += step.text;
  }
  return text + renderer.finish(HEAD, state).text;
}

const TALK: readonly Body[] = [
  { type: "user", text: "Why is the test flaky?\n\n- it fails on Mondays\n- and never for me" },
  { type: "assistant", text: "I look at it.", model: "claude-opus-5-5", phase: null },
  {
    type: "tool_call",
    call: "a",
    name: "Bash",
    input: { command: "deno test", description: "Run the test" },
  },
  {
    type: "tool_result",
    call: "a",
    text: Array.from({ length: 9 }, (_, line) => `line ${line}`).join("\n"),
    error: true,
    page: { from: 0, to: 62, facts: ["exit code 1"] },
  },
  { type: "decision", question: "A timeout?", options: ["Yes", "No"], answer: "Yes", note: "" },
];

Deno.test("a page of the terminal has headings, lines of tools with their outcome, and results cut short", () =>
  assert.equal(
    show(eventsOf(TALK), 40).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+\d\d:\d\d/g, "TIME"),
    `  Why is the test flaky?
  claude-code ·
  0b5c1f6e-2f3a-4c1d-9a77-5d2b8f0c1a2e ·
  /home/dev/work · 2026-11-23 03:24:05
  +01:00

User — TIME

  Why is the test flaky?

  - it fails on Mondays
  - and never for me

Assistant (claude-opus-5-5) — 2026-11-2…

  I look at it.

  ● Bash: Run th… · failed · exit code 1
  │ line 0
  │ line 1
  │ line 2
  │ line 3
  │ line 4
  │ line 5
  │ … 3 more lines (21 characters) not…

  Question: A timeout?
  - Yes
  - No
  Answer: Yes

  Up to here: 1 turn, 1 call, 1 result,
  0 agents, 0 images, 0 events left out,
  0 records unknown
`,
  ));

// deno-lint-ignore no-control-regex -- kato's own colours
const COLOURS = /\u001b\[(?:0|1|2|31|32|33)m/g;

// C0 without the line end, DEL, C1, separators, and everything that has a direction or is not drawn. Written
// out here, so that the test does not trust the code's own list.
const STEERING =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u;

/** kato's own lines, which stand at the left edge. */
const OWN = /^(?:$| {2}|(?:User|Assistant) |(?:User|Assistant) \(|▼ |▲ )/;

function assertTame(text: string, width: number): void {
  assert.equal(STEERING.exec(text.replace(COLOURS, "")), null, JSON.stringify(text));
  assert.ok(text.isWellFormed());
  for (const line of text.split("\n")) assert.ok(columnsOf(line) <= width, JSON.stringify(line));
}

for (const width of [20, 80, Infinity]) {
  Deno.test(`no conversation steers a terminal of ${width} columns, or is wider, or forges a line of kato's`, () => {
    fc.assert(
      fc.property(hostileConversation, (events) => {
        assertTame(show(events, width, true), width);
        for (const line of show(events, width).split("\n")) assert.match(line, OWN);
      }),
      { numRuns: RUNS },
    );
  });
}

const ATTACKS = [
  ["clears the screen", "\u001b[2J\u001b[H"],
  ["sets the title", "\u001b]0;owned\u0007"],
  ["writes to the clipboard", "\u001b]52;c;cm0gLXJm\u001b\\"],
  ["makes a link", "\u001b]8;;https://evil.example\u001b\\here\u001b]8;;\u001b\\"],
  ["asks the terminal", '\u001bP$q"p\u001b\\\u001b[6n'],
  ["uses C1", "\u009b2J\u009d0;owned\u009c\u0090q\u009c"],
  ["turns text around", "\u202eabc\u202c\u2066x\u2069\u200f"],
  ["goes back", "fine\rgone\b\b\b\u0007"],
  ["hides", "a\u200bb\ufeffc\u00add\u{e0041}"],
  ["cuts an escape", "\u001b["],
] as const;

for (const [name, attack] of ATTACKS) {
  Deno.test(`no text of a log that ${name} gets to the terminal`, () => {
    const bodies: readonly Body[] = [
      { type: "user", text: attack },
      { type: "user", text: `::record ${attack}` },
      { type: "assistant", text: attack, model: attack, phase: null },
      { type: "thinking", text: attack },
      { type: "tool_call", call: "a", name: attack, input: { command: attack, description: attack } },
      {
        type: "tool_result",
        call: "a",
        text: attack,
        error: false,
        page: { from: 0, to: attack.length, facts: [attack] },
      },
      { type: "tool_result", call: "b", text: attack, error: true },
      { type: "decision", question: attack, options: [attack], answer: attack, note: attack },
      ...["command", "shell", "output", "image", "compaction", "info", "rewind"].map((kind) =>
        ({ type: "notice", kind, text: attack }) as Body
      ),
      { type: "notice", kind: "task", text: attack, agent: attack },
    ];
    assertTame(show(eventsOf(bodies), 40, true), 40);
  });
}

function homeWith(options: Parameters<typeof conversation>[1]): Place & Disposable {
  const place = makeHome();
  keepLog(place.home, SESSION_A, conversation(SESSION_A, options));
  return place;
}

const run = (line: string, place: Place, terminal?: number): Promise<Ran> =>
  runLine(["show", ...line.split(" ")], place, terminal === undefined ? {} : { terminal });

Deno.test("kato show wraps at the terminal's width, and a pipe gets whole lines without colours", async () => {
  const typed = "Plant the beans 豆 in the long bed behind the house, please. ".repeat(4).trim();
  using home = homeWith({ typed });
  const onTerminal = await run("5d8a", home, 80);
  assert.equal(onTerminal.ended, "done");
  for (const line of onTerminal.out.split("\n")) assert.ok(columnsOf(line) <= 80, line);
  const piped = await run("5d8a", home);
  assert.ok(piped.out.includes(`\n  ${typed}\n`), piped.out);
  assert.ok(!piped.out.includes("\u001b"));
});

Deno.test("kato show leaves no trace, and replaces secrets as exports do", async () => {
  const token = make("ghp_{A36}", randomOf(9));
  using home = homeWith({ typed: `Use ${token} please.` });
  const ran = await run("5d8a", home);
  assert.match(ran.out, /\n {2}Use \[redacted: github-token\] please\.\n/);
  assert.ok(!ran.out.includes(token));
  assert.throws(() => Deno.statSync(`${home.home}/.kato`), Deno.errors.NotFound);
});

Deno.test("kato show of a part says which one, and counts the rest", async () => {
  using home = homeWith({});
  const ran = await run("5d8a --from 1", home);
  assert.match(ran.out, / · from event 1\n\nAssistant/);
  assert.match(ran.out, /1 event left out/);
  assert.ok(!ran.out.includes("\nUser"));
  const nothing = await run("5d8a --from 9", home);
  assert.deepEqual([nothing.ended, nothing.out], ["failed", ""]);
});

Deno.test("kato show says when there is no such session", async () => {
  using home = homeWith({});
  assert.equal((await run("0000", home)).ended, "usage");
});
