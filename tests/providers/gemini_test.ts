import assert from "node:assert/strict";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import type { Out } from "../../src/providers/provider.ts";
import { gemini } from "../../src/providers/gemini/gemini.ts";
import { digestOf } from "../../src/providers/gemini/digests.ts";

const SESSION = "5b0c2f14-7a61-4d0e-9b1f-3c2a7e5d9a10";

const metadata = {
  sessionId: SESSION,
  projectHash: "41",
  startTime: "2026-11-23T10:00:00.000Z",
  kind: "main",
};
const context =
  "<session_context>\nThis is the Gemini CLI. We are setting up the context for our chat.\n</session_context>";

function user(id: string, ...texts: readonly string[]): unknown {
  return { id, type: "user", content: texts.map((text) => ({ text })) };
}

/** A record of a replay. */
function replayed(id: string, text: string): unknown {
  return { id, type: "gemini", content: [{ text }], thoughts: [], tokens: null };
}

function readAll(state: unknown, records: readonly unknown[], from = 0): Out[] {
  return records.flatMap((value, index) => [...gemini.read(state, { value, line: from + index }).outs]);
}

function textsOf(outs: readonly Out[]): string[] {
  return outs.flatMap((out) => out.out === "event" && "text" in out.event ? [out.event.text] : []);
}

Deno.test("classify() knows sessions and their sub-agents, and nothing else", () => {
  const unnamed = { kind: "unnamed" };
  const hash = "8c".repeat(32);
  const table: [string, unknown][] = [
    ["work/chats/session-2026-11-23T03-14-4b1a9468.jsonl", unnamed],
    ["work/chats/session-2026-11-23T03-14-4b1a9468.json", unnamed],
    [`${hash}/chats/session-2026-11-23T03-17-1a518c53.json`, unnamed],
    [`work/chats/${SESSION}/abc123.jsonl`, { kind: "agent", session: SESSION, agent: "abc123" }],
    [`work/chats/${SESSION}/${SESSION}.jsonl`, { kind: "agent", session: SESSION, agent: SESSION }],
    [`work/chats/${SESSION}/main.jsonl`, null],
    [`work/chats/${SESSION}/odd id.jsonl`, null],
    [`work/chats/${SESSION}/abc123.json`, null],
    [`work/chats/${SESSION}/deeper/abc123.jsonl`, null],
    ["work/chats/other/abc123.jsonl", null],
    ["work/chats/session-2026-11-23T03-14-4b1a9468.jsonl.tmp-4711", null],
    ["work/chats/session-2026-11-23T03-14-4b1a9468.jsonl.unreadable-1795404125749", null],
    ["work/chats/notes.jsonl", null],
    ["work/logs.json", null],
    ["work/checkpoint-mytag.json", null],
    [`work/tool-outputs/session-${SESSION}/run_shell_command_1.txt`, null],
    ["chats/session-2026-11-23T03-14-4b1a9468.jsonl", null],
    ["", null],
  ];
  for (const [path, source] of table) assert.deepEqual(gemini.classify(path), source, path);
});

Deno.test("agentFolder() and classifyAgent() find the same logs as classify()", () => {
  const main = "/r/work/chats/session-2026-11-23T03-14-5b0c2f14.jsonl";
  assert.equal(gemini.agentFolder(main, SESSION), `/r/work/chats/${SESSION}`);
  assert.deepEqual(gemini.classifyAgent("abc123.jsonl"), { kind: "log", agent: "abc123" });
  for (const name of ["abc123.json", "main.jsonl", "a/b.jsonl", "notes.txt"]) {
    assert.equal(gemini.classifyAgent(name), null, name);
  }
});

Deno.test("introduce() names a session once something was said in it", () => {
  const stem = "session-2026-11-23T03-14-5b0c2f14";
  const start = [metadata, { $set: { messages: [user("d04923d38bb0f6017037e74183378ef4", context)] } }];
  const said = [...start, user("u1", "hello")];
  const introduce = (path: string, head: readonly unknown[]) => gemini.introduce?.(path, head);
  const source = (rank: number) => ({ kind: "session", session: SESSION, part: stem, rank });
  const table: [string, readonly unknown[], unknown][] = [
    [`work/chats/${stem}.jsonl`, said, source(3)],
    [`${"8c".repeat(32)}/chats/${stem}.jsonl`, said, source(2)],
    [`work/chats/${stem}.json`, [metadata, user("u1", "hello")], source(1)],
    [`work/chats/${stem}.json`, [{ ...metadata, messages: [user("u1", "hello")] }], source(1)],
    [`${"8c".repeat(32)}/chats/${stem}.json`, said, source(0)],
    // What a resume leaves, or a session in which nothing was said yet.
    [`work/chats/${stem}.jsonl`, [...start, { id: "i1", type: "info", content: "told" }], null],
    [`work/chats/${stem}.jsonl`, start, null],
    [`work/chats/${stem}.jsonl`, [...start, user("c1", context)], null],
    [`work/chats/${stem}.jsonl`, [...start, user("c1", context, "hello")], source(3)],
    [`work/chats/${stem}.jsonl`, [{ ...metadata, kind: "subagent" }, user("u1", "task")], null],
    [`work/chats/${stem}.jsonl`, [user("u1", "hello")], null],
    [`work/chats/${stem}.jsonl`, [null, 7, [], { sessionId: 7 }], null],
    ["work/logs.json", said, null],
  ];
  for (const [path, head, expected] of table) assert.deepEqual(introduce(path, head), expected, path);
});

Deno.test("recordsOf() gives the metadata, then the messages", () => {
  const recordsOf = (document: unknown) => gemini.recordsOf?.(document);
  assert.deepEqual(recordsOf({ ...metadata, messages: [1, 2] }), [metadata, 1, 2]);
  assert.deepEqual(recordsOf(metadata), [metadata]);
  for (const document of [null, 7, "x"]) assert.deepEqual(recordsOf(document), []);
  assert.deepEqual(recordsOf([{ role: "user" }]), [{ role: "user" }]);
});

Deno.test("isState() is true of the record that follows every message, which may be passed over when all is told", () => {
  const state = gemini.begin(MAIN_AGENT);
  const update = '{"$set":{"lastUpdated":"2026-11-23T03:14:57.826Z"}}';
  const isState = (line: string) => gemini.isState?.(`{}\n${line}\n`, 3, 3 + line.length);
  assert.ok(isState(update));
  assert.ok(!isState(`${update.slice(0, -2)},"messages":[]}}`));
  assert.equal(gemini.passesState?.(state), false, "until all is told, any record may tell");
  readAll(state, [metadata]);
  assert.equal(gemini.passesState?.(state), true);
  const call = { id: "c1", name: "generalist", agentId: "a1", status: "success", result: [] };
  const both = {
    id: "g1",
    type: "gemini",
    content: "",
    toolCalls: [call, { ...call, id: "c2", agentId: "a2" }],
  };
  assert.equal(gemini.handBack(state, { value: both, line: 1 })?.agent, "a1");
  readAll(state, [both], 1);
  assert.equal(gemini.passesState?.(state), false, "a sub-agent waits to hand back");
  assert.equal(gemini.handBack(state, { value: JSON.parse(update), line: 2 })?.agent, "a2");
});

Deno.test("read() never takes a second telling of a history for new, nor an equal prompt for a repeat", () => {
  const state = gemini.begin(MAIN_AGENT);
  readAll(state, [metadata, user("c0", context), user("u1", "again"), {
    id: "g1",
    type: "gemini",
    content: "Yes.",
  }]);
  for (let time = 0; time < 3; time += 1) {
    const replay = [user(`c${time}`, context, "again"), replayed(`r${time}`, "Yes."), {
      $set: { messages: [] },
    }];
    assert.deepEqual(textsOf(readAll(state, replay, 10 * time)), []);
    assert.deepEqual(textsOf(readAll(state, [user(`n${time}`, "again")], 10 * time)), ["again"]);
  }
});

Deno.test("read() remembers no more than it may", () => {
  const state = gemini.begin(MAIN_AGENT);
  readAll(state, [metadata, user("c0", context)]);
  const id = "x".repeat(5000);
  for (let line = 0; line < 8000; line += 1) {
    const functionCall = { name: `${id}${line}`, args: {} };
    readAll(state, [
      user(`u${line}`, `text ${line}`),
      { id: `${id}${line}`, type: "gemini", content: [{ text: "x" }, { functionCall }] },
      {
        id: `g${line}`,
        type: "gemini",
        content: "",
        toolCalls: [{ id: `${id}${line}`, agentId: `a${line}` }],
      },
    ], 3 * line);
  }
  assert.ok(JSON.stringify(state).length < 100_000);
});

Deno.test("digestOf() tells texts apart by length, beginning and end", () => {
  const long = "x".repeat(2000);
  const texts = [
    "",
    "a",
    "b",
    "aa",
    "ab",
    "ba",
    "A",
    long,
    `${long}x`,
    `y${long.slice(1)}`,
    `${long.slice(1)}y`,
    "😀",
  ];
  const digests = texts.map(digestOf);
  assert.equal(new Set(digests).size, texts.length);
  for (const digest of digests) assert.match(digest, /^[0-9a-z]{11}$/);
  const many = Array.from({ length: 20_000 }, (_, index) => digestOf(`long question number ${index}`));
  assert.equal(new Set(many).size, many.length);
});

Deno.test("identity() and startingCall() know nothing: no log is copied, no file says which call it was", () => {
  assert.equal(gemini.identity({ value: user("u1", "x"), line: 0 }), null);
  assert.equal(gemini.startingCall({ toolUseId: "c1" }), null);
});

Deno.test("read() gives the call that asks for consent the plan as the last calls wrote it, and no other text", () => {
  type Call = Record<string, unknown>;
  const write = (file: string, content: string): Call => ({
    name: "write_file",
    args: { file_path: file, content },
  });
  const edit = (before: string, after: string): Call => (
    { name: "replace", args: { file_path: "/w/plans/plan.md", old_string: before, new_string: after } }
  );
  const plan = write("/w/plans/plan.md", "# Plan\n1. a\n");
  const planned = (calls: readonly Call[], args: unknown = { plan_filename: "plan.md" }, again = false) => {
    const state = gemini.begin(MAIN_AGENT);
    const all = [...calls, { name: "exit_plan_mode", args }];
    const toolCalls = all.map((call, index) => (
      { id: `c${index}`, status: "success", result: [{ text: "done" }], ...call }
    ));
    const records = all.map((_, index) => (
      {
        id: again ? "g" : `g${index}`,
        type: "gemini",
        content: "",
        toolCalls: again ? toolCalls.slice(0, index + 1) : [toolCalls[index]],
      }
    ));
    const events = records.flatMap((value, line) => gemini.read(state, { value, line }).outs)
      .flatMap((out) => out.out === "event" && out.event.type === "tool_call" ? [out.event] : []);
    const asked = events.find(({ name }) => name === "exit_plan_mode");
    return asked?.page !== undefined && "plan" in asked.page ? asked.page.plan : null;
  };
  const table: [string, readonly Call[], string | null][] = [
    ["written", [plan], "# Plan\n1. a\n"],
    ["written twice", [plan, write("plan.md", "# Other\n")], "# Other\n"],
    ["edited", [plan, edit("1. a", "1. b"), edit("b", "c")], "# Plan\n1. c\n"],
    ["edited elsewhere, too", [plan, edit("2. x", "")], null],
    ["edited at several places", [write("plan.md", "a a"), edit("a", "b")], null],
    ["of another name", [write("other.md", "x")], null],
    ["not written", [{ ...plan, status: "error" }], null],
    ["too long", [write("plan.md", "x".repeat(40_000))], null],
    ["none", [], null],
  ];
  for (const [what, calls, expected] of table) {
    assert.equal(planned(calls), expected, what);
    assert.equal(
      planned(calls, undefined, true),
      expected,
      `${what}, in a record that comes again and again`,
    );
  }
  assert.equal(planned([plan], { plan_path: "/w/plans/plan.md" }), "# Plan\n1. a\n");
  for (const args of [{}, null, { plan_filename: 7 }]) assert.equal(planned([plan], args), null);
});
