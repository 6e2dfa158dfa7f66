/**
 * What becomes of a recording whose session goes on in another one: whether it goes on there, and up to where. Where that
 * is asked and when must not show: a command of the new session may have been carried out before the old one's log said
 * that it goes on. Room: session; pure.
 */
import type { Verb } from "../protocol/command.ts";
import { CONTINUATION_MS } from "../protocol/limits.ts";
import { stopsBefore } from "./machine.ts";

/** The session that the old one names. */
export interface Successor {
  /** A recording has gone on into it or from it: it does so once, and never in a circle. */
  readonly isTaken: boolean;
  /** Null while kato has seen nothing of it. */
  readonly seen: {
    /** Its log lies below the same root. */
    readonly isBeside: boolean;
    /** When it turned up, in milliseconds since 1970; null: it was there when kato first looked. */
    readonly added: number | null;
    /** Before this event its first command let go of whatever recorded it; null: none has. */
    readonly letGo: number | null;
  } | null;
}

export type Continuation =
  /** The recording goes on with all of the new session; or with what is before `until`. */
  | { readonly goes: "on"; readonly until: number | null }
  /** It is over. */
  | { readonly goes: "nowhere"; readonly reason: "own-recording" | "not-new" | "other-root" };

/** `now`: when the old session's log was found to say it, in milliseconds since 1970. */
export function decideContinuation({ isTaken, seen }: Successor, now: number): Continuation {
  if (isTaken) return { goes: "nowhere", reason: "own-recording" };
  if (seen === null) return { goes: "on", until: null };
  if (!seen.isBeside) return { goes: "nowhere", reason: "other-root" };
  if (seen.added === null || seen.added < now - CONTINUATION_MS) {
    return { goes: "nowhere", reason: "not-new" };
  }
  // Whole, it holds all that the old recording would get.
  if (seen.letGo === 0) return { goes: "nowhere", reason: "own-recording" };
  return { goes: "on", until: seen.letGo };
}

/** Before which event a command that was carried out lets go of a recording that is not its own; null for one that does not. */
export function letsGo(
  command: {
    readonly verb: Verb;
    readonly seq: number;
    readonly place: "leading" | "trailing";
    readonly isAutomatic: boolean;
  },
): number | null {
  switch (command.verb) {
    case "stop":
      return stopsBefore(command);
    case "record":
    case "capture":
      return command.isAutomatic ? 0 : command.seq;
    case "export":
    case "init":
      return null;
  }
}
