/**
 * Rows as Claude Code 2.1 writes them: the same types in the same order, state rows between the conversation's, a tool's
 * output in its row twice.
 */
import { join } from "@std/path";
import { claudeCode } from "../src/providers/claude_code/claude_code.ts";
import type { BenchClient } from "./client.ts";
import { draw, prose, workStep } from "./work_rows.ts";
import { LINE, type Mix, OUTPUT, paragraphs, PROJECT, type Shape, SHAPES, STEPS, time } from "./content.ts";

export const claudeClient: BenchClient = {
  provider: claudeCode,
  root: (home) => join(home, ".claude", "projects"),
  logPath: (root, index) => join(root, `-home-dev-work-${index % 50}`, `${sessionId(index)}.jsonl`),
  rows: (index, mix) => mix === "work" ? workRows(index) : generateRows(sessionId(index), mix),
  prompt: (index, number, text) => promptRow(sessionId(index), number, text),
  answer: (index, number, text) => answerRow(sessionId(index), number, text),
  idMark: '"uuid":"',
  // Ids of records must differ too: a log whose first id is another's is a fork of it.
  vary: (text, sample, index) =>
    text.replaceAll(sessionId(sample), sessionId(index)).replaceAll(
      '"uuid":"',
      `"uuid":"${index.toString(16)}-`,
    ),
};

function sessionId(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
}

function promptRow(session: string, number: number, text: string): string {
  return conversationRow(session, number, "user", {
    promptId: uuid(session, number, 7),
    message: { role: "user", content: text },
  }, {
    permissionMode: "acceptEdits",
    promptSource: "typed",
    turnOrigin: "human",
  });
}

function answerRow(session: string, number: number, text: string): string {
  return conversationRow(session, number, "assistant", {
    message: message([{ type: "text", text }], "end_turn"),
    requestId: `req_${number}`,
  });
}

/** The rows of a session without end. */
function* generateRows(session: string, mix: Mix): Generator<string> {
  const shape = SHAPES[mix];
  let number = 0;
  for (let turn = 0;; turn += 1) {
    const prompt = `Do part ${turn} of the long job, please.`;
    yield stateRow(session, "queue-operation", {
      operation: "enqueue",
      timestamp: time(number),
      content: prompt,
    });
    yield stateRow(session, "queue-operation", { operation: "dequeue", timestamp: time(number) });
    yield promptRow(session, number++, prompt);
    if (turn === 0) yield* contextRows(session);
    for (let step = 0; step < STEPS; step += 1) {
      yield* stepRows(session, number, step, prompt, shape);
      number += 5;
    }
    yield answerRow(session, number++, paragraphs(number, shape.paragraphs));
    yield stateRow(session, "cost-state", {
      cost: { total: number / 100, models: { "claude-opus-5-5": number } },
    });
  }
}

/** The rows of a session of real work without end. */
function* workRows(index: number): Generator<string> {
  const session = sessionId(index);
  const next = draw(index + 1);
  for (let number = 0;;) {
    const fence = next(4) === 0 ? "\n\n```ts\nconst answer = 42;\n```" : "";
    yield promptRow(session, number++, prose(next) + fence);
    for (let steps = 1 + next(6); steps > 0; steps -= 1) {
      if (next(3) === 0) {
        const thinking = { type: "thinking", thinking: prose(next), signature: SIGNATURE };
        yield conversationRow(session, number++, "assistant", { message: message([thinking], "tool_use") });
      }
      const { name, input, content, copy } = workStep(next, PROJECT);
      const id = `toolu_${number.toString(36).padStart(24, "0")}`;
      const use = { type: "tool_use", id, name, input };
      yield conversationRow(session, number++, "assistant", { message: message([use], "tool_use") });
      const result = { tool_use_id: id, type: "tool_result", content, is_error: false };
      yield conversationRow(session, number++, "user", { message: { role: "user", content: [result] } }, {
        toolUseResult: copy,
      });
      yield answerRow(session, number++, prose(next));
    }
  }
}

/** One reply of the model in its blocks, its call, and the result. */
function* stepRows(
  session: string,
  first: number,
  step: number,
  prompt: string,
  shape: Shape,
): Generator<string> {
  const call = `toolu_${first.toString(36).padStart(24, "0")}`;
  const outputLines = shape.outputLines[step % shape.outputLines.length] ?? 1;
  const output = OUTPUT.slice(0, outputLines).join("\n");
  if (step % 4 === 0) {
    const thinking = { type: "thinking", thinking: paragraphs(first, 1), signature: SIGNATURE };
    yield conversationRow(session, first, "assistant", { message: message([thinking], "tool_use") });
  }
  if (step % 3 === 0) {
    const text = { type: "text", text: paragraphs(first, shape.paragraphs) };
    yield conversationRow(session, first + 1, "assistant", { message: message([text], "tool_use") });
  }
  const input = {
    command: `for i in $(seq 1 ${outputLines}); do echo "line $i"; done`,
    description: `step ${step}`,
  };
  const use = { type: "tool_use", id: call, name: "Bash", input };
  yield conversationRow(session, first + 2, "assistant", { message: message([use], "tool_use") });
  yield stateRow(session, "last-prompt", { lastPrompt: prompt, leafUuid: uuid(session, first, 2) });
  yield stateRow(session, step % 2 === 0 ? "mode" : "atis-latch", { mode: "normal", atis: "" });
  yield conversationRow(session, first + 3, "user", {
    message: {
      role: "user",
      content: [{ tool_use_id: call, type: "tool_result", content: output, is_error: false }],
    },
  }, {
    toolUseResult: { stdout: output, stderr: "", interrupted: false, isImage: false },
    sandboxed: false,
  });
  yield stateRow(session, "api-request", REQUEST);
}

/** The client's own texts before the model's first reply. */
function* contextRows(session: string): Generator<string> {
  for (const [index, type] of ["environment", "skill_listing", "prompt_snapshot", "date"].entries()) {
    yield conversationRow(session, 900_000_000 + index, "attachment", {
      attachment: { type, content: LINE.repeat(20 * index) },
      rendered: [{ content: LINE }],
    });
  }
  yield stateRow(session, "api-request-shape", { shapeHash: "dc9cb6a5", shape: { tools: LINE.repeat(100) } });
  yield stateRow(session, "api-request-blob", { hash: "d922008a", message: { role: "user", content: LINE } });
}

const SIGNATURE = "Eu7735pnGq1nVUk4OOg0OjbBRQGZXrUowQoPMxwRg4MOgHmeN9xtCsfRZ5elPPUA".repeat(8);
const REQUEST = {
  version: "2.1.330",
  querySource: "sdk",
  params: {
    model: "claude-opus-5-5",
    betas: Array.from({ length: 8 }, (_, index) => `beta-${index}-2026-01-01`),
  },
  messages: Array.from(
    { length: 16 },
    (_, index) => ({ hash: `d922008a2cccc2f843634ffa2b0df87887c17412-${index}` }),
  ),
};

function message(content: readonly unknown[], stopReason: string) {
  return {
    model: "claude-opus-5-5",
    id: "msg_01TYzNXZiVTSTbu1AyoTKKv8",
    type: "message",
    role: "assistant",
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage: {
      input_tokens: 4,
      cache_creation_input_tokens: 901,
      cache_read_input_tokens: 12037,
      output_tokens: 243,
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      service_tier: "standard",
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 901 },
    },
  };
}

/** `behind`: the client's fields behind the time of the row. */
function conversationRow(
  session: string,
  number: number,
  type: string,
  fields: Readonly<Record<string, unknown>>,
  behind: Readonly<Record<string, unknown>> = {},
) {
  return JSON.stringify({
    parentUuid: number === 0 ? null : uuid(session, number - 1, 1),
    isSidechain: false,
    ...fields,
    type,
    uuid: uuid(session, number, 1),
    timestamp: time(number),
    ...behind,
    userType: "external",
    entrypoint: "cli",
    cwd: PROJECT,
    sessionId: session,
    version: "2.1.330",
    gitBranch: "HEAD",
  }) + "\n";
}

function stateRow(session: string, type: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ type, sessionId: session, ...fields }) + "\n";
}

function uuid(session: string, number: number, kind: number): string {
  return `${number.toString(16).padStart(8, "0")}-0000-4000-800${kind}-${session.slice(-12)}`;
}
