/** Calls with what belongs to them: scripts and their steps, questions and their answers, agents and their reports, plans. */
import assert from "node:assert/strict";
import { blocksOf } from "../../src/render/scripts.ts";
import { type Body, bodyOf, eventsOf, HEAD, renderAs, RENDERERS } from "./render.ts";

const call = (id: string, name: string, input: unknown, agent = "main"): Body => (
  { type: "tool_call", call: id, name, input, agent }
);
const result = (call: string, text: string, page?: object, error = false): Body => (
  { type: "tool_result", call, text, error, ...(page === undefined ? {} : { page }) } as Body
);
const say = (text: string, agent = "main"): Body => (
  { type: "assistant", text, model: "m-1", phase: null, agent }
);
const step = (text: string): Body => ({ type: "notice", kind: "step", text });

/** What stands under the assistant's heading, without empty lines. */
function shown(bodies: readonly Body[], include = HEAD.include): string[] {
  const lines = bodyOf(renderAs("md", bodies, { include })).split("\n");
  return lines.filter((line) => line !== "" && !/^(?:## |> \*Model|<details>$)/.test(line))
    .map((line) => line.replace(/<\/?summary>/g, ""));
}

const LS = 'text((await tools.exec_command({cmd:"ls"})).output)';
const DONE = "Script completed\nWall time 0.1 seconds\nOutput:\n";
const done = (output: string) =>
  result("1", DONE + output, { from: DONE.length, to: DONE.length + output.length });

Deno.test("a program shows its commands and patches, and each output once", () => {
  const tables: readonly (readonly [what: string, bodies: readonly Body[], lines: readonly string[]])[] = [
    ["one command", [call("1", "exec", LS), step("$ ls\na\nb\n"), done("a\nb\n")], [
      "$ ls",
      "```text",
      "a",
      "b",
      "```",
      "</details>",
    ]],
    [
      "results printed whole",
      [call("1", "exec", LS), step("$ ls\na\n"), done('{"chunk_id":"4","exit_code":0,"output":"a\\n"}')],
      ["$ ls", "```text", "a", "```", "</details>"],
    ],
    [
      "a patch",
      [
        call("1", "exec", "text(await tools.apply_patch(`x`))"),
        step("Added a\n--- /dev/null\n+++ a\n+hi"),
        done("{}"),
      ],
      ["Added a", "```diff", "--- /dev/null", "+++ a", "+hi", "```", "</details>"],
    ],
    [
      "words of its own",
      [call("1", "exec", LS), step("$ ls\na\n"), done("1 file")],
      ["$ ls", "```text", "a", "```", "</details>", "exec", "```text", "1 file", "```", "</details>"],
    ],
    [
      "words before its end",
      [
        call("1", "exec", LS),
        result("1", "half", { from: 0, to: 4, partial: true }),
        step("$ ls\na\n"),
        done("a\n"),
      ],
      ["$ ls", "```text", "a", "```", "</details>", "exec", "```text", "half", "a", "```", "</details>"],
    ],
    [
      "no step that was told",
      [call("1", "exec", LS), result("1", "stopped", { from: 0, to: 0, outcome: "cancelled" }, true)],
      ["exec: ls · cancelled", "```sh", "ls", "```", "</details>"],
    ],
    [
      "more than its steps",
      [call("1", "exec", `${LS}; await tools.view_image({path})`), step("$ ls\na"), done("a")],
      [
        `exec: ${LS}; await tools.view_image({path})`,
        "```js",
        `${LS}; await tools.view_image({path})`,
        "```",
        "</details>",
        "$ ls",
        "```text",
        "a",
        "```",
        "</details>",
      ],
    ],
    [
      "two programs at once",
      [call("1", "exec", LS), call("2", "exec", LS), step("$ ls\na"), done("a"), result("2", "a")],
      [
        "exec: ls",
        "```sh",
        "ls",
        "```",
        "Result:",
        "```text",
        "a",
        "```",
        "</details>",
        "exec: ls",
        "```sh",
        "ls",
        "```",
        "Result:",
        "```text",
        "a",
        "```",
        "</details>",
        "$ ls",
        "```text",
        "a",
        "```",
        "</details>",
      ],
    ],
  ];
  for (const [what, bodies, lines] of tables) assert.deepEqual(shown(bodies), lines, what);
});

Deno.test("blocksOf() reads only commands that stand in the program to the letter", () => {
  const tables: readonly (readonly [program: string, texts: readonly string[] | null])[] = [
    ['tools.exec_command({cmd:"a \\"b\\"\\n\\u00e9", workdir:"/x"})', ['a "b"\né']],
    ["tools.exec_command({ 'cmd': 'a' })", null],
    ["tools.exec_command({workdir, cmd: 'it\\'s'})", ["it's"]],
    ["tools.apply_patch(`*** Begin\\`\n$x`)", ["*** Begin`\n$x"]],
    ["tools.apply_patch(`${patch}`)", null],
    ["tools.exec_command({cmd})", null],
    ['tools.exec_command({cmd:"a" + b})', null],
    ['tools.exec_command({cmd:"a"}); tools.update_plan({})', null],
    ["tools[name]({})", null],
    ["text(1)", null],
  ];
  for (const [program, texts] of tables) {
    assert.deepEqual(blocksOf(program)?.map(({ text }) => text) ?? null, texts, program);
  }
});

const ASK = {
  questions: [{ question: "Tabs?", options: [{ label: "Yes", description: "wide" }, { label: "No" }] }],
};
const decision = (answer: string | null, note?: string): Body => (
  {
    type: "decision",
    question: "Tabs?",
    options: ["Yes", "No"],
    answer,
    ...(note === undefined ? {} : { note }),
  }
);
const QUESTION = ["> *Question* — Tabs?", ">", "> - Yes: wide", "> - No", ">"];

Deno.test("a question stands once: with its options, the answer and the note", () => {
  const told = result("1", 'The user answered: "Tabs?"="Yes"');
  const answered = [...QUESTION, "> *Answer* — Yes", ">", "> *Note* — for now"];
  const tables: readonly (readonly [what: string, bodies: readonly Body[], lines: readonly string[]])[] = [
    ["answer last", [call("1", "AskUserQuestion", ASK), told, decision("Yes", "for now")], answered],
    ["answer first", [call("1", "AskUserQuestion", ASK), decision("Yes", "for now"), told], answered],
    ["no answer", [call("1", "AskUserQuestion", ASK)], [...QUESTION, "> *No answer*"]],
    [
      "the person's refusal",
      [call("1", "AskUserQuestion", ASK), result("1", "no", { from: 0, to: 0, outcome: "denied" }, true)],
      [...QUESTION, "> *No answer*", "*Result* — `AskUserQuestion: Tabs? · denied`"],
    ],
    [
      "a result that tells of no answer",
      [call("1", "AskUserQuestion", ASK), result("1", "dismissed"), say("so")],
      [
        ...QUESTION,
        "> *No answer*",
        "Result of AskUserQuestion: Tabs?",
        "```text",
        "dismissed",
        "```",
        "</details>",
        "so",
      ],
    ],
    ["an answer to nothing", [decision("Yes")], [
      "> *Question* — Tabs?",
      ">",
      "> - Yes",
      "> - No",
      ">",
      "> *Answer* — Yes",
    ]],
  ];
  for (const [what, bodies, lines] of tables) assert.deepEqual(shown(bodies), lines, what);
});

Deno.test("an agent has the name of its call, and its task and its report stand once", () => {
  const task: Body = { type: "notice", kind: "task", text: "Count them.\nAll.", agent: "a0071f3c55de" };
  const start = call("1", "Agent", { description: "Count files", prompt: "Count them.\nAll." });
  const report = result("1", "x  One.", { from: 1, to: 7, indent: 2 });
  assert.deepEqual(shown([start, task, say("One.", "a0071f3c55de"), report]), [
    "Agent: Count files",
    "Count them.",
    "All.",
    "</details>",
    "Agent Count files — Count them.",
    "One.",
    "</details>",
  ]);
  // Without the agent's section, the result has the report.
  assert.deepEqual(shown([start, task, say("One.", "a0071f3c55de"), report], ["tools", "results"]), [
    "Agent: Count files",
    "Count them.",
    "All.",
    "Result:",
    "One.",
    "</details>",
  ]);
  // Another report than the one in the section is shown.
  assert.deepEqual(shown([start, task, say("Two.", "a0071f3c55de"), report]).slice(-3), [
    "Result of Agent: Count files",
    "One.",
    "</details>",
  ]);
});

Deno.test("an image stands with its own call", () => {
  const image: Body = { type: "notice", kind: "image", text: "PNG, 3 kB", page: { inResult: true } };
  const read = (id: string) => call(id, "Read", { file_path: `/${id}.png` });
  const seen = (id: string) => result(id, "", { from: 0, to: 0, images: ["PNG, 3 kB"] });
  assert.deepEqual(shown([read("1"), read("2"), seen("2"), image, result("1", "a")]), [
    "Read: /1.png",
    "```text",
    "a",
    "```",
    "</details>",
    "Read: /2.png",
    "> *Image* — PNG, 3 kB",
    "</details>",
  ]);
  assert.deepEqual(shown([read("1"), seen("1"), image], ["notices"]), ["> *Image* — PNG, 3 kB"]);
  const script = call("1", "exec", LS);
  assert.deepEqual(
    shown([
      script,
      step("$ ls\na"),
      { ...done("a\n"), page: { from: 47, to: 49, images: ["PNG, 3 kB"] } } as Body,
      image,
    ]),
    [
      "$ ls",
      "```text",
      "a",
      "```",
      "</details>",
      "exec",
      "> *Image* — PNG, 3 kB",
      "</details>",
    ],
  );
});

Deno.test("without results, a call shows how it ended, and nothing of its output", () => {
  const include = ["tools"] as const;
  assert.deepEqual(
    shown([call("1", "Bash", { command: "ls" }), result("1", "out", undefined, true)], [...include]),
    [
      "Bash: ls · failed",
      "```sh",
      "ls",
      "```",
      "</details>",
    ],
  );
  assert.deepEqual(shown([call("1", "exec", LS), step("$ ls\nout"), done("out and more")], [...include]), [
    "*Tool* — `$ ls`",
  ]);
});

Deno.test("an agent whose task is encrypted is known by its name", () => {
  const task: Body = {
    type: "notice",
    kind: "task",
    text: "(a task that is encrypted)",
    agent: "01a2289a",
    page: { name: "helper_one" },
  };
  const start = call("1", "collaboration.spawn_agent", {
    task_name: "helper_one",
    message: "List them.\nAll.",
  });
  assert.deepEqual(shown([start, task, say("One.", "01a2289a")]), [
    "spawn_agent: helper_one",
    "List them.",
    "All.",
    "</details>",
    "Agent helper_one — List them.",
    "One.",
    "</details>",
  ]);
  assert.deepEqual(
    shown([task, say("One.", "01a2289a")])[0],
    "Agent helper_one — (a task that is encrypted)",
  );
});

Deno.test("the words of a rejection stand below the call, once and not folded, and are no turn; without tools they are one", () => {
  const bodies: Body[] = [
    call("1", "Bash", { command: "rm x" }),
    result("1", "Rejected.", { from: 9, to: 9, outcome: "denied", said: "use trash" }, true),
    { type: "user", text: "use trash", page: { inResult: true } },
  ];
  const below = ["Bash: rm x · denied", "```sh", "rm x", "```", "</details>", "> *User* — use trash"];
  assert.deepEqual(shown(bodies), below);
  const include = ["tools"] as const;
  assert.deepEqual(bodyOf(renderAs("md", bodies, { include: [...include] })), bodyOf(renderAs("md", bodies)));
  assert.match(
    renderAs("md", bodies),
    /— 0 turns, 1 call, 1 result, 0 agents, 0 images, 0 events left out, 0 records unknown$/m,
  );
  const without = renderAs("md", bodies, { include: [] });
  assert.match(without, /^## User — .*\n\nuse trash$/m);
  assert.match(without, /— 1 turn, /);
  assert.match(
    renderAs("html", bodies),
    /<\/details>[^]*<em>User<\/em> use trash/,
  );
});

Deno.test("a plan that only the answer holds, as the client kept it in a file, is the document that it is", () => {
  const asks = call("1", "ExitPlanMode", {});
  const approves = result("1", "Yes:\n# Paint\n\n1. Buy paint\n", { from: 0, to: 0, facts: [], approves: 5 });
  assert.deepEqual(shown([asks, approves]), ["*Plan · approved*", "### Paint", "1. Buy paint"]);
});

Deno.test("a plan is the document that it is, with the person's decision", () => {
  const plan = call("1", "ExitPlanMode", { plan: "# Paint\n\n1. Buy paint" });
  const approves = (text: string, from = 0) =>
    result("1", text, { from: 0, to: text.length, approves: from });
  for (const approved of [approves("Yes:\n# Paint\n\n1. Buy paint\n", 5), approves("Yes.", 4)]) {
    assert.deepEqual(shown([plan, approved]), ["*Plan · approved*", "### Paint", "1. Buy paint"]);
  }
  const denied = result("1", "no", { from: 0, to: 0, outcome: "denied" }, true);
  assert.deepEqual(shown([plan, denied]), ["*Plan · denied*", "### Paint", "1. Buy paint"]);
  const said = result("1", "no", { from: 0, to: 0, outcome: "denied", said: "not\nyet" }, true);
  const words: Body = { type: "user", text: "not\nyet", page: { inResult: true } };
  const rejected = ["*Plan · denied*", "### Paint", "1. Buy paint", "> *User*", ">", "> not", "> yet"];
  assert.deepEqual(shown([plan, said, words]), rejected);
  // The person changed it: their plan is a document, too.
  assert.deepEqual(shown([plan, approves("Yes:\n# Paint it red\n", 5)]), [
    "*Plan*",
    "### Paint",
    "1. Buy paint",
    "*Plan · as approved*",
    "### Paint it red",
  ]);
  // The client keeps it in a file.
  const asks: Body = {
    type: "tool_call",
    call: "1",
    name: "exit_plan_mode",
    input: { plan_filename: "plan.md" },
    page: { plan: "# Paint\n\n1. Buy paint" },
  };
  const yes = { from: 0, to: 0, facts: ["approved"], approves: 1 };
  assert.deepEqual(shown([asks, result("1", "x", yes)]), ["*Plan · approved*", "### Paint", "1. Buy paint"]);
  assert.deepEqual(shown([{ ...asks, page: {} }, result("1", "x", yes)]), [
    "*Tool* — `exit_plan_mode: plan.md · approved`",
  ]);
  // A program that prints such words approves nothing.
  const printed = result("1", "Yes.", { from: 0, to: 4, approves: 4 });
  assert.deepEqual(shown([call("1", "Bash", { command: "x" }), printed]).slice(-3), [
    "Yes.",
    "```",
    "</details>",
  ]);
  const answer: Body = {
    type: "assistant",
    text: "Here:\n<proposed_plan>\n# Paint\n</proposed_plan>\nGo?",
    model: null,
    phase: null,
    page: { before: 6, from: 22, to: 29, after: 46 },
  };
  assert.deepEqual(shown([answer]), ["Here:", "*Plan*", "### Paint", "Go?"]);
});

Deno.test("a recording that an older kato began goes on: its calls have no kind", () => {
  const waiting = {
    waits: "call",
    call: "1",
    agent: "main",
    summary: "Bash: ls",
    prose: false,
    input: "",
    result: null,
  };
  const late = { call: "2", agent: "main", summary: "Agent: Look", prose: true };
  const state = {
    started: true,
    agent: "main",
    speaker: "assistant",
    model: "m-1",
    calls: {
      queue: [waiting, { waits: "result", call: "3", agent: "main", text: "early", error: true }],
      late: [late],
    },
  };
  const renderer = RENDERERS.md;
  let text = "";
  let given: unknown = state;
  const events = eventsOf([
    result("2", "seen"),
    result("1", "a.txt"),
    call("3", "Bash", { command: "pwd" }),
    say("so"),
  ]);
  for (const event of events) {
    const rendered = renderer.step(HEAD, given, event);
    given = JSON.parse(JSON.stringify(rendered.state));
    text += rendered.text;
  }
  const lines = text.split("\n").filter((line) => /^<summary>|^[a-z]/.test(line));
  assert.deepEqual(lines, [
    "<summary>Result of Agent: Look</summary>",
    "seen",
    "<summary>Bash: ls</summary>",
    "a.txt",
    "<summary>Bash: pwd · failed</summary>",
    "pwd",
    "early",
    "so",
  ]);
});
