import assert from "node:assert/strict";
import { indexSessions } from "../../src/parser/session_index.ts";
import { readSession } from "../../src/parser/session_reader.ts";
import type { Event } from "../../src/protocol/event.ts";
import { claudeCode } from "../../src/providers/claude_code/claude_code.ts";
import { linesOf, makeStage, type Stage } from "./stage.ts";

const SESSION = "5d8aa099-af7f-40f3-9709-cc6441f50fd2";

/** All events of the session as an export reads them, and what was reported. */
function readAll(stage: Stage): { events: Event[]; troubles: string[] } {
  const index = indexSessions(claudeCode, [stage.root]);
  for (const _ of index.scan(stage.root));
  const troubles: string[] = [];
  const reader = readSession({
    provider: claudeCode,
    session: SESSION,
    locate: () => index.files(SESSION) ?? assert.fail("no log"),
    from: null,
    whole: true,
    report: ({ kind, what }) => void troubles.push(`${kind}: ${what}`),
  });
  const events: Event[] = [];
  for (;;) {
    const advance = reader.advance();
    if (advance === "more") continue;
    if (typeof advance === "string") return { events, troubles };
    events.push(...advance.events.map(({ event }) => event));
  }
}

/** Rows of one log, each a second after the one before, in a session whose clock is shared. */
function makeRows() {
  let count = 0;
  return (agent: string | null) => {
    const row = (type: string, message: unknown, more: object = {}) => {
      count += 1;
      return {
        type,
        uuid: `u${count}`,
        timestamp: new Date(Date.UTC(2026, 10, 23, 10) + count * 1000).toISOString(),
        sessionId: SESSION,
        version: "2.1.30",
        ...(agent === null ? {} : { agentId: agent, isSidechain: true }),
        message,
        ...more,
      };
    };
    return {
      user: (content: string) => row("user", { role: "user", content }),
      reply: (...content: object[]) => row("assistant", { role: "assistant", id: "msg_1", content }),
      result: (text: string, more = {}) =>
        row("user", {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "call_0", content: text }],
        }, more),
    };
  };
}

const text = (words: string) => ({ type: "text", text: words });
const call = (name: string) => ({ type: "tool_use", id: "call_0", name, input: {} });

Deno.test("a service that uses its ids again in every turn and every agent loses nothing", () => {
  using stage = makeStage();
  const rowsOf = makeRows();
  const main = rowsOf(null);
  const said: unknown[] = [];
  for (const turn of [0, 1, 2]) {
    const [agent, nested] = [`a000000${turn}`, `a100000${turn}`];
    said.push(main.user("the same question"), main.reply(text("the same words"), call("Agent")));
    const [outer, inner] = [rowsOf(agent), rowsOf(nested)];
    const begun = [outer.user("the same task"), outer.reply(call("Agent"))];
    const deep = [
      inner.user("deeper"),
      inner.reply(call("Bash")),
      inner.result("same"),
      inner.reply(text("ok")),
    ];
    const folder = `-p/${SESSION}/subagents`;
    stage.write(`${folder}/agent-${nested}.jsonl`, linesOf(deep));
    stage.write(
      `${folder}/agent-${nested}.meta.json`,
      JSON.stringify({ toolUseId: "call_0", parentAgentId: agent }),
    );
    stage.write(
      `${folder}/agent-${agent}.jsonl`,
      linesOf([...begun, outer.result("same"), outer.reply(text("ok"))]),
    );
    stage.write(`${folder}/agent-${agent}.meta.json`, JSON.stringify({ toolUseId: "call_0" }));
    said.push(main.result("same", { toolUseResult: { agentId: agent, status: "completed" } }));
    said.push(main.reply(call("Bash")), main.result("same"), main.reply(text("the same words")));
  }
  stage.write(`-p/${SESSION}.jsonl`, linesOf(said));
  const { events, troubles } = readAll(stage);
  assert.deepEqual(troubles, []);
  const turn = (index: number) => {
    const [agent, nested] = [`a000000${index}`, `a100000${index}`];
    return [
      "main user",
      "main assistant",
      "main tool_call",
      `${agent} notice`,
      `${agent} tool_call`,
      `${nested} notice`,
      `${nested} tool_call`,
      `${nested} tool_result`,
      `${nested} assistant`,
      `${agent} tool_result`,
      `${agent} assistant`,
      "main tool_result",
      "main tool_call",
      "main tool_result",
      "main assistant",
    ];
  };
  assert.deepEqual(events.map(({ agent, type }) => `${agent} ${type}`), [0, 1, 2].flatMap(turn));
});
