/** Records of a session as Qwen Code 0.24 writes them, for logs that tests make. */
import type { TalkRows } from "./clients.ts";

export interface QwenRows extends TalkRows {
  /** The person goes back over the last `records`. */
  goBack(records: number): string;
}

type Row = Readonly<Record<string, unknown>>;

/** Records a millisecond apart, from `began` on. */
export function createQwenRows(session: string = crypto.randomUUID(), began = Date.now()): QwenRows {
  const ids: string[] = [];

  function record(type: string, provenance: string, own: Row, parentUuid = ids.at(-1) ?? null): string {
    const uuid = crypto.randomUUID();
    const envelope = {
      uuid,
      parentUuid,
      sessionId: session,
      timestamp: new Date(began + ids.length).toISOString(),
      type,
      provenance,
      cwd: "/home/ada/work",
      version: "0.24.4",
      gitBranch: "main",
    };
    ids.push(uuid);
    return `${JSON.stringify({ ...envelope, ...own })}\n`;
  }

  const system = (subtype: string, systemPayload: Row) =>
    record("system", "system", { subtype, systemPayload });
  const answer = (part: Row) =>
    record("assistant", "assistant_output", {
      model: "qwen3-coder-plus",
      message: { role: "model", parts: [part] },
    });

  return {
    session,
    user: (text) =>
      record("user", "real_user", { message: { role: "user", parts: [{ text }] } }) +
      system("attribution_snapshot", { snapshot: { version: 1, fileStates: {} } }),
    // The client's own state repeats each answer.
    assistant: (text) =>
      answer({ text }) +
      system("ui_telemetry", { uiEvent: { "event.name": "qwen-code.api_response", response_text: text } }),
    call: (id, name, args) => answer({ functionCall: { id, name, args } }),
    result(id, text) {
      const functionResponse = { id, name: "run_shell_command", response: { output: text } };
      return record("tool_result", "tool_result", {
        message: { role: "user", parts: [{ functionResponse }] },
        toolCallResult: { callId: id, status: "success", resultDisplay: text },
      });
    },
    goBack: (records) =>
      record(
        "system",
        "system",
        { subtype: "rewind", systemPayload: { truncatedCount: records } },
        ids.at(-records - 1) ?? null,
      ),
  };
}
