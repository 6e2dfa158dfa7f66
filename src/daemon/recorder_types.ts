/** The types of a recorder's steps: its state, effects, and what a step waits for. */
import type { Redaction } from "../protocol/redaction.ts";
import type { FromWriter, PreparedImage, ToWriter } from "../protocol/writer_messages.ts";
import type { FeedBatch, KeptImages, Problem } from "./recorder_context.ts";
import type { Delivery, Recording } from "./recording.ts";

export interface RecorderState {
  /** Bytes of the destination after what kato wrote last. */
  readonly size: number;
  readonly problem: Problem | null;
  /** The latest reported problem. It is not reported again before something was written. */
  readonly reported: string | null;
  /** Batches that wait to be delivered. */
  readonly batches: readonly FeedBatch[];
  /** Number of the latest delivery. */
  readonly deliveries: number;
  /** The recording is over and reported so, or kato ends. */
  readonly closed: boolean;
}

export interface Seen {
  /** The recording, as the daemon's state has it now. */
  readonly row: Recording;
  /** A delivery that is recorded and not committed. */
  readonly delivery: Delivery | null;
  /** The recorder has its writer. */
  readonly isOpen: boolean;
  /** Bytes that policy allows the destination. */
  readonly maxBytes: number;
  readonly redaction: Redaction;
}

export type RecorderEffect =
  | { readonly effect: "advance" | "open-delivery"; readonly delivery: Delivery }
  | { readonly effect: "commit" | "drop"; readonly size: number }
  | { readonly effect: "give-up"; readonly why: string }
  | { readonly effect: "blocked"; readonly problem: Problem; readonly isNew: boolean }
  /** The file has this size, which no delivery of this recording explains. */
  | { readonly effect: "edited"; readonly size: number }
  | { readonly effect: "start-feed" | "stop-feed" | "give-credit" | "end-writer" | "changed" | "stopped" };

export type Step = (state: RecorderState, seen: Seen) => RecorderStep;

/** What a step waits for, and the step that takes the answer. */
export type Question =
  /** None: after the effects, `seen` must be read again. */
  | { readonly question: "look"; readonly then: Step }
  /** The destination, opened if it is not. */
  | {
    readonly question: "open";
    readonly then: (...of: [...Parameters<Step>, isSame: boolean]) => RecorderStep;
  }
  /** Files for the images of what the writer prepared. */
  | {
    readonly question: "images";
    readonly delivery: number;
    readonly images: readonly PreparedImage[];
    readonly then: (...of: [...Parameters<Step>, kept: KeptImages]) => RecorderStep;
  }
  | {
    readonly question: "writer";
    readonly message: ToWriter;
    readonly payload: Uint8Array<ArrayBuffer> | undefined;
    readonly then: TakeAnswer;
  };

export type TakeAnswer = (
  state: RecorderState,
  seen: Seen,
  message: FromWriter,
  render: Uint8Array | null,
) => RecorderStep;

export interface RecorderStep {
  readonly state: RecorderState;
  readonly effects: readonly RecorderEffect[];
  /** Null: the task is over. */
  readonly question: Question | null;
}
