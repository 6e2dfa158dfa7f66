/**
 * Rows as Codex 0.169 writes them (paginated form): each message in two records, a command in three, records of usage
 * between them, and now and then a compaction that repeats the talk so far.
 */
import { join } from "@std/path";
import { codex } from "../src/providers/codex/codex.ts";
import type { BenchClient } from "./client.ts";
import { LINE, type Mix, OUTPUT, paragraphs, PROJECT, SHAPES, STEPS, time } from "./content.ts";

/** Turns between two compactions, and how large a part of the talk each repeats. Characters. */
const COMPACTED = 8;
const REPEATED = 400_000;

/** A picture that a tool returned, as base64, once in so many steps. */
const PICTURE_EVERY = 16;
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAA".repeat(40_000);

export const codexClient: BenchClient = {
  provider: codex,
  root: (home) => join(home, ".codex", "sessions"),
  logPath: (root, index) =>
    join(
      root,
      "2026",
      "01",
      String(1 + index % 28).padStart(2, "0"),
      `rollout-2026-01-05T08-00-00-${thread(index)}.jsonl`,
    ),
  rows: generateRows,
  prompt: (index, number, text) => joinRows(promptRows(index, number, text)),
  answer: (index, number, text) => joinRows(answerRows(index, number, text, "final_answer")),
  idMark: ':"call_',
  vary: (text, sample, index) => text.replaceAll(thread(sample), thread(index)),
};

/** Version 7, as the client's. */
function thread(index: number): string {
  return `019b8c00-0000-7000-8000-${index.toString(16).padStart(12, "0")}`;
}

type Payload = Readonly<Record<string, unknown>>;

/** A row by its type and content. The envelope is put around it when it is written. */
interface Draft {
  readonly number: number;
  readonly type: string;
  readonly payload: Payload;
}

function joinRows(drafts: readonly Draft[]): string {
  return drafts.map(writeRow).join("");
}

function writeRow({ number, type, payload }: Draft): string {
  return JSON.stringify({ timestamp: time(number), ordinal: number, type, payload }) + "\n";
}

function* generateRows(index: number, mix: Mix): Generator<string> {
  const shape = SHAPES[mix];
  let number = 0;
  const next = (type: string, payload: Payload) => writeRow({ number: number++, type, payload });
  yield next("session_meta", {
    session_id: thread(index),
    id: thread(index),
    timestamp: time(0),
    cwd: PROJECT,
    originator: "codex-tui",
    cli_version: "0.169.0",
    source: "cli",
    thread_source: "user",
    model_provider: "openai",
    base_instructions: { text: LINE.repeat(400), provenance: { type: "model" } },
    history_mode: "paginated",
  });
  for (let turn = 0;; turn += 1) {
    yield next("event_msg", { type: "task_started", turn_id: `turn-${turn}` });
    yield next("turn_context", { turn_id: `turn-${turn}`, cwd: PROJECT, model: "gpt-6.1-sol" });
    yield joinRows(promptRows(index, number, `Do part ${turn} of the long job, please.`));
    number += 2;
    for (let step = 0; step < STEPS; step += 1) {
      if (step % 3 === 0) {
        yield joinRows(answerRows(index, number, paragraphs(number, shape.paragraphs), "commentary"));
        number += 2;
      }
      const lines = shape.outputLines[step % shape.outputLines.length] ?? 1;
      yield joinRows(commandRows(index, number, OUTPUT.slice(0, lines).join("\n")));
      number += 5;
      if (mix === "outputs" && step % PICTURE_EVERY === PICTURE_EVERY - 1) {
        yield next("response_item", {
          type: "function_call_output",
          call_id: `call_view_${number}`,
          output: [{ type: "input_image", image_url: `data:image/png;base64,${PICTURE}` }],
        });
      }
    }
    yield joinRows(answerRows(index, number, paragraphs(number, shape.paragraphs), "final_answer"));
    number += 2;
    yield next("event_msg", { type: "task_complete", turn_id: `turn-${turn}`, last_agent_message: LINE });
    if (turn % COMPACTED === COMPACTED - 1) {
      yield next("compacted", { message: LINE, replacement_history: repeatTalk(turn) });
    }
  }
}

function repeatTalk(turn: number): unknown[] {
  const text = LINE.repeat(20);
  return Array.from({ length: REPEATED / text.length }, (_, part) => ({
    type: "message",
    id: `msg_${turn}_${part}`,
    role: "user",
    content: [{ type: "input_text", text }],
  }));
}

function promptRows(index: number, number: number, text: string): Draft[] {
  const content = [{ type: "input_text", text }];
  const item = {
    type: "UserMessage",
    id: `user_${index}_${number}`,
    content: [{ type: "text", text, text_elements: [] }],
  };
  return [
    draft(number, "response_item", { type: "message", id: `msg_${index}_${number}`, role: "user", content }),
    draft(number + 1, "event_msg", { type: "item_completed", thread_id: thread(index), item }),
  ];
}

function answerRows(index: number, number: number, text: string, phase: string): Draft[] {
  const item = {
    type: "AgentMessage",
    id: `msg_${index}_${number}`,
    content: [{ type: "Text", text }],
    phase,
  };
  const content = [{ type: "output_text", text, annotations: [] }];
  return [
    draft(number, "event_msg", { type: "item_completed", thread_id: thread(index), item }),
    draft(number + 1, "response_item", {
      type: "message",
      id: `msg_${index}_${number}`,
      role: "assistant",
      content,
      phase,
    }),
  ];
}

function commandRows(index: number, number: number, output: string): Draft[] {
  const id = `call_${index}_${number}`;
  const command = ["/bin/bash", "-lc", "seq 1 420"];
  const item = {
    type: "CommandExecution",
    id,
    command,
    status: "completed",
    aggregated_output: output,
    exit_code: 0,
  };
  const shown = `Chunk ID: 2467eb\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\n${output}`;
  const usage = { input_tokens: 10_505, cached_input_tokens: 0, output_tokens: 60, total_tokens: 10_565 };
  return [
    draft(number, "response_item", {
      type: "function_call",
      name: "exec_command",
      arguments: JSON.stringify({ cmd: "seq 1 420" }),
      call_id: id,
    }),
    draft(number + 1, "token_usage_record", { thread_id: thread(index), usage }),
    draft(number + 2, "event_msg", { type: "item_completed", thread_id: thread(index), item }),
    draft(number + 3, "response_item", { type: "function_call_output", call_id: id, output: shown }),
    draft(number + 4, "event_msg", { type: "token_count", info: { total_token_usage: usage } }),
  ];
}

function draft(number: number, type: string, payload: Payload): Draft {
  return { number, type, payload };
}
