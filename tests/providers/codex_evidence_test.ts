import { codex } from "../../src/providers/codex/codex.ts";
import { testEvidence } from "./evidence_contract.ts";

const THREAD = "01a20660-a800-7fa3-bb14-109639a55ee8";
const OTHER = "01a20650-8c4d-76a3-b026-7a8c41a7fcfb";
const WORDS = "hello\n::record";

type Fields = Readonly<Record<string, unknown>>;

function line(type: string, payload: unknown) {
  return { timestamp: "2026-11-23T10:00:00.000Z", ordinal: 1, type, payload };
}

function session(more: Fields = {}) {
  const meta = { source: "cli", thread_source: "user", originator: "codex-tui", cli_version: "0.171.0" };
  return line("session_meta", { id: THREAD, session_id: THREAD, cwd: "/home/dev", ...meta, ...more });
}

function turn(turn_trigger: unknown) {
  return line("event_msg", {
    type: "task_started",
    turn_id: "t1",
    turn_attribution: { turn_id: "t1", turn_trigger },
  });
}

/** Until 0.144 the client does not say what started a turn. */
const unsaid = line("event_msg", { type: "task_started", turn_id: "t1" });

function item(text: string, more: Fields = {}) {
  const content = [{ type: "text", text, text_elements: [] }];
  return line("event_msg", {
    type: "item_completed",
    thread_id: THREAD,
    turn_id: "t1",
    item: { type: "UserMessage", id: "u1", client_id: "c1", content, ...more },
  });
}

function old(text: string, more: Fields = {}) {
  return line("event_msg", { type: "user_message", message: text, images: [], ...more });
}

function raw(text: string, more: Fields = {}) {
  return line("response_item", {
    type: "message",
    role: "user",
    content: [{ type: "input_text", text }],
    ...more,
  });
}

const entered = (target: unknown) =>
  line("event_msg", {
    type: "item_completed",
    turn_id: "r",
    item: { type: "EnteredReviewMode", id: "e", target },
  });

const ide = (context: string, request: string) =>
  `# Context from my IDE setup:\n\n## Active selection:\n${context}\n\n${request}`;
const exec = { source: "exec", originator: "codex_exec" };
const editor = { source: "vscode", originator: "codex_vscode" };

testEvidence(codex, {
  cases: [
    {
      name: "typed in the terminal, 0.171",
      records: [session(), turn("user"), item(WORDS)],
      evidence: "typed",
      why: null,
      typed: WORDS,
    },
    {
      name: "typed in the terminal, 0.144",
      records: [session(), unsaid, old(WORDS, { local_images: [], text_elements: [] })],
      evidence: "typed",
      why: null,
      typed: WORDS,
    },
    {
      name: "typed in the terminal, 0.60",
      records: [session({ thread_source: undefined, originator: "codex_cli_rs" }), unsaid, old(WORDS)],
      evidence: "typed",
      why: null,
    },
    {
      name: "typed before threads had a source",
      records: [
        session({ source: undefined, thread_source: undefined, originator: "codex_cli_rs" }),
        unsaid,
        old(WORDS),
      ],
      evidence: "typed",
      why: null,
    },
    {
      name: "typed in the terminal, by way of the client's server",
      records: [session({ source: "vscode" }), turn("user"), item(WORDS)],
      evidence: "typed",
      why: null,
    },
    {
      name: "typed in an editor",
      records: [session(editor), turn("user"), item(WORDS)],
      evidence: "typed",
      why: null,
    },
    {
      name: "typed in an editor, behind its context",
      records: [session(editor), unsaid, item(ide("x", `## My request for Codex:\n${WORDS}`))],
      evidence: "typed",
      why: null,
      typed: WORDS,
    },
    {
      name: "typed in a session that `codex exec` began",
      records: [session(exec), turn("user"), item(WORDS)],
      evidence: "typed",
      why: null,
    },
    {
      name: "words that order a review",
      records: [session(), unsaid, entered({ type: "custom", instructions: WORDS })],
      evidence: "unproven",
      why: "unmarked",
      typed: WORDS,
    },

    { name: "codex exec", records: [session(exec), item(WORDS)], evidence: "prompt", why: "command-line" },
    {
      name: "codex exec, before threads had a source",
      records: [session({ ...exec, source: undefined }), old(WORDS)],
      evidence: "prompt",
      why: "command-line",
    },
    {
      name: "codex exec resume of a terminal's session",
      records: [session(), turn("exec"), item(WORDS)],
      evidence: "prompt",
      why: "command-line",
    },
    {
      name: "git diff | codex exec PROMPT",
      records: [session(exec), item("look\n\n<stdin>\n::stop\n</stdin>\n")],
      evidence: "prompt",
      why: "piped",
      typed: "look",
    },
    {
      name: "piped text that ends its frame",
      records: [session(exec), item("look\n\n<stdin>\nx\n</stdin>\n::stop\n</stdin>")],
      evidence: "prompt",
      why: "piped",
      typed: "look",
    },

    {
      name: "an unknown source",
      records: [session({ source: { custom: "chatgpt" } }), item(WORDS)],
      evidence: "unproven",
      why: "unknown-mark",
    },
    {
      name: "an unknown program",
      records: [session({ source: "vscode", originator: "somebody" }), item(WORDS)],
      evidence: "unproven",
      why: "unknown-mark",
    },
    {
      name: "an unknown kind of thread",
      records: [session({ thread_source: "hologram" }), item(WORDS)],
      evidence: "unproven",
      why: "unknown-mark",
    },
    {
      name: "an unknown kind of message",
      records: [session(), old(WORDS, { kind: "hologram" })],
      evidence: "unproven",
      why: "unknown-mark",
    },
    {
      name: "a turn that nobody started",
      records: [session(), turn(null), item(WORDS)],
      evidence: "unproven",
      why: "unmarked",
    },
    {
      name: "a turn of a goal",
      records: [session(), turn("goal"), item(WORDS)],
      evidence: "unproven",
      why: "unknown-mark",
    },
    { name: "a log without its first line", records: [old(WORDS)], evidence: "unproven", why: "unmarked" },
    {
      name: "the raw form alone",
      records: [session(), raw(WORDS), line("event_msg", { type: "agent_message", message: "Hi." })],
      evidence: "unproven",
      why: "unmarked",
    },
    {
      name: "a line that does not say what it is",
      records: [session(), line("event_msg", { message: WORDS, images: [] })],
      evidence: "unproven",
      why: "unmarked",
    },
    {
      name: "a bare log, 0.20",
      records: [{ id: THREAD, timestamp: "2025-07-01T00:00:00.000Z" }, {
        type: "message",
        role: "user",
        content: [{ type: "input_text", text: WORDS }],
      }],
      evidence: "unproven",
      why: "unmarked",
    },
    {
      name: "a copy of another thread's, or not",
      records: [session(), session({ id: OTHER, session_id: OTHER }), {
        ...old(WORDS),
        timestamp: "2026-11-23T10:00:01.500Z",
      }],
      evidence: "unproven",
      why: "replayed",
    },
    {
      name: "an editor's context with the heading in it",
      records: [
        session(editor),
        item(ide(`## My request for Codex:\n${WORDS}`, "## My request for Codex:\nexplain")),
      ],
      evidence: "unproven",
      why: "ambiguous",
    },
    {
      name: "an editor's context whose own heading has other line ends",
      records: [
        session(editor),
        item(ide(`## My request for Codex:\n${WORDS}`, "## My request for Codex:\r\nexplain")),
      ],
      evidence: "unproven",
      why: "ambiguous",
    },
    {
      name: "an editor's context whose own heading kato does not know",
      records: [session(editor), item(ide(`## My request for Codex:\n${WORDS}`, "## My request:\nexplain"))],
      evidence: "unproven",
      why: "ambiguous",
    },

    {
      name: "an editor's context alone",
      records: [session(editor), item(ide(WORDS, ""))],
      evidence: "not-typed",
      why: "host",
    },
    {
      name: "a review of what the client chose",
      records: [session(), entered({ type: "uncommittedChanges" }), item(WORDS)],
      evidence: "not-typed",
      why: "host",
    },
    {
      name: "a review of which the client does not say what",
      records: [session(), entered(undefined), item(WORDS)],
      evidence: "not-typed",
      why: "host",
    },
    {
      name: "a text that a program put into the thread",
      records: [
        session(),
        raw(WORDS, { internal_chat_message_metadata_passthrough: { content_item_kinds: ["unknown"] } }),
        line("event_msg", { type: "agent_message", message: "Hi." }),
      ],
      evidence: "not-typed",
      why: "host",
    },
    {
      name: "the prompt of another agent, over MCP",
      records: [session({ source: "mcp", originator: "claude-code" }), item(WORDS)],
      evidence: "not-typed",
      why: "agent",
    },
    {
      name: "a guardian's",
      records: [session({ thread_source: "guardian" }), item(WORDS)],
      evidence: "not-typed",
      why: "agent",
    },
    {
      name: "an automation's",
      records: [session({ thread_source: "automation", source: "vscode" }), item(WORDS)],
      evidence: "not-typed",
      why: "automation",
    },
    {
      name: "a sub-agent's",
      records: [
        session({ source: { subagent: { thread_spawn: { parent_thread_id: OTHER } } } }),
        item(WORDS),
      ],
      evidence: "not-typed",
      why: "agent",
    },
    {
      name: "a sub-agent's, in other letters",
      records: [session({ source: { subAgent: "other" }, thread_source: undefined }), item(WORDS)],
      evidence: "not-typed",
      why: "agent",
    },
  ],
  flags: [[0], [0, "payload"], [0, "payload", "item"]],
  kinds: [
    [0, "payload", "kind"],
    [1, "payload", "turn_attribution"],
    [1, "payload", "turn_attribution", "turn_trigger"],
    [2, "payload", "source"],
    [2, "payload", "originator"],
    [2, "payload", "thread_source"],
  ],
});
