/** Rows of a session as Claude Code 2.1 writes them, one line each, for logs that tests make. */

export interface ClaudeRows {
  readonly session: string;
  /** A message that the person typed. */
  user(text: string, more?: Row): string;
  assistant(text: string, more?: Row): string;
  call(id: string, name: string, input: unknown): string;
  result(id: string, text: string): string;
  /** Any other row, without the envelope. */
  row(row: Row): string;
}

type Row = Readonly<Record<string, unknown>>;

/** Rows with ids of their own and times a millisecond apart, from `from` on. */
export function createRows(session: string = crypto.randomUUID(), from = Date.now()): ClaudeRows {
  let count = 0;
  let parent: string | null = null;

  function row(own: Row): string {
    const uuid = crypto.randomUUID();
    const timestamp = new Date(from + count).toISOString();
    const envelope = {
      parentUuid: parent,
      isSidechain: false,
      uuid,
      timestamp,
      userType: "external",
      entrypoint: "cli",
      cwd: "/home/ada/work",
      sessionId: session,
      version: "2.1.330",
      gitBranch: "HEAD",
    };
    parent = uuid;
    count += 1;
    return `${JSON.stringify({ ...envelope, ...own })}\n`;
  }

  const assistantBlock = (block: unknown, more: Row = {}) =>
    row({
      type: "assistant",
      message: {
        id: `msg_${count}`,
        type: "message",
        role: "assistant",
        model: "claude-opus-5-5",
        content: [block],
        stop_reason: "end_turn",
      },
      ...more,
    });

  return {
    session,
    row,
    user: (text, more = {}) =>
      row({
        type: "user",
        message: { role: "user", content: text },
        origin: { kind: "human" },
        promptSource: "typed",
        turnOrigin: "human",
        ...more,
      }),
    assistant: (text, more) => assistantBlock({ type: "text", text }, more),
    call: (id, name, input) => assistantBlock({ type: "tool_use", id, name, input }),
    result: (id, text) =>
      row({
        type: "user",
        message: {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: id, content: text, is_error: false }],
        },
        toolUseResult: { stdout: text },
      }),
  };
}

const encoder = new TextEncoder();

/** Appends in one write, as the client does. */
export function append(log: string, ...lines: readonly string[]): void {
  Deno.writeFileSync(log, encoder.encode(lines.join("")), { append: true, create: true });
}
