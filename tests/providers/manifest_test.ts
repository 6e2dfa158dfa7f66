import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Event } from "../../src/protocol/event.ts";
import { amendManifest, compareWithManifest, type Manifest } from "./manifest.ts";

const main = ".claude/projects/-x/5d8aa099-af7f-40f3-9709-cc6441f50fd2.jsonl";
const sub = ".claude/projects/-x/5d8aa099-af7f-40f3-9709-cc6441f50fd2/subagents/agent-a1.jsonl";
const other = ".claude/projects/-x/11111111-1111-4111-8111-111111111111.jsonl";
const long = "long ".repeat(1000);

const manifest: Manifest = {
  case: "case",
  turns: [
    { kind: "user", text: "hello", log: [{ file: main, line: 0 }] },
    { kind: "user", text: "/exit", log: null },
    { kind: "user", text: "/model x", log_note: "embedded in user", log: [{ file: main, line: 1 }] },
    { kind: "user", text: "a paste", log_note: "embedded in user", log: [{ file: main, line: 2 }] },
    {
      kind: "user",
      text: "refused",
      log_note: "embedded in system/informational",
      log: [{ file: main, line: 3 }],
    },
    {
      kind: "assistant",
      blocks: [{ type: "text", text: "never logged" }, { type: "text", text: "cut in the middle" }, {
        type: "tool_use",
        id: "t1",
        name: "Bash",
      }],
      log: [{ file: main, line: 5, block: 1 }, { file: main, line: 6, block: 2 }],
    },
    {
      kind: "tool_result",
      tool_use_id: "t1",
      is_error: false,
      content: {
        len: long.length,
        sha256: createHash("sha256").update(long).digest("hex"),
        head: long.slice(0, 300),
        tail: long.slice(-200),
      },
      log: [{ file: main, line: 7 }],
    },
    {
      kind: "assistant",
      who: "agent:A",
      blocks: [{ type: "text", text: "sub" }],
      log: [{ file: sub, line: 1, block: 0 }],
    },
    { kind: "user", text: "/home/dev/a is what I mean", log: [{ file: other, line: 0 }] },
    { kind: "user", text: "composed", raw: { text_not_typed: true }, log: [{ file: other, line: 1 }] },
    {
      kind: "assistant",
      blocks: [{ type: "server_tool_use", id: "s1", name: "web_search" }, { type: "text", text: "found" }],
      log: [{ file: other, line: 2 }, { file: other, line: 3 }],
    },
    {
      kind: "tool_result",
      tool_use_id: "t2",
      is_error: true,
      content: "The user doesn't want to proceed … the user said:\nuse tabs\n\nplease",
      log: [{ file: other, line: 4 }],
    },
  ],
};

const base = {
  v: 1 as const,
  provider: "claude-code" as const,
  session: "5d8aa099-af7f-40f3-9709-cc6441f50fd2",
  seq: 0,
  time: null,
};
const apart = { ...base, session: "11111111-1111-4111-8111-111111111111" };
const right: Event[] = [
  { ...base, id: "1", agent: "main", type: "user", text: "hello" },
  { ...base, id: "2", agent: "main", type: "user", text: "<pasted>a paste</pasted>" },
  { ...base, id: "3", agent: "main", type: "assistant", text: "cut in", model: null, phase: null },
  { ...base, id: "4", agent: "main", type: "notice", kind: "interruption", text: "[…]" },
  { ...base, id: "5", agent: "main", type: "tool_call", call: "t1", name: "Bash", input: {} },
  { ...base, id: "6", agent: "main", type: "tool_result", call: "t1", text: long, error: false },
  { ...base, id: "7", agent: "a1", type: "assistant", text: "sub", model: null, phase: null },
  { ...apart, id: "1", agent: "main", type: "user", text: "/home/dev/a is what I mean" },
  { ...apart, id: "2", agent: "main", type: "tool_call", call: "s1", name: "web_search", input: {} },
  { ...apart, id: "3", agent: "main", type: "assistant", text: "found", model: null, phase: null },
  {
    ...apart,
    id: "4",
    agent: "main",
    type: "tool_result",
    call: "t2",
    text: "The user doesn't want to proceed … the user said:",
    error: true,
  },
  { ...apart, id: "5", agent: "main", type: "user", text: "use tabs\n\nplease" },
];

Deno.test("compareWithManifest() finds nothing where all is said", () => {
  assert.deepEqual(compareWithManifest(manifest, right), []);
  assert.deepEqual(compareWithManifest(manifest, [], ["another.jsonl"]), []);
});

Deno.test("compareWithManifest() finds whatever is missing, changed, added or in another place", () => {
  const change = (id: string, more: Record<string, unknown>) =>
    right.map((event) => event.id === id ? { ...event, ...more } as Event : event);
  const wrong: [RegExp, Event[]][] = [
    [/main user: "hello" .* is expected/, change("1", { text: "hello " })],
    [/main user: "a paste" .* is expected/, change("2", { text: "another" })],
    [/main assistant: .* is expected/, change("4", { kind: "info" })],
    [/main tool_call: Bash t1 .* is expected/, change("5", { name: "Read" })],
    [/main tool_result: t1 .* is expected/, change("6", { error: true })],
    [/main tool_result: t1 .* is expected/, change("6", { text: long.slice(1) })],
    [/a1 assistant: "sub" .* is missing/, change("7", { agent: "main" })],
    [/main user: "hello" .* is missing/, right.filter((event) => event.type !== "user")],
    [/-1111-.* main user: .* is missing/, right.map((event) => ({ ...event, session: base.session }))],
    [/-1111-.* main tool_call: web_search s1 .* is missing/, right.filter((event) => event.id !== "2")],
    [/-1111-.* main user: "use tabs/, right.filter((event) => event.id !== "5")],
    [/main user: .* is too much/, [...right, {
      ...base,
      id: "8",
      agent: "main",
      type: "user",
      text: "refused",
    }]],
    [
      /main user: "hello" .* is expected/,
      [...right].sort((a, b) => a.id === "2" ? -1 : b.id === "2" ? 1 : 0),
    ],
  ];
  for (const [message, events] of wrong) {
    const differences = compareWithManifest(manifest, events);
    assert.ok(differences.length > 0, String(message));
    assert.match(differences.join("\n"), message);
  }
});

Deno.test("amendManifest() says of turns where they stand and what stands there, and refuses others", () => {
  const amended = amendManifest(manifest, [
    { turn: "/exit", line: 9, text: "leave", why: "a test" },
    { turn: "never logged", line: 10, why: "a test" },
  ]);
  assert.deepEqual(amended.turns[1], { kind: "user", text: "leave", log: [{ file: main, line: 9 }] });
  assert.deepEqual(amended.turns[5]?.log, [{ file: main, line: 10 }]);
  assert.throws(() => amendManifest(manifest, [{ turn: "nobody said this", why: "a test" }]), /no turn/);
});
