import assert from "node:assert/strict";
import type { Event } from "../../src/protocol/event.ts";
import { compareWithThreadManifest, type ThreadManifest } from "./thread_manifest.ts";

const of = (kind: string, more: Record<string, unknown>) => ({ kind, thread_id: "t", ...more });
const manifest: ThreadManifest = {
  case: "case",
  events: [
    { kind: "driver" },
    of("user", { typed: "hello<Tab>", sent: "hello" }),
    of("reasoning", { summary: ["a", "b"] }),
    of("reasoning", { summary: [] }),
    of("assistant", { text: "Looking.", phase: "commentary" }),
    of("assistant", { text: "  \n" }),
    of("tool_call", { name: "echo", namespace: "mcp__demo", call_id: "c1", arguments: '{"b":1,"a":2}' }),
    of("tool_result", { call_id: "c1", output: [{ type: "input_text", text: "x" }] }),
    of("tool_result", { call_id: "c1", output: "sent again in another form" }),
    of("item", { item: { type: "web_search_call", id: "ws1" } }),
    of("assistant", { text: "SUMMARY" }),
    of("assistant", { text: "Done.", phase: "final_answer" }),
  ],
};

const base = { v: 1 as const, provider: "codex" as const, session: "t", seq: 0, time: null, agent: "main" };
const right: Event[] = [
  { ...base, id: "1", type: "user", text: "hello" },
  { ...base, id: "2", type: "thinking", text: "a\n\nb" },
  { ...base, id: "3", type: "assistant", text: "Looking.", model: null, phase: "commentary" },
  { ...base, id: "4", type: "tool_call", call: "c1", name: "mcp__demo__echo", input: { a: 2, b: 1 } },
  { ...base, id: "5", type: "tool_call", call: "ws1", name: "web_search", input: {} },
  { ...base, id: "6", type: "tool_result", call: "c1", text: "x", error: false },
  { ...base, id: "7", type: "notice", kind: "compaction", text: "SUMMARY" },
  { ...base, id: "8", type: "assistant", text: "Done.", model: null, phase: "final" },
];

Deno.test("compareWithThreadManifest() finds nothing where all is said", () => {
  assert.deepEqual(compareWithThreadManifest(manifest, right), []);
});

Deno.test("compareWithThreadManifest() finds whatever is missing, changed, added or another thread's", () => {
  const change = (id: string, more: Record<string, unknown>) =>
    right.map((event) => event.id === id ? { ...event, ...more } as Event : event);
  const wrong: [RegExp, Event[]][] = [
    [/case t user: "hello" is expected/, change("1", { text: "hello " })],
    [/case t user: "hello" is missing/, change("1", { session: "u" })],
    [/case u user: .* is too much/, change("1", { session: "u" })],
    [/case t thinking: .* is expected/, change("2", { text: "a" })],
    [/case t assistant: "Looking." is expected/, change("3", { phase: null })],
    [/case t tool_call: .* is expected/, change("4", { name: "fail" })],
    [/case t tool_call: .* is expected/, change("4", { input: { a: 2 } })],
    [/case t tool_call: .* is expected/, change("5", { call: "c9" })],
    [/case t tool_result: c1 is missing/, right.filter((event) => event.id !== "6")],
    [/case t tool_result: c1 is not "y"/, change("6", { text: "y" })],
    [/case t assistant: "SUMMARY" is expected/, change("7", { text: "another" })],
    [/case t assistant: "Done." is missing/, right.filter((event) => event.id !== "8")],
    [/case t assistant: .* is too much/, [...right, { ...right[7], id: "9" } as Event]],
  ];
  for (const [message, events] of wrong) {
    assert.match(compareWithThreadManifest(manifest, events).join("\n"), message);
  }
});
