/**
 * Rows as Gemini CLI 0.61 writes them: an answer without its calls and then with them, the results once more as the
 * person's, an update after each.
 */
import { join } from "@std/path";
import { gemini } from "../src/providers/gemini/gemini.ts";
import type { BenchClient } from "./client.ts";
import { LINE, type Mix, OUTPUT, paragraphs, PROJECT, SHAPES, STEPS, time } from "./content.ts";

export const geminiClient: BenchClient = {
  provider: gemini,
  root: (home) => join(home, ".gemini", "tmp"),
  logPath: (root, index) =>
    join(
      root,
      `bench-${index % 50}`,
      "chats",
      `session-2026-01-05T08-00-${sessionId(index).slice(-8)}.jsonl`,
    ),
  rows: generateRows,
  prompt: (index, number, text) => message(index, number, "user", { content: [{ text }] }),
  answer: (index, number, text) => message(index, number, "gemini", modelSays(text)),
  idMark: '"id":"',
  vary: (text, sample, index) => text.replaceAll(sessionId(sample), sessionId(index)),
};

function sessionId(index: number): string {
  return `00000000-0000-4000-9000-${index.toString(16).padStart(12, "0")}`;
}

function* generateRows(index: number, mix: Mix): Generator<string> {
  const shape = SHAPES[mix];
  yield row({
    sessionId: sessionId(index),
    projectHash: "e933d59b8150de42255896441366386ab10890ba39c6d2ada66158c080d7c386",
    startTime: time(0),
    lastUpdated: time(0),
    kind: "main",
    directories: [PROJECT],
  });
  let number = 1;
  for (let turn = 0;; turn += 1) {
    yield message(index, number++, "user", {
      content: [{ text: `Do part ${turn} of the long job, please.` }],
    });
    for (let step = 0; step < STEPS; step += 1) {
      const said = modelSays(step % 3 === 0 ? paragraphs(number, shape.paragraphs) : "");
      const lines = shape.outputLines[step % shape.outputLines.length] ?? 1;
      const { call, response } = shellCall(number, OUTPUT.slice(0, lines).join("\n"));
      yield message(index, number, "gemini", said);
      yield message(index, number++, "gemini", { ...said, toolCalls: [call] });
      yield message(index, number++, "user", { content: [response] });
    }
    yield message(index, number, "gemini", modelSays(paragraphs(number, shape.paragraphs)));
    number += 1;
  }
}

function modelSays(text: string) {
  return {
    content: text,
    thoughts: [{ subject: "Going on", description: LINE, timestamp: time(0) }],
    tokens: { input: 12_901, output: 40, cached: 0, thoughts: 12, tool: 0, total: 12_953 },
    model: "gemini-3.1-pro-preview",
  };
}

function shellCall(number: number, output: string) {
  const id = `run_shell_command__run_shell_command_${number}_0`;
  const name = "run_shell_command";
  const response = { functionResponse: { id, name, response: { output } } };
  const call = {
    id,
    name,
    args: { command: "seq 1 420" },
    status: "success",
    result: [response],
    resultDisplay: output,
    timestamp: time(number),
  };
  return { call, response };
}

/** A message and the update that follows it. */
function message(
  index: number,
  number: number,
  type: string,
  fields: Readonly<Record<string, unknown>>,
): string {
  const id = `${number.toString(16).padStart(8, "0")}-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
  const timestamp = time(number);
  return row({ id, timestamp, type, ...fields }) + row({ $set: { lastUpdated: timestamp } });
}

function row(value: unknown): string {
  return JSON.stringify(value) + "\n";
}
