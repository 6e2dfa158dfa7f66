import assert from "node:assert/strict";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import { kimi } from "../../src/providers/kimi/kimi.ts";
import { readState } from "../../src/providers/kimi/state_file.ts";

const SESSION = "session_7c0e41d2-5a1b-4c3d-8e2f-000000000001";

Deno.test("classify() knows sessions of Kimi Code and their sub-agents, and nothing else", () => {
  const table: [string, unknown][] = [
    [`wd_work_0123456789ab/${SESSION}/agents/main/wire.jsonl`, { kind: "session", session: SESSION }],
    [`wd_work_0123456789ab/${SESSION}/agents/agent-0/wire.jsonl`, {
      kind: "agent",
      session: SESSION,
      agent: "agent-0",
    }],
    [`wd_work_0123456789ab/${SESSION}/agents/main/wire.jsonl.tmp`, null],
    [`wd_work_0123456789ab/${SESSION}/agents/main/tasks/wire.jsonl`, null],
    [`wd_work_0123456789ab/${SESSION}/agents/../wire.jsonl`, null],
    [`wd_work_0123456789ab/${SESSION}/state.json`, null],
    [`.index-cache/${SESSION}/agents/main/wire.jsonl`, null],
    [`${SESSION}/agents/main/wire.jsonl`, null],
    ["main/wire.jsonl", null],
    ["", null],
  ];
  for (const [path, source] of table) assert.deepEqual(kimi.classify(path), source, path);
});

Deno.test("the folders of a session of Kimi Code: of its sub-agents, of its title, of its forks", () => {
  const folder = "/home/ada/.kimi-code/sessions/wd_work_0123456789ab";
  const main = `${folder}/${SESSION}/agents/main/wire.jsonl`;
  assert.equal(kimi.agentFolder(main, SESSION), `${folder}/${SESSION}/agents`);
  assert.equal(kimi.sideFile?.(main)?.path, `${folder}/${SESSION}/state.json`);
  assert.equal(kimi.forkFolder?.(main), folder);
  for (const path of ["/tmp/wire.jsonl", "/tmp/main/wire.jsonl", "/tmp/agents/agent-0/wire.jsonl"]) {
    assert.equal(kimi.agentFolder(path, null), null, path);
    assert.equal(kimi.sideFile?.(path), null, path);
  }
  assert.deepEqual(kimi.classifyAgent("agent-0/wire.jsonl"), { kind: "log", agent: "agent-0" });
  for (const path of ["main/wire.jsonl", "agent-0/tasks/wire.jsonl", "agent-0/state.json", "wire.jsonl"]) {
    assert.equal(kimi.classifyAgent(path), null, path);
  }
});

Deno.test("the file above a log gives the title of the session and its folder", () => {
  const title = (text: string, rank: number) => ({ title: { text, rank } });
  const table: [state: unknown, facts: unknown][] = [
    [{ title: "A name", titleKind: "custom", cwd: "/w" }, { ...title("A name", 2), project: "/w" }],
    [{ title: "A name", isCustomTitle: true }, title("A name", 2)],
    [{ title: "Made", titleKind: "generated", isCustomTitle: false }, title("Made", 1)],
    [{ title: "first words", titleKind: "replaceable" }, title("first words", 0)],
    [{ title: "first words" }, title("first words", 0)],
    [{ title: "::record" }, {}],
    [{ title: 7, cwd: 7 }, {}],
    [[], {}],
    [null, {}],
  ];
  for (const [state, facts] of table) {
    assert.deepEqual(readState(JSON.stringify(state)), facts, JSON.stringify(state));
  }
  assert.deepEqual(readState('{"title":"half'), {});
});

Deno.test("isState() passes over Kimi Code's own state and second copies, and over nothing that says something", () => {
  const copy = (end: string) =>
    `{"message":{"message":{"role":"user","content":[]},"meta":{"source":"input"}},${end}`;
  const table: [line: string, isState: boolean][] = [
    ['{"type":"llm.tools_snapshot","agentId":"main","tools":[],"time":1}', true],
    ['{"type":"usage.record","agentId":"main","time":1}', true],
    ['{"type":"token_counting.measured","agentId":"main","time":1}', true],
    ['{"type":"llm.request","agentId":"main","kind":"loop","model":"m","time":1}', false],
    ['{"type":"turn.prompt","agentId":"main","time":1}', false],
    [copy('"type":"agent.message.appended","time":1795979183622,"kind":"event"}'), true],
    [copy('"type":"agent.message.appended","time":1795979183622,"kind":"event"}\r'), true],
    [copy('"type":"agent.message.appended","time":1795979183622}'), false],
    [copy('"type":"turn.prompt","time":1795979183622,"kind":"event"}'), false],
    [copy(String.raw`"x":",\"type\":\"agent.message.appended\",\"time\":1,\"kind\":\"event\"}"}`), false],
    ['{"agentId":"main","type":"agent.message.appended","time":1,"kind":"event"}', false],
  ];
  for (const [line, isState] of table) {
    assert.equal(kimi.isState?.(line, 0, line.length), isState, line);
    assert.equal(kimi.isState?.(`x\n${line}\ny`, 2, line.length + 2), isState, line);
  }
});

Deno.test("a sub-agent of Kimi Code hands back when its run has ended, in whatever way", () => {
  const state = kimi.begin(MAIN_AGENT);
  const of = (type: string, subagentId: unknown) =>
    kimi.handBack(state, { value: { type, subagentId, time: 1795979196895 }, line: 0 });
  const back = { agent: "agent-0", call: null, time: "2026-11-29T19:06:36.895Z", certain: true };
  for (const type of ["subagent.completed", "subagent.failed", "subagent.cancelled"]) {
    assert.deepEqual(of(type, "agent-0"), back);
    for (const odd of ["main", "../agent-0", "", 7]) assert.equal(of(type, odd), null);
  }
  assert.equal(of("subagent.started", "agent-0"), null);
  assert.equal(kimi.endsRun({ value: { type: "turn.ended" }, line: 0 }), true);
  assert.equal(kimi.endsRun({ value: { type: "subagent.completed" }, line: 0 }), false);
});
