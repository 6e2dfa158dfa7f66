/** A recording and a delivery, and their rows in the daemon's state. */
import { type Checkpoint, checkpoint as checkpointSchema } from "../protocol/cursor.ts";
import type { ProviderId } from "../protocol/event.ts";
import { type RedactedCounts, redactedCounts } from "../protocol/redaction.ts";
import { type RenderHead, renderHead } from "../protocol/render.ts";
import type { SessionRef } from "../protocol/session.ts";
import type { Row } from "./state.ts";

export type RecordingKind = "record" | "capture" | "export" | "automatic";

/** A recording without its large fields: there may be thousands. */
export interface RecordingSummary {
  readonly id: number;
  readonly provider: ProviderId;
  readonly session: string;
  readonly kind: RecordingKind;
  /** The number of the policy's rule that asked for an automatic one; null where none did. */
  readonly rule: number | null;
  readonly destination: string;
  readonly active: boolean;
  readonly whole: boolean;
  /** `seq` of the first event that is missing. */
  readonly next: number;
  /** Bytes of its session's main log, in all its parts, that were read for it. */
  readonly readTo: number;
  /** An active recording ends before this `seq`. */
  readonly until: number | null;
  /** The destination, once it was opened. */
  readonly file: FileIdentity | null;
  /** Bytes of the destination after the latest delivery. */
  readonly size: number;
  readonly events: number;
  readonly written: string | null;
  /** The secrets that were replaced in its file. */
  readonly redacted: RedactedCounts;
  /** The session in which its own session went on. That ended it. */
  readonly goesOn: string | null;
  /** ... and another recording goes on there with its file. */
  readonly isFollowed: boolean;
  /** The session before its own. Events that its own session repeats from there are left out. */
  readonly inherits: string | null;
  /** It waits for the file of this recording. */
  readonly follows: number | null;
}

export interface Recording extends RecordingSummary {
  readonly head: RenderHead;
  /** At or before `next`. Null: the session's beginning, or an export that is done. */
  readonly checkpoint: Checkpoint | null;
  readonly render: Uint8Array | null;
}

export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** Bytes on their way into a destination. */
export interface Delivery {
  readonly before: number;
  readonly length: number;
  readonly checkpoint: Checkpoint;
  readonly next: number;
  readonly events: number;
  readonly last: boolean;
  readonly render: Uint8Array;
  /** The secrets that were replaced in it. Missing: none. */
  readonly redacted?: RedactedCounts;
}

export interface NewRecording {
  readonly ref: SessionRef;
  readonly kind: RecordingKind;
  readonly rule?: number | null;
  readonly destination: string;
  readonly whole: boolean;
  readonly head: RenderHead;
  readonly checkpoint: Checkpoint | null;
  readonly next: number;
  readonly until: number | null;
  readonly file: FileIdentity | null;
}

/** The columns of a summary. The others of a row may be kilobytes each. */
export const SUMMARY =
  "id, provider, session, kind, rule, destination, state, whole, next, read_to, until, dev, ino, size, " +
  "events, written, redacted, goes_on, followed, inherits, follows";

export function summaryFromRow(row: Row): RecordingSummary {
  const { dev, ino, until, written, goes_on: goesOn, inherits, follows, rule } = row;
  return {
    id: Number(row["id"]),
    provider: row["provider"] as ProviderId,
    session: String(row["session"]),
    kind: row["kind"] as RecordingKind,
    rule: typeof rule === "number" ? rule : null,
    destination: String(row["destination"]),
    active: row["state"] === "active",
    whole: row["whole"] === 1,
    next: Number(row["next"]),
    readTo: Number(row["read_to"]),
    until: typeof until === "number" ? until : null,
    file: typeof dev === "number" && typeof ino === "number" ? { dev, ino } : null,
    size: Number(row["size"]),
    events: Number(row["events"]),
    written: typeof written === "string" ? written : null,
    redacted: countsOf(row),
    goesOn: typeof goesOn === "string" ? goesOn : null,
    isFollowed: row["followed"] === 1,
    inherits: typeof inherits === "string" ? inherits : null,
    follows: typeof follows === "number" ? follows : null,
  };
}

export function fromRow(row: Row): Recording {
  const { checkpoint, render } = row;
  return {
    ...summaryFromRow(row),
    head: renderHead.parse(JSON.parse(String(row["head"]))),
    checkpoint: typeof checkpoint === "string" ? checkpointSchema.parse(JSON.parse(checkpoint)) : null,
    render: render instanceof Uint8Array ? render : null,
  };
}

/** Bytes of a session's main log, in all its parts, that were read at `checkpoint`. */
export function readTo(checkpoint: Checkpoint | null): number {
  return (checkpoint?.part?.before ?? 0) + (checkpoint?.main.cursor?.offset ?? 0);
}

export function countsOf({ redacted }: Row): RedactedCounts {
  return typeof redacted === "string" ? redactedCounts.parse(JSON.parse(redacted)) : {};
}

export function deliveryFromRow(row: Row): Delivery {
  return {
    before: Number(row["before"]),
    length: Number(row["length"]),
    checkpoint: checkpointSchema.parse(JSON.parse(String(row["checkpoint"]))),
    next: Number(row["next"]),
    events: Number(row["events"]),
    last: row["last"] === 1,
    ...(row["redacted"] === null ? {} : { redacted: countsOf(row) }),
    render: row["render"] instanceof Uint8Array ? row["render"] : new Uint8Array(0),
  };
}
