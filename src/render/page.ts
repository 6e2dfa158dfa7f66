/** The blocks that a format for people must be able to write. The fold in conversation.ts decides which and when. */
import type { RenderHead } from "../protocol/render.ts";
import type { KeptImage } from "./image.ts";
import type { Block } from "./tool_view.ts";

/** How a result came about, beside its text. */
export interface ResultState {
  /** Why there is no proper result, where the client says it. */
  readonly outcome?: "denied" | "cancelled";
  /** In a few words each: `exit code 3`. */
  readonly facts?: readonly string[];
}

export interface ShownResult {
  readonly outcome: "result";
  /** Made by `result`; "" for nothing. */
  readonly body: string;
  readonly error: boolean;
  readonly state?: ResultState;
}

/** The state of a call's result when the call is shown. */
export type Outcome =
  | ShownResult
  /** The conversation went on without it. */
  | { readonly outcome: "later" }
  /** The recording ends without it. */
  | { readonly outcome: "none" }
  /** Results are left out. */
  | { readonly outcome: "hidden" };

/** Where a turn of the person or of the assistant begins. */
export interface Turn {
  readonly speaker: "User" | "Assistant";
  /** One neutralised line. */
  readonly model: string | null;
  readonly time: string;
  readonly iso: string | null;
  /** Of its first event: the same in every recording of the session. */
  readonly seq: number;
  /** The person's first words, as one neutralised line; "" for none. */
  readonly words: string;
}

/** A turn of the person that a line points to. */
export type Mention = Pick<Turn, "time" | "seq" | "words">;

/**
 * Every function returns whole blocks, so that any of them can follow any other. Texts come as the provider wrote
 * them, and are neutralised and contained here.
 */
export interface Page {
  head(head: RenderHead, title: string): string;
  heading(turn: Turn): string;
  /** Commands to kato that the person typed: whole lines. */
  commands(lines: readonly string[]): string;
  /** A command of the client that the person gave: its name, and perhaps arguments. */
  slash(command: string): string;
  /** Text of the person or the model. What a person typed keeps its line breaks. */
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
  /** A result without its call. `summary`: the call's; "" where it is not known. */
  lateResult(summary: string, result: ShownResult): string;
  /** A plan, as the document that it is. `label`: a few words of kato's. */
  plan(label: string, text: string): string;
  /** `note`: what the person wrote beside the answer; "" for nothing. */
  decision(question: string, options: readonly string[], answer: string | null, note: string): string;
  /** The person went back from a turn, which is the latest one, to before another. Null: it is the same one. */
  wentBack(from: Mention | null, to: Mention): string;
  /** An image that the document keeps. `words`: its kind and size. */
  image(words: string, image: KeptImage): string;
  /** A message of the client, in a few words or a few lines. */
  remark(label: string, text: string): string;
  /** Output of a client's command, or of the person's shell. */
  output(text: string): string;
  shell(command: string): string;
  compaction(summary: string): string;
}

/** The line of a call or a result, with how it ended: `Bash: make · failed · exit code 2`. */
export function withOutcome(summary: string, outcome: Outcome): string {
  if (outcome.outcome !== "result") return summary;
  const { error, state } = outcome;
  const ended = state?.outcome ?? (error ? "failed" : null);
  return [summary, ...(ended === null ? [] : [ended]), ...(state?.facts ?? [])].join(" · ");
}

export function hasFailed(outcome: Outcome): boolean {
  return outcome.outcome === "result" && (outcome.error || outcome.state?.outcome !== undefined);
}
