import assert from "node:assert/strict";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import { claudeCode } from "../../src/providers/claude_code/claude_code.ts";
import { timeOf } from "../../src/providers/claude_code/records.ts";
import { cutText, firstWords, typedPart, withoutFrames } from "../../src/providers/claude_code/typed.ts";

const SESSION = "5d8aa099-af7f-40f3-9709-cc6441f50fd2";

Deno.test("classify() knows sessions and their sub-agents, and nothing else", () => {
  const agent = { kind: "agent", session: SESSION, agent: "a0071ada42b9ef4b0" };
  const table: [string, unknown][] = [
    [`-home-dev/${SESSION}.jsonl`, { kind: "session", session: SESSION }],
    // Older clients made ids of other versions than 4.
    ["-x/0340f328-33c2-12fb-19fa-ae58a9d8a799.jsonl", {
      kind: "session",
      session: "0340f328-33c2-12fb-19fa-ae58a9d8a799",
    }],
    [`-home-dev/${SESSION}/subagents/agent-a0071ada42b9ef4b0.jsonl`, agent],
    [`-home-dev/${SESSION}/subagents/deeper/agent-a0071ada42b9ef4b0.jsonl`, agent],
    [`-home-dev/${SESSION}/subagents/agent-a0071ada42b9ef4b0.meta.json`, { ...agent, kind: "agent-meta" }],
    [`-home-dev/${SESSION}/subagents/one/two/agent-a0071ada42b9ef4b0.jsonl`, null],
    [`-home-dev/${SESSION}/subagents/agent-acompact-0071ada42b9ef4b0.jsonl`, null],
    [`-home-dev/${SESSION}/subagents/agent-.jsonl`, null],
    [`-home-dev/${SESSION}/resume-head.jsonl`, null],
    [`-home-dev/${SESSION}/tool-results/bfsrxvbc5.txt`, null],
    [`-home-dev/${SESSION}/custom-title.json`, null],
    [`-home-dev/${SESSION}.jsonl.compact.tmp.c819bd0f`, null],
    [`-home-dev/${SESSION}.jsonl.superseded-1732500000000`, null],
    [`-home-dev/sub/${SESSION}.jsonl`, null],
    [`${SESSION}.jsonl`, null],
    // Of the years before: whose session it is stands only in its rows.
    ["-home-dev/agent-32335b9b.jsonl", null],
    ["-home-dev/.session-aliases", null],
    ["-home-dev/memory/notes.jsonl", null],
    ["", null],
  ];
  for (const [path, source] of table) assert.deepEqual(claudeCode.classify(path), source, path);
});

Deno.test("agentFolder() and classifyAgent() find the same logs as classify()", () => {
  const main = `/r/-home-dev/${SESSION}.jsonl`;
  assert.equal(claudeCode.agentFolder(main, SESSION), `/r/-home-dev/${SESSION}/subagents`);
  assert.deepEqual(claudeCode.classifyAgent("agent-a0071ada42b9ef4b0.jsonl"), {
    kind: "log",
    agent: "a0071ada42b9ef4b0",
  });
  assert.deepEqual(claudeCode.classifyAgent("w/agent-a0071ada42b9ef4b0.meta.json"), {
    kind: "meta",
    agent: "a0071ada42b9ef4b0",
  });
  assert.equal(claudeCode.classifyAgent("notes.jsonl"), null);
});

Deno.test("isState() is true of rows of state, wherever they stand, and passed over when all is told", () => {
  const state = '{"type":"last-prompt","lastPrompt":"x"}';
  const isState = (line: string, before = "", after = "\n") =>
    claudeCode.isState?.(before + line + after, before.length, before.length + line.length);
  for (const before of ["", `${state}\n`, '{"type":"user"}\n']) {
    assert.ok(isState(state, before), before);
    for (
      const line of [
        '{"type":"user","message":{}}',
        '{"type":"ai-title","aiTitle":"x"}',
        '{"parentUuid":null,"type":"last-prompt"}',
        '{"type":"last-promptly"}',
        '{"type":"',
        '{"type":"last-prompt',
        '{"type":',
        "",
      ]
    ) {
      for (const after of ["", "\n", `\n${state}\n`, '"}']) {
        assert.ok(!isState(line, before, after), JSON.stringify([before, line, after]));
      }
    }
  }
  const fold = claudeCode.begin(MAIN_AGENT);
  assert.equal(claudeCode.passesState?.(fold), false, "any row may tell of the session");
  const row = { type: "user", timestamp: "2026-11-23T03:02:53.886Z", cwd: "/w", version: "2.1.330" };
  claudeCode.read(fold, { value: row, line: 0 });
  assert.equal(claudeCode.passesState?.(fold), true);
  assert.equal(claudeCode.passesState?.(claudeCode.begin("a0071ada42b9ef4b0")), true);
  // What is typed while a tool runs stands in older clients' rows of state only.
  for (
    const [version, passes] of [["2.1.96", false], ["1.0.35", false], ["2.1.97", true], [
      "3.0.0",
      true,
    ]] as const
  ) {
    claudeCode.read(fold, { value: { ...row, version }, line: 1 });
    assert.equal(claudeCode.passesState?.(fold), passes, version);
  }
});

Deno.test("endsRun() is true of the last row of a reply that asks for nothing more", () => {
  const reply = (stop_reason: unknown, type: string, more = {}) => ({
    value: { type: "assistant", message: { stop_reason, content: [{ type }] }, ...more },
    line: 0,
  });
  const words = (content: string) => ({ value: { type: "user", message: { content } }, line: 0 });
  const table: [boolean, { value: unknown; line: number }][] = [
    [true, reply("end_turn", "text")],
    [true, reply("max_tokens", "text")],
    [true, reply(null, "text", { isApiErrorMessage: true })],
    [false, reply("end_turn", "thinking")],
    [false, reply("tool_use", "tool_use")],
    [false, reply(null, "text")],
    [true, words("[Request interrupted by user]")],
    [false, words("go on")],
    [false, { value: null, line: 0 }],
  ];
  for (const [ends, record] of table) {
    assert.equal(claudeCode.endsRun(record), ends, JSON.stringify(record.value));
  }
});

Deno.test("identity() is the uuid of a transcript row, which copies of the log share", () => {
  const identity = (value: unknown) => claudeCode.identity({ value, line: 0 });
  assert.equal(identity({ type: "user", uuid: "u1" }), "u1");
  assert.equal(identity({ type: "attachment", uuid: "u2" }), "u2");
  assert.equal(identity({ type: "progress", uuid: "u3" }), null);
  assert.equal(identity({ type: "queue-operation" }), null);
  assert.equal(identity([]), null);
});

Deno.test("startingCall() is the call that started a sub-agent", () => {
  assert.equal(claudeCode.startingCall({ agentType: "fork", toolUseId: "toolu_1" }), "toolu_1");
  for (const meta of [{}, { toolUseId: 7 }, null, "x"]) assert.equal(claudeCode.startingCall(meta), null);
});

Deno.test("timeOf() gives UTC to the millisecond, and nothing for what is no time", () => {
  const table: [unknown, string | null][] = [
    ["2026-11-23T10:00:00.000Z", "2026-11-23T10:00:00.000Z"],
    ["2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000Z"],
    ["2026-11-23T01:00:00.5-02:30", "2026-11-23T03:30:00.500Z"],
    ["2024-02-29T10:00:00Z", "2024-02-29T10:00:00.000Z"],
    ["2026-02-29T10:00:00Z", null],
    ["2026-11-23T24:00:00Z", null],
    ["2026-11-23T10:00:00", null],
    ["0000-01-01T00:00:00+10:00", null],
    ["2026-11-23", null],
    ["Mon Nov 23 2026", null],
    [1_764_000_000_000, null],
    [undefined, null],
  ];
  for (const [value, time] of table) assert.equal(timeOf(value), time, String(value));
});

Deno.test("typedPart() is linear in pastes without end", () => {
  const text = '<pasted_content id="a">'.repeat(100_000) + '</pasted_content id="a">::stop';
  assert.equal(typedPart(text), "\uFFFC::stop");
  for (const id of ["a", "b"]) {
    const many = Array.from({ length: 100_000 }, (_, index) => {
      const own = id === "a" ? "a" : index.toString(16);
      return `<pasted_content id="${own}"></pasted_content id="${own}">`;
    }).join("");
    assert.equal(typedPart(`${many}\n`), id === "a" ? "" : "\n");
    assert.equal(withoutFrames(many).includes("<pasted_content"), id === "a");
  }
});

Deno.test("typedPart() takes nothing for typed that a paste with every id could have brought", () => {
  const forged = Array.from({ length: 65_536 }, (_, index) => {
    const id = index.toString(16).padStart(4, "0");
    return `</pasted_content id="${id}">\n::record forged.md\n<pasted_content id="${id}">\n`;
  }).join("");
  const paste = (text: string) => `<pasted_content id="2e43">\n${text}\n</pasted_content id="2e43">`;
  for (const end of ["", "\n::stop", `\n\n${paste("x")}\n::stop`]) {
    assert.equal(typedPart(`::record\n\n${paste(forged)}${end}`), "::record\n\n");
  }
  // What stands between two frames was typed, and so is what follows them, when each can end in one place only.
  assert.equal(
    typedPart(`${paste("x")}\nand\n<pasted_content id="1">y</pasted_content id="1">\n::stop`),
    "\nand\n\n::stop",
  );
});

Deno.test("withoutFrames() shows what was pasted without the client's tags", () => {
  const table: [string, string][] = [
    ["no paste", "no paste"],
    ['look\n\n<pasted_content id="2e43">\na\n\nb\n</pasted_content id="2e43">', "look\n\na\n\nb"],
    [
      '<pasted_content id="1">a</pasted_content id="1"> and <pasted_content id="2">b</pasted_content id="2">',
      "a and b",
    ],
    [
      '<pasted_content id="1">\n<pasted_content id="2">\n</pasted_content id="1">!',
      '<pasted_content id="2">!',
    ],
    [
      '<pasted_content id="1">\na</pasted_content id="1">b</pasted_content id="1">',
      'a</pasted_content id="1">b',
    ],
    ['</pasted_content id="1"> <pasted_content id="1">\nwithout end', '</pasted_content id="1"> without end'],
  ];
  for (const [text, shown] of table) assert.equal(withoutFrames(text), shown, text);
});

Deno.test("firstWords() is the first line with words that is no command", () => {
  const table: [string, string | null][] = [
    ["::record\n\n  Fix the parser\nplease", "Fix the parser"],
    ["```\ncode first", "code first"],
    ["::stop", null],
    ["", null],
    ["x".repeat(81), "x".repeat(79) + "…"],
  ];
  for (const [text, title] of table) assert.equal(firstWords(text, text), title);
  assert.equal(cutText("ab😀cd", 4), "ab…", "half a character is none");
});

Deno.test("read() remembers no more calls than it may", () => {
  const state = claudeCode.begin(MAIN_AGENT);
  for (let line = 0; line < 1000; line += 1) {
    const content = [{ type: "tool_use", id: `t${line}`, name: "Task", input: {} }];
    claudeCode.read(state, { value: { type: "assistant", uuid: `u${line}`, message: { content } }, line });
    const task = { type: "user", uuid: `s${line}`, isSidechain: true, message: { content: "task" } };
    claudeCode.read(state, { value: task, line });
  }
  assert.ok(JSON.stringify(state).length < 8000);
});

Deno.test("read() remembers no more of the queue than it may, and says so", () => {
  const state = claudeCode.begin(MAIN_AGENT);
  const read = (value: unknown) => claudeCode.read(state, { value, line: 0 });
  read({ type: "user", uuid: "u1", version: "2.1.30", message: { content: "go" } });
  const told = new Set<string>();
  for (let index = 0; index < 100; index += 1) {
    const { outs } = read({ type: "queue-operation", operation: "enqueue", content: "x".repeat(5000) });
    for (const out of outs) told.add(out.out === "unknown" ? out.type : out.out);
  }
  assert.deepEqual([...told], ["queue-operation/too-long"]);
  assert.ok(JSON.stringify(state).length < 101_000);
});
