/** What a recorder is given to work with, and what may keep it from working. Room: daemon; no authority, types only. */
import type { ReasonOf } from "../audit/reasons.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import type { Recording, RecordingSummary } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import type { WriterClient } from "./writer_client.ts";
import type { Place } from "./writer_places.ts";

/** A batch of the feed, its payload opaque. */
export interface FeedBatch {
  readonly first: number;
  readonly count: number;
  /** Events that are left out: another recording of this file has them. */
  readonly skipped: number;
  readonly checkpoint: Checkpoint;
  readonly end: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Why a recording cannot go on. */
export interface Problem {
  readonly why: string;
  /**
   * `machine`: what it needs is not to be had for now; `denied`: policy does not let it be written where it is to be;
   * `full`: it is as large as policy allows; `no-log`: its session's log is not there; `bug`: nothing outside kato
   * explains it. It is tried again in each case.
   */
  readonly kind: "machine" | "denied" | "full" | "no-log" | "bug";
}

/** The destination, opened and found to be what was decided. */
export interface OpenedDestination {
  readonly writer: WriterClient;
  readonly place: Pick<Place, "work" | "rest">;
  readonly size: number;
  /** It is the file that the recording had before, if it had one; not another in its place. */
  readonly isSame: boolean;
}

/** Null: kato ends before there is a place for another writer. */
export type OpenResult = OpenedDestination | { readonly problem: Problem } | null;

export interface RecorderContext {
  readonly store: RecordingsStore;
  /** Waits for a place, decides again, starts a writer, opens, compares, audits. */
  readonly open: (recording: Recording) => Promise<OpenResult>;
  /** Whether the file at the destination is still the one that is open. */
  readonly unchanged: (recording: Recording) => boolean;
  /** Asks the parser for the recording's events from its `next` on; any feed before it is over. */
  readonly startFeed: (recording: Recording) => void;
  readonly setUntil: (until: number) => void;
  readonly stopFeed: () => void;
  /** The batch was dealt with. */
  readonly giveCredit: () => void;
  readonly maxBytes: number;
  /** Something that a person should see in the audit log: the file was changed by somebody else. */
  readonly noteChange: (recording: Recording, reason: ReasonOf<"destination-changed">) => void;
  /** It is blocked, or blocked for another reason; to be tried again after a pause, when nothing else has it tried. */
  readonly blocked: (recording: RecordingSummary, problem: Problem, isNew: boolean) => void;
  /** Events or size of the recording changed. */
  readonly changed: () => void;
  readonly stopped: (recording: RecordingSummary) => void;
  /** It was told to end, and what it lacks is not going to be written. Goes on record before it does. */
  readonly givenUp: (recording: RecordingSummary, why: string) => void;
}
