/** A client as the benchmark knows it: the place of its logs, and the form of its rows. */
import type { ProviderId } from "../src/protocol/event.ts";
import type { Provider } from "../src/providers/provider.ts";
import { claudeClient } from "./claude_rows.ts";
import { codexClient } from "./codex_rows.ts";
import { copilotClient } from "./copilot_rows.ts";
import type { Mix } from "./content.ts";
import { geminiClient } from "./gemini_rows.ts";
import { qwenClient } from "./qwen_rows.ts";
import { kimiClient } from "./kimi_rows.ts";
import { piClient } from "./pi_rows.ts";

/** Sessions have numbers; a row has its newline. */
export interface BenchClient {
  readonly provider: Provider;
  root(home: string): string;
  logPath(root: string, index: number): string;
  /** The rows of a session without end. */
  rows(index: number, mix: Mix): Generator<string>;
  /** The rows that a person's prompt, or an assistant's answer, would add. */
  prompt(index: number, number: number, text: string): string;
  answer(index: number, number: number, text: string): string;
  /** How a record, or a call, is given the id that tells it from others; the rest of the id follows. */
  readonly idMark: string;
  /** The log of session `index`, made from that of session `sample`. */
  vary(text: string, sample: number, index: number): string;
}

/** The clients that benchmarks play. */
export const CLIENTS = {
  "claude-code": claudeClient,
  codex: codexClient,
  gemini: geminiClient,
  copilot: copilotClient,
  qwen: qwenClient,
  pi: piClient,
  kimi: kimiClient,
} satisfies Partial<Record<ProviderId, BenchClient>>;

export function clientOf(id: string): BenchClient {
  const client: BenchClient | undefined = (CLIENTS as Partial<Record<string, BenchClient>>)[id];
  if (client === undefined) throw new Error(`No benchmark plays ${id}`);
  return client;
}
