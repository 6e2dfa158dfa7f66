/** The fold: headings, order, waiting calls, sub-agents, and what is left out. */
import assert from "node:assert/strict";
import { WAITING_CALLS } from "../../src/protocol/limits.ts";
import { type Event, NOTICE_KINDS } from "../../src/protocol/event.ts";
import { RESULT_CHARS, RESULT_LINES } from "../../src/protocol/render_limits.ts";
import { type Body, bodyOf, eventsOf, HEAD, render, renderAs, RENDERERS, turnHeadings } from "./render.ts";

const say = (text: string, model: string | null = "m-1"): Body => ({
  type: "assistant",
  text,
  model,
  phase: null,
});
const ask = (text: string): Body => ({ type: "user", text });
const call = (id: string, name = "Bash", agent = "main"): Body => (
  { type: "tool_call", call: id, name, input: { command: `run ${id}` }, agent }
);
const result = (id: string, agent = "main"): Body => (
  { type: "tool_result", call: id, text: `output ${id}`, error: false, agent }
);

/** The lines that show what was written in which order. */
function outline(bodies: readonly Body[], include = HEAD.include): string[] {
  const lines = bodyOf(renderAs("md", bodies, { include })).split("\n");
  return lines
    .filter((line) => /^(?:## |<summary>|output |said|\*Its result|\*There is|<\/details>|> )/.test(line))
    .map((line) => line.replace(/ — 2026.*/, "").replace(/<\/?summary>/g, ""));
}

Deno.test("a turn has one heading, with the model; another model in the middle of it is a remark", () => {
  const markdown = renderAs("md", [
    ask("a"),
    ask("b"),
    say("c"),
    say("d"),
    call("1"),
    result("1"),
    say("e", null),
    say("f", "m-2"),
    ask("g"),
    call("2"),
    result("2"),
    say("h", "m-2"),
    say("i", "m-3"),
    ask("j"),
    { type: "tool_call", call: "3", name: "Bash", input: {}, page: { model: "m-4" } },
    ask("k"),
    { type: "thinking", text: "thought", page: { model: "m-5" } },
    say("l", "m-5"),
  ]);
  assert.deepEqual(turnHeadings(bodyOf(markdown)).map((heading) => heading.replace(/ — .*/, "")), [
    "## User",
    "## User",
    "## Assistant (m-1)",
    "## User",
    "## Assistant",
    "## User",
    "## Assistant (m-4)",
    "## User",
    "## Assistant (m-5)",
  ]);
  assert.deepEqual(markdown.match(/^> \*Model\*.*/gm), ["> *Model* — m-2", "> *Model* — m-3"]);
});

Deno.test("a rewind says from where to where; what the document does not have stands in the client's words", () => {
  const back = (undoes?: string): Body => ({
    type: "notice",
    kind: "rewind",
    text: "It went back.",
    ...(undoes === undefined ? {} : { undoes }),
  });
  const bodies = [ask("::record a.md\nfix *it*"), say("done"), ask("thanks"), back("e0"), ask("again")];
  const more = [...bodies, back("e4"), { type: "notice", kind: "shell", text: "ls" } as Body, back("e6")];
  const lines = (bodies: readonly Body[]) => renderAs("md", bodies).match(/^> \*(?:Went|Note).*/gm);
  assert.deepEqual(lines([...more, back("unknown"), back()]), [
    "> *Went back* — from “thanks” (2026-11-23 03:24:07 +01:00) to before “fix *it*” (2026-11-23 03:24:05 +01:00)",
    "> *Went back* — to before “again” (2026-11-23 03:24:09 +01:00)",
    "> *Went back* — to before “ls” (2026-11-23 03:24:11 +01:00)",
    "> *Note* — It went back.",
    "> *Note* — It went back.",
  ]);
  assert.match(
    renderAs("html", more),
    /<em>Went back<\/em> from <a href="#turn-2">“<bdi>thanks<\/bdi>”<\/a> \([^)]*\) to before <a href="#turn-0">“<bdi>fix \*it\*</,
  );
  // A recording that begins later than the turn, and one whose state an older kato made.
  assert.deepEqual(lines([say("done"), back("e7")]), ["> *Note* — It went back."]);
  const [first, second, third] = eventsOf([ask("a"), ask("b"), back("e1")]);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const { state } = RENDERERS.md.step(HEAD, RENDERERS.md.begin(HEAD), first);
  delete (state as { turns?: unknown }).turns;
  const after = RENDERERS.md.step(HEAD, state, second);
  assert.match(RENDERERS.md.step(HEAD, after.state, third).text, /to before “b”/);
});

Deno.test("a missing time is shown as missing", () => {
  const [event] = eventsOf([ask("a")]);
  assert.ok(event !== undefined);
  assert.match(render(HEAD, [{ ...event, time: null }]), /^## User — time unknown$/m);
  assert.match(
    render({ ...HEAD, format: "html" }, [{ ...event, time: null }]),
    /<span class="time">time unknown</,
  );
});

Deno.test("parallel calls are shown in their order, each with its own result", () => {
  assert.deepEqual(outline([say("said"), call("1"), call("2"), result("2"), result("1"), say("said too")]), [
    "## Assistant (m-1)",
    "said",
    "Bash: run 1",
    "output 1",
    "</details>",
    "Bash: run 2",
    "output 2",
    "</details>",
    "said too",
  ]);
});

Deno.test("a call without a result does not hold back what follows; a late result names its call", () => {
  assert.deepEqual(outline([call("1"), call("2"), result("2"), say("said", null), result("1")]), [
    "## Assistant",
    "Bash: run 1",
    "*Its result, if there is one, follows below.*",
    "</details>",
    "Bash: run 2",
    "output 2",
    "</details>",
    "said",
    "Result of Bash: run 1",
    "output 1",
    "</details>",
  ]);
});

Deno.test("a result that comes before its call is shown with it", () => {
  assert.deepEqual(
    outline([result("1"), result("0"), call("2"), call("1"), result("2"), say("said", null)]),
    [
      "## Assistant",
      "Result",
      "output 0",
      "</details>",
      "Bash: run 2",
      "output 2",
      "</details>",
      "Bash: run 1",
      "output 1",
      "</details>",
      "said",
    ],
  );
});

Deno.test("a call that never had a result says so at the end, and one nobody called stands alone", () => {
  assert.deepEqual(outline([result("0"), call("1")]), [
    "## Assistant",
    "Result",
    "output 0",
    "</details>",
    "Bash: run 1",
    "*There is no result.*",
    "</details>",
  ]);
});

const named = (name: string, agent = "main"): Body => (
  { type: "tool_call", call: "call_0", name: "Bash", input: { command: name }, agent }
);
const answer = (text: string, agent = "main"): Body => (
  { type: "tool_result", call: "call_0", text: `output ${text}`, error: false, agent }
);

Deno.test("a result belongs to the latest open call of its id and agent: a service may use an id again", () => {
  const tables: readonly (readonly [what: string, bodies: readonly Body[], shown: readonly string[]])[] = [
    [
      "in each turn",
      [named("A"), answer("a"), say("said", null), named("B"), answer("b")],
      ["Bash: A", "output a", "said", "Bash: B", "output b"],
    ],
    [
      "after a call that never had a result",
      [named("A"), say("said", null), named("B"), answer("b"), answer("more")],
      ["Bash: A", "said", "Bash: B", "output b", "Result", "output more"],
    ],
    [
      "late, where the one before is open, too",
      [named("A"), say("said", null), named("B"), say("said too", null), answer("b")],
      ["Bash: A", "said", "Bash: B", "said too", "Result of Bash: B", "output b"],
    ],
    ["twice at once", [named("A"), named("B"), answer("b"), answer("a")], [
      "Bash: A",
      "output a",
      "Bash: B",
      "output b",
    ]],
    [
      "by two agents",
      [named("A"), named("X", "x"), answer("x", "x"), answer("a")],
      ["Bash: A", "Agent x", "Bash: X", "output x", "Result of Bash: A", "output a"],
    ],
  ];
  for (const [what, bodies, shown] of tables) {
    const lines = outline(bodies).filter((line) => /^(?:output|said|Result|Agent|Bash)/.test(line));
    assert.deepEqual(lines, shown, what);
  }
});

Deno.test("nothing is written of a call before its result, and then at once", () => {
  const events = eventsOf([call("1"), call("2"), result("1"), result("2")]);
  const renderer = RENDERERS.md;
  let state = renderer.begin(HEAD);
  const written = events.map((event) => {
    const step = renderer.step(HEAD, state, event);
    state = step.state;
    return [...step.text.matchAll(/output \d/g)].join();
  });
  assert.deepEqual(written, ["", "", "output 1", "output 2"]);
});

Deno.test("a recording that was finished can go on", () => {
  const renderer = RENDERERS.md;
  const [first, second, last] = eventsOf([call("1", "Bash", "a1"), result("1", "a1"), say("said")]);
  assert.ok(first !== undefined && second !== undefined && last !== undefined);
  const begun = renderer.step(HEAD, renderer.begin(HEAD), first);
  const ended = renderer.finish(HEAD, begun.state);
  assert.match(
    ended.text,
    /There is no result\.\*\n\n<\/details>\n\n<\/details>\n\n> \*Up to here\* — [^\n]*\n$/,
  );
  const late = renderer.step(HEAD, ended.state, second);
  assert.match(late.text, /<summary>Agent a1<\/summary>\n\n<details>\n<summary>Result of Bash: run 1</);
  assert.match(renderer.step(HEAD, late.state, last).text, /^\n<\/details>\n\n## Assistant \(m-1\)/);
});

Deno.test("a decision and an image keep their place behind the call they belong to", () => {
  const decision: Body = {
    type: "decision",
    question: "Red?",
    options: ["Yes"],
    answer: "Yes",
    note: "dark",
  };
  const image: Body = { type: "notice", kind: "image", text: "PNG, 3 kB" };
  assert.deepEqual(outline([call("1"), decision, image, result("1")]), [
    "## Assistant",
    "Bash: run 1",
    "output 1",
    "</details>",
    "> *Question* — Red?",
    "> - Yes",
    "> *Answer* — Yes",
    "> *Note* — dark",
    "> *Image* — PNG, 3 kB",
  ]);
});

Deno.test("a document says at its end what it holds, and what not", () => {
  const bodies: Body[] = [
    ask("a"),
    { type: "thinking", text: "thought" },
    say("b"),
    call("1"),
    call("2", "Bash", "a1"),
    result("2", "a1"),
    { type: "notice", kind: "image", text: "PNG, 3 kB" },
    { type: "notice", kind: "elision", text: "a text of 20 MB", unknown: 1 },
    { type: "notice", kind: "shell", text: "!ls", unknown: 2 },
  ];
  const last = (format: "md" | "html", include = HEAD.include) =>
    renderAs(format, bodies, { include }).trimEnd().split("\n").findLast((line) =>
      line.includes("Up to here")
    );
  const counted = "2 turns, 2 calls, 1 result, 1 agent, 1 image, 1 event left out, 3 records unknown";
  assert.equal(last("md"), `> *Up to here* — ${counted}`);
  assert.ok(last("html")?.includes(counted));
  assert.ok(last("md", ["tools", "results", "agents", "notices"])?.includes("2 events left out"));
  const renderer = RENDERERS.md;
  // An older kato began it: nobody counted its beginning.
  const { counts: _, ...older } = renderer.begin(HEAD) as Record<string, unknown>;
  assert.ok(!renderer.finish(HEAD, older).text.includes("Up to here"));
  // ... or its unknown records.
  const started = renderer.begin(HEAD) as { counts: { unknown?: number } };
  delete started.counts.unknown;
  const after = renderer.step(HEAD, started, { ...eventsOf([ask("a")])[0], unknown: 1 } as Event);
  assert.match(renderer.finish(HEAD, after.state).text, /0 events left out\n$/);
});

Deno.test("calls that wait are bounded in number", () => {
  const calls = Array.from({ length: WAITING_CALLS + 5 }, (_, at) => call(`c${at}`));
  const renderer = RENDERERS.md;
  let state = renderer.begin(HEAD);
  let text = "";
  for (const event of eventsOf(calls)) {
    const step = renderer.step(HEAD, state, event);
    state = step.state;
    text += step.text;
  }
  assert.equal(text.match(/^<summary>/gm)?.length, 5);
  assert.ok(JSON.stringify(state).length < 20_000);
});

Deno.test("a sub-agent's work stands between its call and the result, in a section of its own", () => {
  const task: Body = { type: "notice", kind: "task", text: "Count them.\nAll.", agent: "a0071f3c55de" };
  assert.deepEqual(
    outline([
      call("1", "Agent"),
      task,
      call("s", "Bash", "a0071f3c55de"),
      result("s", "a0071f3c55de"),
      result("1"),
    ]),
    [
      "## Assistant",
      "Agent",
      "*Its result, if there is one, follows below.*",
      "</details>",
      "Agent a0071f3c — Count them.",
      "> *Task*",
      "> Count them.",
      "> All.",
      "Bash: run s",
      "output s",
      "</details>",
      "</details>",
      "Result of Agent",
      "output 1",
      "</details>",
    ],
  );
});

Deno.test("a command of the client and a shell line are the person's turn, with and without notices", () => {
  const bodies: Body[] = [
    { type: "notice", kind: "command", text: "/review the parser\nand its tests\n::capture review.md" },
    { type: "notice", kind: "output", text: "printed" },
    say("a"),
    { type: "notice", kind: "shell", text: "!ls -la" },
    say("b"),
    { type: "notice", kind: "command", text: "/inner", agent: "a1" },
  ];
  const lines = (include: typeof HEAD.include) =>
    bodyOf(renderAs("md", bodies, { include })).split("\n").filter((line) => line !== "")
      .map((line) => line.replace(/ — 2026.*/, ""));
  const turns = [
    "## User",
    "`/review the parser`",
    "and its tests",
    "`::capture review.md`",
    "## Assistant (m-1)",
    "a",
    "## User",
    "```sh",
    "!ls -la",
    "```",
    "## Assistant (m-1)",
    "b",
  ];
  assert.deepEqual(lines(["tools", "results"]), turns);
  const printed = ["```text", "printed", "```"];
  assert.deepEqual(lines(["notices"]), [...turns.slice(0, 4), ...printed, ...turns.slice(4)]);
});

Deno.test("commands are set apart, and what a person typed keeps its lines", () => {
  const typed = (text: string) => bodyOf(renderAs("md", [ask(text)])).split("\n").slice(3, -1);
  const tables: readonly (readonly [text: string, lines: readonly string[]])[] = [
    ["::record a.md\n::init b.md\nfirst\nsecond", [
      "`::record a.md`  ",
      "`::init b.md`",
      "",
      "first  ",
      "second",
    ]],
    ["first\n\n::stop", ["first", "", "`::stop`"]],
    ["\n::stop\n\n", ["`::stop`"]],
    ["a\n::stop\nb", ["a  ", "::stop  ", "b"]],
    ["a\r\nb", ["a  ", "b"]],
    ["```\n::stop", ["```", "::stop", "```"]],
    ["a\n```\ncode\nmore\n```\nb\nc", ["a", "```", "code", "more", "```", "b  ", "c"]],
    ["a `x\ny` b\nc", ["a `x y` b  ", "c"]],
    ["- a\n- b\n\n  > c\n  > d", ["<!-- -->", "", "- a  ", "- b", "", "  > c  ", "  > d"]],
    ["- a\n  ```\n  x\n  y\n  ```\n- b", ["<!-- -->", "", "- a", "  ```", "  x", "  y", "  ```", "- b"]],
    ["a\n\n    code\n    more", ["a", "", "```", "code", "more", "```"]],
    ["| a | b |\n|---|---|\n| 1 | 2 |", ["| a | b |  ", "|---|---|  ", "| 1 | 2 |"]],
  ];
  for (const [text, lines] of tables) assert.deepEqual(typed(text), lines, JSON.stringify(text));
});

Deno.test("without notices, a page shows a person's orders and the tasks of sub-agents, and no other kind", () => {
  const shown = (agent: string) =>
    NOTICE_KINDS.filter((kind) => {
      const bodies: Body[] = [ask("a"), { type: "notice", kind, text: `noted ${kind}`, agent }];
      return renderAs("md", bodies, { include: ["agents"] }).includes(`noted ${kind}`);
    });
  assert.deepEqual(shown("main"), ["command", "shell"]);
  assert.deepEqual(shown("a1"), ["task"]);
});

Deno.test("a sub-agent has a section from its first words on, and none where it says nothing", () => {
  const start = (agent: string, prompt: string): Body[] => [
    { type: "tool_call", call: agent, name: "Agent", input: { prompt, description: `do ${agent}` } },
    { type: "notice", kind: "task", text: prompt, agent },
  ];
  const bodies = [ask("a"), ...start("a1", "Look."), ...start("a2", "Count."), {
    ...say("said"),
    agent: "a2",
  }, say("end")];
  const sections = renderAs("md", bodies).match(/Agent do a\d — .*(?=<\/summary>)/g);
  assert.deepEqual(sections, ["Agent do a2 — Count."]);
});

Deno.test("what a client puts in front of a sub-agent's task is not shown", () => {
  const text = "<context>\nBranch: main\n</context>\n\nLook.";
  const shown = renderAs("md", [ask("a"), {
    type: "notice",
    kind: "task",
    text,
    agent: "a1",
    page: { from: 35 },
  }]);
  assert.ok(shown.includes("Agent a1 — Look.") && !shown.includes("Branch"), shown);
});

Deno.test("what is not included is left out, and nothing waits for it", () => {
  const bodies: Body[] = [
    ask("a"),
    { type: "thinking", text: "thought" },
    say("said"),
    call("1"),
    result("1"),
    { type: "notice", kind: "info", text: "told" },
    { ...say("said by a1"), agent: "a1" },
  ];
  const has = (include: typeof HEAD.include) => {
    const text = renderAs("md", bodies, { include });
    const parts = {
      thinking: "thought",
      tools: "run 1",
      results: "output 1",
      notices: "told",
      agents: "said by a1",
    };
    return Object.entries(parts).filter(([, word]) => text.includes(word)).map(([part]) => part);
  };
  assert.deepEqual(has([]), []);
  assert.deepEqual(has(["tools"]), ["tools"]);
  assert.deepEqual(has(["results"]), []);
  assert.deepEqual(has(["tools", "results"]), ["tools", "results"]);
  assert.deepEqual(has(["thinking"]), ["thinking"]);
  assert.deepEqual(has(["notices"]), ["notices"]);
  assert.deepEqual(has(["agents"]), ["agents"]);
  assert.ok(renderAs("jsonl", bodies, { include: [] }).includes("thought"));
});

Deno.test("a long result is cut, and says how much is missing", () => {
  const long = (text: string) =>
    renderAs("md", [call("1"), { type: "tool_result", call: "1", text, error: false }]).split("\n");
  const lines = long(Array.from({ length: RESULT_LINES + 50 }, (_, at) => `line ${at}`).join("\n"));
  assert.ok(lines.includes(`line ${RESULT_LINES - 1}`) && !lines.includes(`line ${RESULT_LINES}`));
  assert.ok(lines.some((line) => line.startsWith("*50 more lines (")));
  assert.ok(long("x".repeat(RESULT_CHARS + 7)).includes("*7 more characters not shown*"));
});

Deno.test("a text of any length is shown whole", () => {
  const text = "word <b>\n".repeat(200_000);
  assert.ok(renderAs("md", [ask(text)]).length > text.length);
  assert.ok(renderAs("html", [ask(text)]).length > text.length);
});

Deno.test("an empty conversation is a document with a title", () => {
  assert.match(renderAs("md", []), /^---\ntitle: "Claude Code session 0b5c1f6e"\n/);
  assert.match(renderAs("html", []), /<title>Claude Code session 0b5c1f6e<\/title>/);
  assert.equal(renderAs("jsonl", []), "");
});

Deno.test("html fetches nothing, runs nothing and can be appended to", () => {
  const html = renderAs("html", [ask("<script src=x>"), say("\"quoted\" & 'so'")]);
  assert.match(
    html,
    /^<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy"/,
  );
  assert.ok(html.includes("default-src 'none'; style-src 'unsafe-inline'"));
  assert.doesNotMatch(html, /<script|<\/body>|<\/html>|(?:src|href)=(?!x|"#)/);
});

Deno.test("jsonl is the event, its keys in order", () => {
  const bodies: Body[] = [
    ask("a"),
    say("b"),
    { type: "thinking", text: "c" },
    { type: "tool_call", call: "1", name: "N", input: { z: 1, a: "\u2028\ud800" } },
    { type: "tool_result", call: "1", text: "d", error: true },
    { type: "decision", question: "q", options: [], answer: null },
    { type: "decision", question: "q", options: [], answer: "a", note: "n" },
    { type: "notice", kind: "info", text: "e" },
  ];
  const lines = renderAs("jsonl", bodies).trimEnd().split("\n");
  assert.deepEqual(lines.map((line) => JSON.parse(line)), eventsOf(bodies));
  const base = ["v", "id", "provider", "session", "seq", "time", "agent", "type"];
  const keys = [
    ["text"],
    ["text", "model", "phase"],
    ["text"],
    ["call", "name", "input"],
    ["call", "text", "error"],
    ["question", "options", "answer"],
    ["question", "options", "answer", "note"],
    ["kind", "text"],
  ];
  assert.deepEqual(lines.map((line) => Object.keys(JSON.parse(line))), keys.map((own) => [...base, ...own]));
});
