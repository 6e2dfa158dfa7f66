/** Rows as pi 1.6 writes them: each entry names the one before it. */
import { join } from "@std/path";
import { pi } from "../src/providers/pi/pi.ts";
import type { BenchClient } from "./client.ts";
import {
  LINE,
  type Mix,
  paragraphs,
  PROJECT,
  sessionId,
  SHAPES,
  stepAt,
  STEPS,
  time,
  varySession,
} from "./content.ts";

export const piClient: BenchClient = {
  provider: pi,
  root: (home) => join(home, ".pi", "agent", "sessions"),
  logPath: (root, index) =>
    join(root, `--bench-${index % 50}--`, `2026-01-05T08-00-00-000Z_${sessionId(index)}.jsonl`),
  rows: generateRows,
  prompt: (_, number, text) => entry(number, user(text)),
  answer: (_, number, text) => entry(number, answer(text)),
  idMark: '"id":"',
  vary: varySession,
};

type Fields = Readonly<Record<string, unknown>>;

function* generateRows(index: number, mix: Mix): Generator<string> {
  const shape = SHAPES[mix];
  yield row({ type: "session", version: 3, id: sessionId(index), timestamp: time(0), cwd: PROJECT });
  let number = 1;
  for (let turn = 0;; turn += 1) {
    yield entry(number++, user(`Do part ${turn} of the long job, please.`));
    for (let step = 0; step < STEPS; step += 1) {
      const { call: id, said, output } = stepAt(step, number, shape);
      const call = { type: "toolCall", id, name: "bash", arguments: { command: "seq 1 420" } };
      yield entry(number++, answer(said, call));
      const content = [{ type: "text", text: output }];
      yield entry(number++, {
        role: "toolResult",
        toolCallId: id,
        toolName: "bash",
        content,
        isError: false,
      });
    }
    yield entry(number, answer(paragraphs(number, shape.paragraphs)));
    number += 1;
  }
}

function user(text: string): Fields {
  return { role: "user", content: [{ type: "text", text }] };
}

function answer(text: string, ...calls: readonly Fields[]): Fields {
  const thinking = { type: "thinking", thinking: LINE, thinkingSignature: "" };
  const content = [thinking, ...(text === "" ? [] : [{ type: "text", text }]), ...calls];
  return { role: "assistant", content, model: "gpt-5", stopReason: calls.length === 0 ? "stop" : "toolUse" };
}

function entry(number: number, message: Fields): string {
  const idOf = (of: number) => of.toString(16).padStart(8, "0");
  return row({
    type: "message",
    id: idOf(number),
    parentId: idOf(number - 1),
    timestamp: time(number),
    message,
  });
}

function row(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
