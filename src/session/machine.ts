/**
 * Applies a command to the recordings of a session: from state and command to effects. The destination was decided
 * before. Pure.
 */
import type { Verb } from "../protocol/command.ts";

/** A recording of this session, active or stopped. */
export interface KnownRecording {
  readonly id: number;
  readonly destination: string;
  /** The recording began with the session's first event and has no gap. */
  readonly whole: boolean;
  /** `seq` of the first event that is not recorded. */
  readonly next: number;
  readonly active: boolean;
}

export interface SessionRecordings {
  readonly recordings: readonly KnownRecording[];
}

export interface SessionCommand {
  readonly verb: Verb;
  /** Decided and absolute; null for `stop`. */
  readonly destination: string | null;
  /** `seq` of the message that holds the command. */
  readonly seq: number;
  readonly place: "leading" | "trailing";
}

export type Effect =
  /** A recording of this session ends before event `until`. */
  | { readonly effect: "end"; readonly recording: number; readonly until: number }
  /** A stopped recording goes on with event `from`. */
  | { readonly effect: "resume"; readonly recording: number; readonly from: number }
  | {
    readonly effect: "start";
    readonly destination: string;
    readonly from: number;
    readonly until: number | null;
  }
  /** The session's destination from now on. */
  | { readonly effect: "point"; readonly destination: string };

export type Outcome =
  | {
    readonly outcome: "done";
    readonly reason: "recording" | "resumed" | "captured" | "exported" | "destination-set" | "stopped";
    readonly effects: readonly Effect[];
  }
  /** The command is allowed, and changes nothing. */
  | { readonly outcome: "nothing"; readonly reason: "not-recording" | "already-recording" }
  | { readonly outcome: "denied"; readonly reason: "destination-in-use"; readonly message: string };

/** Applies one command. A later command of the same message gets the state after this one. */
export function applyCommand(state: SessionRecordings, command: SessionCommand): Outcome {
  const { destination, seq } = command;
  const active = state.recordings.find((recording) => recording.active);
  const known = state.recordings.find((recording) => recording.destination === destination);
  const endActive: Effect[] = active === undefined
    ? []
    : [{ effect: "end", recording: active.id, until: seq }];

  if (command.verb === "stop") {
    if (active === undefined) return { outcome: "nothing", reason: "not-recording" };
    const until = stopsBefore(command);
    return { outcome: "done", reason: "stopped", effects: [{ effect: "end", recording: active.id, until }] };
  }
  if (destination === null) throw new Error(`internal error: ${command.verb} without a destination`);
  const point: Effect = { effect: "point", destination };

  switch (command.verb) {
    case "init":
      return { outcome: "done", reason: "destination-set", effects: [point] };
    case "export":
      if (known !== undefined) return denyInUse(destination, "by a recording of this session");
      return {
        outcome: "done",
        reason: "exported",
        effects: [{ effect: "start", destination, from: 0, until: seq + 1 }],
      };
    case "record":
      if (known?.active === true) return { outcome: "nothing", reason: "already-recording" };
      return {
        outcome: "done",
        reason: known === undefined ? "recording" : "resumed",
        effects: [
          ...endActive,
          known === undefined
            ? { effect: "start", destination, from: seq, until: null }
            : { effect: "resume", recording: known.id, from: Math.max(seq, known.next) },
          point,
        ],
      };
    case "capture":
      if (known !== undefined && !known.whole) return denyInUse(destination, "by a part of this session");
      if (known?.active === true) return { outcome: "nothing", reason: "already-recording" };
      return {
        outcome: "done",
        reason: "captured",
        effects: [
          ...endActive,
          known === undefined
            ? { effect: "start", destination, from: 0, until: null }
            : { effect: "resume", recording: known.id, from: known.next },
          point,
        ],
      };
  }
}

/** The event before which a stop ends the recording. Text in front of `::stop` still belongs to the recording. */
export function stopsBefore({ seq, place }: Pick<SessionCommand, "seq" | "place">): number {
  return place === "leading" ? seq : seq + 1;
}

function denyInUse(destination: string, by: string): Outcome {
  return {
    outcome: "denied",
    reason: "destination-in-use",
    message: `${destination} is taken ${by}. Name another file.`,
  };
}
