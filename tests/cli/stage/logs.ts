/** Session logs as Claude Code writes them, as small as they can be. */

export const SESSION_A = "5d8aa099-0000-4000-8000-000000000001";
export const SESSION_B = "5d8bb111-0000-4000-8000-000000000002";

export interface LogOptions {
  readonly project?: string;
  readonly typed?: string;
  readonly reply?: string;
}

/** A prompt and its answer. */
export function conversation(session: string, options: LogOptions = {}): string {
  const { project = "/home/dev/work/garden", typed = "Plant the beans.", reply = "They are planted." } =
    options;
  const common = {
    sessionId: session,
    cwd: project,
    version: "2.1.330",
    isSidechain: false,
    userType: "external",
  };
  const rows = [
    {
      ...common,
      type: "user",
      uuid: `u-${session}`,
      parentUuid: null,
      timestamp: "2026-11-23T02:08:00.000Z",
      message: { role: "user", content: typed },
    },
    {
      ...common,
      type: "assistant",
      uuid: `a-${session}`,
      parentUuid: `u-${session}`,
      timestamp: "2026-11-23T02:08:05.000Z",
      requestId: "r",
      message: {
        id: `m-${session}`,
        type: "message",
        role: "assistant",
        model: "claude-sonnet-4-5",
        content: [{ type: "text", text: reply }],
        stop_reason: "end_turn",
      },
    },
  ];
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Puts a log where the client would; its path. */
export function keepLog(home: string, session: string, text: string): string {
  const folder = `${home}/.claude/projects/-home-dev-work-garden`;
  Deno.mkdirSync(folder, { recursive: true });
  const path = `${folder}/${session}.jsonl`;
  Deno.writeTextFileSync(path, text);
  return path;
}
