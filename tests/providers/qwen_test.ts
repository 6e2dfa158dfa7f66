import assert from "node:assert/strict";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import { qwen } from "../../src/providers/qwen/qwen.ts";

const SESSION = "5b0c2f14-7a61-4d0e-9b1f-3c2a7e5d9a10";

Deno.test("classify() knows sessions of Qwen Code and their sub-agents, and nothing else", () => {
  const agent = "general-purpose-call_sa";
  const table: [string, unknown][] = [
    [`-home-dev/chats/${SESSION}.jsonl`, { kind: "session", session: SESSION }],
    [`-home-dev/subagents/${SESSION}/agent-${agent}.jsonl`, { kind: "agent", session: SESSION, agent }],
    [`-home-dev/subagents/${SESSION}/agent-${agent}.meta.json`, {
      kind: "agent-meta",
      session: SESSION,
      agent,
    }],
    [`-home-dev/subagents/${SESSION}/agent-${agent}.jsonl.stream`, null],
    [`-home-dev/subagents/${SESSION}/agent-main.jsonl`, null],
    [`-home-dev/subagents/${SESSION}/deeper/agent-${agent}.jsonl`, null],
    [`-home-dev/subagents/${SESSION}/notes.jsonl`, null],
    [`-home-dev/chats/${SESSION}.runtime.json`, null],
    [`-home-dev/chats/${SESSION}.jsonl.tmp`, null],
    [`-home-dev/chats/deeper/${SESSION}.jsonl`, null],
    [`chats/${SESSION}.jsonl`, null],
    ["-home-dev/chats/notes.jsonl", null],
    ["-home-dev/memory/MEMORY.md", null],
    ["", null],
  ];
  for (const [path, source] of table) assert.deepEqual(qwen.classify(path), source, path);
});

Deno.test("agentFolder() of Qwen Code is an uncle of the log, and there is none for a log elsewhere", () => {
  const place = "/home/ada/.qwen/projects/-home-dev";
  const agents = `${place}/subagents/${SESSION}`;
  assert.equal(qwen.agentFolder(`${place}/chats/${SESSION}.jsonl`, SESSION), agents);
  assert.equal(qwen.agentFolder(`${place}/chats/${SESSION}.jsonl`, null), agents);
  assert.equal(qwen.agentFolder(`/tmp/${SESSION}.jsonl`, null), null);
});

/** A state record as the client writes it, with other words in its place. */
function stateLine(from: string, to: string): string {
  const head =
    `{"uuid":"u","parentUuid":null,"sessionId":"${SESSION}","timestamp":"2026-11-29T10:00:00.000Z"`;
  const line =
    `${head},"type":"system","provenance":"system","cwd":"/w","version":"0.24.4","gitBranch":"m",` +
    `"subtype":"ui_telemetry","systemPayload":{"uiEvent":{"event.name":"qwen-code.api_response"}}}`;
  assert.ok(line.includes(from));
  return line.replace(from, to);
}

Deno.test("isState() passes over Qwen Code's own state, and over nothing that says something", () => {
  const table: [from: string, to: string, isState: boolean][] = [
    ["", "", true],
    ["ui_telemetry", "ui_telemetry", true],
    ['"gitBranch":"m",', "", true],
    ['"cwd":"/w"', String.raw`"cwd":"/\"w\\"`, true],
    ['"ui_telemetry","systemPayload"', '"attribution_snapshot","systemPayload"', true],
    ['"ui_telemetry","systemPayload"', '"file_history_snapshot","systemPayload"', true],
    ["api_response", "api_error", false],
    ["ui_telemetry", "slash_command", false],
    ['"type":"system"', '"type":"user"', false],
    ['"provenance":"system"', '"provenance":"real_user"', false],
    [
      '"/w","version":"0.24.4","gitBranch":"m","subtype":"ui_telemetry"',
      String.raw`"/w\",\"subtype\":\"ui_telemetry\"","version":"0.24.4","subtype":"rewind"`,
      false,
    ],
    ['{"uuid"', '[{"uuid"', false],
  ];
  for (const [from, to, isState] of table) {
    const line = stateLine(from, to);
    assert.equal(qwen.isState?.(line, 0, line.length), isState, line);
    assert.equal(qwen.isState?.(`x\n${line}`, 2, line.length + 2), isState, line);
  }
});

Deno.test("passesState() of Qwen Code: not before all facts are told, nor between copies and a fork's own records", () => {
  const state = qwen.begin(MAIN_AGENT);
  assert.equal(qwen.passesState?.(state), false);
  const record = JSON.parse(stateLine("", ""));
  qwen.read(state, { value: { ...record, cwd: "" }, line: 0 });
  assert.equal(qwen.passesState?.(state), false);
  qwen.read(state, { value: { ...record, forkedFrom: { sessionId: SESSION } }, line: 1 });
  assert.equal(qwen.passesState?.(state), false);
  qwen.read(state, { value: record, line: 2 });
  assert.equal(qwen.passesState?.(state), true);
});

Deno.test("endsRun() of Qwen Code: a text that calls nothing", () => {
  const ends = (...parts: readonly unknown[]) =>
    qwen.endsRun({ value: { type: "assistant", message: { role: "model", parts } }, line: 0 });
  assert.equal(ends({ text: "Done." }), true);
  assert.equal(ends({ text: "Hm.", thought: true }), false);
  assert.equal(ends({ text: "Look." }, { functionCall: { id: "c", name: "ls" } }), false);
  assert.equal(ends(), false);
});

Deno.test("startingCall() of Qwen Code is the call in the file beside a sub-agent's log", () => {
  assert.equal(qwen.startingCall({ agentId: "Explore-call_sb", toolUseId: "call_sb" }), "call_sb");
  assert.equal(qwen.startingCall({ agentId: "Explore-call_sb" }), null);
  assert.equal(qwen.startingCall("no object"), null);
});
