/** Rows as Qwen Code 0.24 writes them: the client's own state, which repeats answers, behind nearly each of them. */
import { join } from "@std/path";
import { qwen } from "../src/providers/qwen/qwen.ts";
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

export const qwenClient: BenchClient = {
  provider: qwen,
  root: (home) => join(home, ".qwen", "projects"),
  logPath: (root, index) => join(root, `-bench-${index % 50}`, "chats", `${sessionId(index)}.jsonl`),
  rows: generateRows,
  prompt: (index, number, text) => prompt(index, number, text),
  answer: (index, number, text) => answer(index, number, text),
  idMark: '"uuid":"',
  vary: varySession,
};

type Fields = Readonly<Record<string, unknown>>;

function* generateRows(index: number, mix: Mix): Generator<string> {
  const shape = SHAPES[mix];
  let number = 1;
  for (let turn = 0;; turn += 1) {
    yield prompt(index, number++, `Do part ${turn} of the long job, please.`);
    yield state(index, number++, "attribution_snapshot", { snapshot: { version: 1, fileStates: {} } });
    for (let step = 0; step < STEPS; step += 1) {
      const { call, said, output } = stepAt(step, number, shape);
      yield telemetry(index, number++, "qwen-code.api_response", { response_text: said });
      yield answer(index, number++, said, call);
      yield telemetry(index, number++, "qwen-code.tool_call", { call_id: call, status: "success" });
      yield result(index, number++, call, output);
    }
    yield answer(index, number, paragraphs(number, shape.paragraphs));
    number += 1;
  }
}

function prompt(index: number, number: number, text: string): string {
  return row(index, number, "user", "real_user", { message: { role: "user", parts: [{ text }] } });
}

function answer(index: number, number: number, text: string, call?: string): string {
  const args = { command: "seq 1 420", is_background: false };
  const parts = [
    { text: LINE, thought: true },
    ...(text === "" ? [] : [{ text }]),
    ...(call === undefined ? [] : [{ functionCall: { id: call, name: "run_shell_command", args } }]),
  ];
  return row(index, number, "assistant", "assistant_output", {
    model: "qwen3-coder-plus",
    message: { role: "model", parts },
  });
}

function result(index: number, number: number, call: string, output: string): string {
  const text =
    `Command: seq 1 420\nDirectory: (root)\nOutput: ${output}\nError: (none)\nExit Code: 0\nSignal: (none)\nProcess Group PGID: 7`;
  const functionResponse = { id: call, name: "run_shell_command", response: { output: text } };
  return row(index, number, "tool_result", "tool_result", {
    message: { role: "user", parts: [{ functionResponse }] },
    toolCallResult: {
      callId: call,
      status: "success",
      resultDisplay: { type: "shell_result", exitCode: 0, output, text: output },
    },
  });
}

function telemetry(index: number, number: number, name: string, more: Fields): string {
  return state(index, number, "ui_telemetry", { uiEvent: { "event.name": name, ...more } });
}

function state(index: number, number: number, subtype: string, systemPayload: Fields): string {
  return row(index, number, "system", "system", { subtype, systemPayload });
}

function row(index: number, number: number, type: string, provenance: string, own: Fields): string {
  const envelope = {
    uuid: recordId(number, index),
    parentUuid: null,
    sessionId: sessionId(index),
    timestamp: time(number),
    type,
    provenance,
    cwd: PROJECT,
    version: "0.24.4",
    gitBranch: "main",
  };
  return `${JSON.stringify({ ...envelope, ...own })}\n`;
}
