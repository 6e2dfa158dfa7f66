/** Entries of a session as pi 1.6 writes them, for logs that tests make: a tree, in which each entry names its parent. */
import type { TalkRows } from "./clients.ts";
import { startBefore } from "./gemini_rows.ts";

export interface PiRows extends TalkRows {
  /** The person goes back to the beginning, and takes another model there. */
  goBack(): string;
}

type Row = Readonly<Record<string, unknown>>;

/** Entries a millisecond apart, from `began` on. The first one also gives the entries that open a log. */
export function createPiRows(session: string = crypto.randomUUID(), began = Date.now()): PiRows {
  let count = 0;
  let opened = false;
  let parent: string | null = null;

  const now = () => new Date(began + count).toISOString();
  const line = (row: Row) => `${JSON.stringify(row)}\n`;

  function entry(type: string, own: Row): string {
    const id = crypto.randomUUID().slice(0, 8);
    const text = line({ type, id, parentId: parent, timestamp: now(), ...own });
    parent = id;
    count += 1;
    return text;
  }

  const chooseModel = () => entry("model_change", { provider: "mock", modelId: "m1" });

  function open(): string {
    if (opened) return "";
    opened = true;
    const timestamp = startBefore(now());
    return line({ type: "session", version: 3, id: session, timestamp, cwd: "/home/ada/work" }) +
      chooseModel();
  }

  const message = (own: Row) => open() + entry("message", { message: own });
  const answer = (stopReason: string, ...content: readonly Row[]) =>
    message({ role: "assistant", content, model: "m1", provider: "mock", stopReason });

  return {
    session,
    user: (text) => message({ role: "user", content: [{ type: "text", text }] }),
    assistant: (text) => answer("stop", { type: "text", text }),
    call: (id, name, input) => answer("toolUse", { type: "toolCall", id, name, arguments: input }),
    result: (id, text) =>
      message({
        role: "toolResult",
        toolCallId: id,
        toolName: "bash",
        content: [{ type: "text", text }],
        isError: false,
      }),
    goBack() {
      parent = null;
      return chooseModel();
    },
  };
}
