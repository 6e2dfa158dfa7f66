/** What a format for people must know how to write; the fold in conversation.ts decides what and when. Room: render. */
import type { RenderHead } from "../protocol/render.ts";
import type { Block } from "./tool_view.ts";

/** What is known of a call's result when the call is shown. */
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
 * Every function returns whole blocks that stand for themselves, so that any of them can follow any other. Texts
 * come as the provider wrote them; what must not be believed is neutralised and contained here.
 */
export interface Page {
  head(head: RenderHead, title: string): string;
  heading(speaker: string, model: string | null, time: string, iso: string | null): string;
  /** What a person or the model wrote. */
  text(speaker: "user" | "assistant", text: string): string;
  thinking(text: string): string;
  /** Begins what a sub-agent did. `summary` is one neutralised line. */
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
  /** Something the client tells, in a few words or a few lines. */
  remark(label: string, text: string): string;
  /** What a client's command or the person's shell printed. */
  output(text: string): string;
  shell(command: string): string;
  compaction(summary: string): string;
}
