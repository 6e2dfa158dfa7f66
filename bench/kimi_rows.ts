/** Rows as Kimi Code 2.1 writes them: each message a second time, counts, and a copy of the tools' descriptions. */
import { join } from "@std/path";
import { kimi } from "../src/providers/kimi/kimi.ts";
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

export const kimiClient: BenchClient = {
  provider: kimi,
  root: (home) => join(home, ".kimi-code", "sessions"),
  logPath: (root, index) =>
    join(root, `wd_bench_${index % 50}`, `session_${sessionId(index)}`, "agents", "main", "wire.jsonl"),
  rows: generateRows,
  prompt: (index, number, text) => prompt(index, number, text),
  answer: (index, number, text) => part(index, number, { type: "text", text }),
  idMark: '"uuid":"',
  vary: varySession,
};

type Fields = Readonly<Record<string, unknown>>;

function* generateRows(index: number, mix: Mix): Generator<string> {
  const shape = SHAPES[mix];
  let number = 1;
  yield line({ type: "metadata", protocol_version: "1.5", created_at: Date.parse(time(0)) });
  yield row(number++, "profile.bind", {
    systemPrompt: LINE.repeat(160),
    environmentDisclosure: { cwd: PROJECT },
  });
  for (let turn = 0;; turn += 1) {
    const text = `Do part ${turn} of the long job, please.`;
    yield prompt(index, number, text);
    yield copy(number++, "user", text);
    if (turn === 0) yield row(number++, "llm.tools_snapshot", { tools: [{ description: LINE.repeat(500) }] });
    for (let step = 0; step < STEPS; step += 1) {
      const { call, said, output } = stepAt(step, number, shape);
      yield row(number++, "llm.request", { kind: "loop", provider: "openai", model: "kimi-k3" });
      yield row(number++, "usage.record", { model: "kimi-k3", usage: { inputOther: 22372, output: 40 } });
      yield part(index, number++, { type: "think", think: LINE });
      if (said !== "") yield part(index, number++, { type: "text", text: said });
      const uuid = recordId(number, index);
      const args = { command: "seq 1 420" };
      yield loop(number++, { type: "tool.call", uuid, toolCallId: call, name: "Bash", args });
      const result = { output, durationMs: 156 };
      yield loop(number++, { type: "tool.result", parentUuid: uuid, toolCallId: call, result });
      yield copy(number++, "assistant", said);
      yield copy(number++, "tool", output);
    }
    const last = paragraphs(number, shape.paragraphs);
    yield part(index, number, { type: "text", text: last });
    yield copy(number++, "assistant", last);
  }
}

function prompt(index: number, number: number, text: string): string {
  return row(number, "turn.prompt", {
    input: [{ type: "text", text }],
    origin: { kind: "user" },
    promptId: recordId(number, index),
    turnId: number,
  });
}

function part(index: number, number: number, own: Fields): string {
  return loop(number, {
    type: "content.part",
    uuid: recordId(number, index),
    turnId: "0",
    step: 1,
    part: own,
  });
}

function loop(number: number, event: Fields): string {
  return row(number, "context.append_loop_event", { event });
}

function copy(number: number, role: string, text: string): string {
  const message = { message: { role, content: [{ type: "text", text }] }, meta: { source: "input" } };
  return line({ message, type: "agent.message.appended", time: Date.parse(time(number)), kind: "event" });
}

function row(number: number, type: string, own: Fields): string {
  return line({ type, agentId: "main", ...own, time: Date.parse(time(number)) });
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
