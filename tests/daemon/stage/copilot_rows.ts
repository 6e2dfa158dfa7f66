/** Records of a session as GitHub Copilot CLI 1.0 writes them, for logs that tests make. */
import type { TalkRows } from "./clients.ts";
import { startBefore } from "./gemini_rows.ts";

export interface CopilotRows extends TalkRows {
  /** The notice that the client leaves behind a log that it cut. */
  wentBack(): string;
}

type Row = Readonly<Record<string, unknown>>;

/** Records a millisecond apart, from `began` on. The first one also gives the records that open a terminal's log. */
export function createCopilotRows(session: string = crypto.randomUUID(), began = Date.now()): CopilotRows {
  let count = 0;
  let opened = false;
  let parent: string | null = null;

  const now = () => new Date(began + count).toISOString();

  function write(type: string, data: Row, timestamp = now()): string {
    const id = crypto.randomUUID();
    const text = JSON.stringify({ type, data, id, timestamp, parentId: parent });
    parent = id;
    count += 1;
    return `${text}\n`;
  }

  function open(): string {
    if (opened) return "";
    opened = true;
    const startTime = startBefore(now());
    const context = { cwd: "/home/ada/work", gitRoot: "/home/ada/work", branch: "main" };
    const start = { sessionId: session, version: 1, copilotVersion: "1.0.102", startTime, context };
    const model = { source: "startup", newModel: "gpt-5" };
    return write("session.start", start, startTime) + write("session.model_change", model, startTime);
  }

  const record = (type: string, data: Row) => open() + write(type, data);
  const answer = (content: string, ...toolRequests: readonly Row[]) =>
    record("assistant.message", { messageId: `a${count}`, model: "gpt-5", content, toolRequests });

  return {
    session,
    user: (text) =>
      record("user.message", {
        content: text,
        transformedContent: `<current_datetime>${now()}</current_datetime>\n\n${text}`,
        messageId: `m${count}`,
        delivery: "idle",
        supportedNativeDocumentMimeTypes: [],
      }),
    assistant: (text) => answer(text),
    call: (id, name, input) =>
      answer("", { toolCallId: id, name, arguments: input, type: "function" }) +
      record("tool.execution_start", { toolCallId: id, toolName: name, arguments: input }),
    result: (id, text) =>
      record("tool.execution_complete", {
        toolCallId: id,
        success: true,
        result: { content: `${text}\n<shellId: 0 completed with exit code 0>` },
        shellExecution: { exitCode: 0 },
      }),
    wentBack: () => record("session.info", { infoType: "rewind", message: "Rewound the conversation." }),
  };
}
