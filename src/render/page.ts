/** The blocks that a format for people must be able to write. The fold in conversation.ts decides which and when. */
import type { RenderHead } from "../protocol/render.ts";
import type { Block } from "./tool_view.ts";

/** The state of a call's result when the call is shown. */
export type Outcome =
  /** `body` was made by `result`. */
  | { readonly outcome: "result"; readonly body: string; readonly error: boolean }
  /** The conversation went on without it. */
  | { readonly outcome: "later" }
  /** The recording ends without it. */
  | { readonly outcome: "none" }
  /** Results are left out. */
  | { readonly outcome: "hidden" };

/**
 * Every function returns whole blocks, so that any of them can follow any other. Texts come as the provider wrote
 * them, and are neutralised and contained here.
 */
export interface Page {
  head(head: RenderHead, title: string): string;
  heading(speaker: string, model: string | null, time: string, iso: string | null): string;
  /** Text of the person or the model. */
  text(speaker: "user" | "assistant", text: string): string;
  thinking(text: string): string;
  /** Begins a sub-agent's section. `summary` is one neutralised line. */
  openAgent(summary: string): string;
  closeAgent(): string;
  /** The input of a call, for `call`. */
  input(blocks: readonly Block[]): string;
  /** A result, for `call` and `lateResult`. */
  result(text: string, prose: boolean): string;
  call(summary: string, input: string, outcome: Outcome): string;
  /** A result without its call. */
  lateResult(summary: string, body: string, error: boolean): string;
  /** `note`: what the person wrote beside the answer; "" for nothing. */
  decision(question: string, options: readonly string[], answer: string | null, note: string): string;
  /** A message of the client, in a few words or a few lines. */
  remark(label: string, text: string): string;
  /** Output of a client's command, or of the person's shell. */
  output(text: string): string;
  shell(command: string): string;
  compaction(summary: string): string;
}
