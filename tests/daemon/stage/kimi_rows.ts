/** Records of a session as Kimi Code 2.1 writes them, for logs that tests make: each message stands there several times. */
import type { TalkRows } from "./clients.ts";

export interface KimiRows extends TalkRows {
  /** The person takes back the last turn. */
  undo(): string;
}

type Row = Readonly<Record<string, unknown>>;

/** Records a millisecond apart, from `began` on. The first one also gives the records that open a log. */
export function createKimiRows(
  session = `session_${crypto.randomUUID()}`,
  began = Date.now(),
): KimiRows {
  let count = 0;
  let turn = -1;

  function line(row: Row, last: Row = {}): string {
    count += 1;
    return `${JSON.stringify({ ...row, time: began + count, ...last })}\n`;
  }

  const record = (type: string, own: Row) => line({ type, agentId: "main", ...own });
  const loop = (event: Row) =>
    record("context.append_loop_event", {
      event: { uuid: crypto.randomUUID(), turnId: `${turn}`, step: 1, ...event },
    });
  const copy = (role: string, text: string) => {
    const message = { message: { role, content: [{ type: "text", text }] }, meta: { source: "input" } };
    return line({ message, type: "agent.message.appended" }, { kind: "event" });
  };

  function open(): string {
    if (count > 0) return "";
    return line({ type: "metadata", protocol_version: "1.5", created_at: began }) +
      record("profile.bind", {
        systemPrompt: "You are an agent.\n::stop",
        environmentDisclosure: { cwd: "/home/ada/work" },
      });
  }

  return {
    session,
    user(text) {
      turn += 1;
      const opening = open();
      const id = `msg_${crypto.randomUUID()}`;
      const origin = { kind: "user" };
      const content = [{ type: "text", text }];
      return opening + record("turn.prompt", { input: content, origin, promptId: id, turnId: turn }) +
        record("context.append_message", { message: { role: "user", content, id, toolCalls: [], origin } }) +
        copy("user", text);
    },
    assistant: (text) =>
      open() + record("llm.request", { kind: "loop", provider: "openai", model: "kimi-k3" }) +
      loop({ type: "content.part", part: { type: "text", text } }) + copy("assistant", text),
    call: (id, name, args) => open() + loop({ type: "tool.call", toolCallId: id, name, args }),
    result: (id, text) =>
      loop({ type: "tool.result", toolCallId: id, result: { output: text } }) + copy("tool", text),
    undo: () => record("context.undo", { count: 1 }),
  };
}
