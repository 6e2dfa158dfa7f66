/** What a recorder works with, and what may block it. Types only. */
import type { ReasonOf } from "../audit/reasons.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import type { RedactedCounts, Redaction } from "../protocol/redaction.ts";
import type { PreparedImage } from "../protocol/writer_messages.ts";
import type { Recording, RecordingSummary } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import type { WriterClient } from "./writer_client.ts";
import type { Place } from "./writer_places.ts";

/** A batch of the feed. */
export interface FeedBatch {
  readonly first: number;
  readonly count: number;
  /** Events that are left out: the recording before it in this file has them. */
  readonly skipped: number;
  readonly checkpoint: Checkpoint;
  readonly end: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Why a recording cannot go on. */
export interface Problem {
  readonly why: string;
  /**
   * `machine`: the machine refuses for now; `denied`: policy denies the destination; `full`: the file is as large as
   * policy allows; `no-log`: its session's log is gone; `bug`: nothing outside kato explains it. All are tried again.
   */
  readonly kind: "machine" | "denied" | "full" | "no-log" | "bug";
}

/** The destination: open, and the file that was decided. */
export interface OpenedDestination {
  readonly writer: WriterClient;
  readonly place: Pick<Place, "work" | "rest">;
  readonly size: number;
  /** False: the recording had another file before. */
  readonly isSame: boolean;
}

/**
 * What became of images: those that cannot be files, each with the reason. Null: kato ends before there is a place for
 * another writer.
 */
export type KeptImages = { readonly refused: Readonly<Record<string, string>> } | {
  readonly problem: Problem;
} | null;

/** Null: kato ends before there is a place for another writer. */
export type OpenResult = OpenedDestination | { readonly problem: Problem } | null;

export interface RecorderContext {
  readonly store: RecordingsStore;
  /** Waits for a place, asks policy again, starts a writer, opens, compares and records. */
  readonly open: (recording: Recording) => Promise<OpenResult>;
  /** Writes the images that have no file yet. `bytesOf` asks the recording's writer. */
  readonly keepImages: (
    recording: Recording,
    images: readonly PreparedImage[],
    bytesOf: (name: string) => Promise<Uint8Array<ArrayBuffer>>,
  ) => Promise<KeptImages>;
  /** Whether the open file is still at the destination. */
  readonly unchanged: (recording: Recording) => boolean;
  /** Asks the parser for the recording's events from its `next` on. An earlier feed ends. */
  readonly startFeed: (recording: Recording) => void;
  readonly setUntil: (until: number) => void;
  readonly stopFeed: () => void;
  /** The batch was handled. */
  readonly giveCredit: () => void;
  readonly maxBytes: number;
  readonly redaction: Redaction;
  /** Records that somebody else changed the file. */
  readonly noteChange: (recording: Recording, reason: ReasonOf<"destination-changed">) => void;
  /** Records the secrets that were replaced so far: for the first of each rule, and at the end. */
  readonly noteRedacted: (recording: Recording, redacted: RedactedCounts) => void;
  /** It is blocked, and must be tried again. `isNew`: for another reason than the last one that was reported. */
  readonly blocked: (recording: RecordingSummary, problem: Problem, isNew: boolean) => void;
  /** Events or size of the recording changed. */
  readonly changed: () => void;
  readonly stopped: (recording: RecordingSummary) => void;
  /** It ends without what it lacks. The record is on the disk when this returns. */
  readonly givenUp: (recording: RecordingSummary, why: string) => void;
}
