/**
 * Decides whether a recording goes on when its session goes on in another one, and up to which event. The answer must not
 * depend on the order of arrival: a command of the new session may be carried out before the old log names the new
 * session. Pure.
 */
import type { Verb } from "../protocol/command.ts";
import { CONTINUATION_MS } from "../protocol/limits.ts";
import { stopsBefore } from "./machine.ts";

/** The session that the old one names. */
export interface Successor {
  /** A recording has already gone on into this session or from it. This happens once, and never in a circle. */
  readonly isTaken: boolean;
  /** Null while kato has not seen the session. */
  readonly seen: {
    /** The log of the new session lies below the same root. */
    readonly isBeside: boolean;
    /** When kato first saw it, in milliseconds since 1970; null: kato's very first look found it. */
    readonly added: number | null;
    /** The event before which its first command ended an inherited recording; null: no command has done so. */
    readonly letGo: number | null;
  } | null;
}

export type Continuation =
  /** The recording goes on with the new session, up to and without event `until`; null: with all of it. */
  | { readonly goes: "on"; readonly until: number | null }
  /** The recording ends. */
  | { readonly goes: "nowhere"; readonly reason: "own-recording" | "not-new" | "other-root" };

/** `now`: when kato read in the old log that the session goes on, in milliseconds since 1970. */
export function decideContinuation({ isTaken, seen }: Successor, now: number): Continuation {
  if (isTaken) return { goes: "nowhere", reason: "own-recording" };
  if (seen === null) return { goes: "on", until: null };
  if (!seen.isBeside) return { goes: "nowhere", reason: "other-root" };
  if (seen.added === null || seen.added < now - CONTINUATION_MS) {
    return { goes: "nowhere", reason: "not-new" };
  }
  // The new session's own recording is whole, so the old one would add nothing.
  if (seen.letGo === 0) return { goes: "nowhere", reason: "own-recording" };
  return { goes: "on", until: seen.letGo };
}

/** The event before which a command ends a recording that the session inherited; null when the command ends none. */
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
