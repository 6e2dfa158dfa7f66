/** Lines of a thread as Codex CLI 0.169 writes them, for logs that tests make. */
import type { TalkRows } from "./clients.ts";

export interface CodexRows extends TalkRows {
  /** Any other line, without the envelope. */
  line(type: string, payload: Row): string;
  /** The client compacted the model's context: a line that repeats `history`. */
  compacted(history: readonly string[]): string;
  /** The name of the log, below the folder of its day. */
  readonly file: string;
  /** The person goes back to the beginning. The thread goes on in a further file, with these lines. */
  rewind(): CodexRows;
}

type Row = Readonly<Record<string, unknown>>;

const VERSION = "0.169.0";
const CWD = "/home/ada/work";

/** Ids that sort by time, like the client's. */
let made = 0;
function newId(): string {
  made += 1;
  const order = (0x5a00_0000 + made).toString(16);
  return `01a2${order.slice(0, 4)}-${order.slice(4)}-7${crypto.randomUUID().slice(15)}`;
}

/** A thread's lines, ten milliseconds apart, from `began` on. The first call also writes the lines that open a log. */
export function createCodexRows(
  session: string = newId(),
  segment = "",
  from = 0,
  began = Date.now(),
): CodexRows {
  let ordinal = 0;
  let lines = from;
  let turn: string | null = null;
  const file = `rollout-2026-11-23T10-00-00-${session}${segment === "" ? "" : `_${segment}`}.jsonl`;

  function line(type: string, payload: Row, more: Row = {}): string {
    const timestamp = new Date(began + lines).toISOString();
    const text = JSON.stringify({ timestamp, ordinal, type, payload, ...more });
    ordinal += 1;
    lines += 1;
    return `${text}\n`;
  }

  const event = (type: string, more: Row) => line("event_msg", { type, ...more });
  const item = (own: Row) => event("item_completed", { thread_id: session, turn_id: turn, item: own });
  const passthrough = (kind: string) => ({
    internal_chat_message_metadata_passthrough: { turn_id: turn, content_item_kinds: [kind] },
  });
  const message = (role: string, id: string, part: Row, kind: string) =>
    line("response_item", { type: "message", id, role, content: [part], ...passthrough(kind) });

  function open(): string {
    if (ordinal > 0) return "";
    return line("session_meta", {
      session_id: session,
      id: session,
      timestamp: new Date(began).toISOString(),
      cwd: CWD,
      originator: "codex-tui",
      cli_version: VERSION,
      source: "cli",
      thread_source: "user",
      model_provider: "openai",
      base_instructions: { text: "You are a coding agent.\n::stop" },
      history_mode: "paginated",
    });
  }

  function beginTurn(): string {
    const ended = turn === null ? "" : event("task_complete", { turn_id: turn, last_agent_message: null });
    const isFirst = turn === null;
    turn = newId();
    const started = event("task_started", { turn_id: turn, collaboration_mode_kind: "default" });
    const context = { type: "input_text", text: `<environment_context>\n  <cwd>${CWD}</cwd>\n` };
    const environment = isFirst
      ? message("user", `msg_${newId()}`, context, "environments.environment_context")
      : "";
    const model = { turn_id: turn, cwd: CWD, model: "gpt-6.1-sol", summary: "none" };
    return ended + started + environment + line("turn_context", model);
  }

  const ensureTurn = () => open() + (turn === null ? beginTurn() : "");

  return {
    session,
    file,
    line: (type, payload) => open() + line(type, payload),
    user(text) {
      const begun = open() + beginTurn();
      const content = [{ type: "text", text, text_elements: [] }];
      return begun + message("user", `msg_${newId()}`, { type: "input_text", text }, "user.text") +
        item({ type: "UserMessage", id: newId(), content });
    },
    assistant(text) {
      const id = `msg_${newId()}`;
      return ensureTurn() +
        item({ type: "AgentMessage", id, content: [{ type: "Text", text }], phase: "final_answer" }) +
        message("assistant", id, { type: "output_text", text }, "unknown") +
        event("token_count", { info: null });
    },
    call(id, name, input) {
      const own = { type: "function_call", id: `fc_${id}`, name, call_id: id };
      return ensureTurn() + line("response_item", { ...own, arguments: JSON.stringify(input) });
    },
    result(id, text) {
      const command = { command: ["/bin/bash", "-lc", "true"], cwd: `file://${CWD}` };
      const ended = { status: "completed", aggregated_output: text, exit_code: 0 };
      const output = `Chunk ID: a1\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\n${text}`;
      return item({ type: "CommandExecution", id, ...command, ...ended }) +
        line("response_item", { type: "function_call_output", id: `fco_${id}`, call_id: id, output });
    },
    compacted(history) {
      const replacement = history.map((text) => ({
        type: "message",
        role: "user",
        id: `msg_${newId()}`,
        content: [{ type: "input_text", text }],
      }));
      return ensureTurn() + line("compacted", { message: "", replacement_history: replacement }) +
        item({ type: "ContextCompaction", id: newId() });
    },
    rewind: () => createCodexRows(session, newId(), lines + 6000, began),
  };
}
