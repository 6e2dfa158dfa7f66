/** Rows as GitHub Copilot CLI 1.0 writes them: turns with their ends, counts, calls with their starts. */
import { join } from "@std/path";
import { copilot } from "../src/providers/copilot/copilot.ts";
import type { BenchClient } from "./client.ts";
import {
  LINE,
  type Mix,
  paragraphs,
  PROJECT,
  recordId,
  sessionId,
  SHAPES,
  stepAt,
  STEPS,
  time,
  varySession,
} from "./content.ts";

export const copilotClient: BenchClient = {
  provider: copilot,
  root: (home) => join(home, ".copilot", "session-state"),
  logPath: (root, index) => join(root, sessionId(index), "events.jsonl"),
  rows: generateRows,
  prompt: (index, number, text) => row(index, number, "user.message", prompt(text)),
  answer: (index, number, text) => row(index, number, "assistant.message", answer(number, text)),
  idMark: '"id":"',
  vary: varySession,
};

type Fields = Readonly<Record<string, unknown>>;

function* generateRows(index: number, mix: Mix): Generator<string> {
  const shape = SHAPES[mix];
  const context = { cwd: PROJECT, gitRoot: PROJECT, branch: "main" };
  const start = {
    sessionId: sessionId(index),
    version: 1,
    copilotVersion: "1.0.102",
    startTime: time(0),
    context,
  };
  // Together they show a terminal.
  yield row(index, 0, "session.start", start) +
    row(index, 1, "session.model_change", { source: "startup", newModel: "gpt-5" });
  let number = 2;
  for (let turn = 0;; turn += 1) {
    yield row(index, number++, "user.message", prompt(`Do part ${turn} of the long job, please.`));
    for (let step = 0; step < STEPS; step += 1) {
      const { call, said, output } = stepAt(step, number, shape);
      yield row(index, number++, "assistant.turn_start", { turnId: `${step}` });
      yield row(index, number, "session.usage_record", { usage: { model: "gpt-5", inputTokens: number } });
      yield row(index, number++, "assistant.message", answer(number, said, call));
      yield row(index, number++, "tool.execution_start", {
        toolCallId: call,
        toolName: "bash",
        arguments: { command: "seq 1 420" },
      });
      yield row(index, number++, "tool.execution_complete", {
        toolCallId: call,
        success: true,
        result: { content: `${output}\n<shellId: 0 completed with exit code 0>` },
        shellExecution: { exitCode: 0 },
      });
    }
    yield row(index, number++, "assistant.message", answer(number, paragraphs(number, shape.paragraphs)));
  }
}

function prompt(content: string): Fields {
  return {
    content,
    transformedContent: `<current_datetime></current_datetime>\n\n${content}`,
    delivery: "idle",
  };
}

function answer(number: number, content: string, call?: string): Fields {
  const request = { toolCallId: call, name: "bash", arguments: { command: "seq 1 420" }, type: "function" };
  return {
    messageId: `m${number}`,
    model: "gpt-5",
    content,
    reasoningText: LINE,
    toolRequests: call === undefined ? [] : [request],
  };
}

function row(index: number, number: number, type: string, data: Fields): string {
  const id = recordId(number, index);
  return `${JSON.stringify({ type, data, id, timestamp: time(number), parentId: null })}\n`;
}
