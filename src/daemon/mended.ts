/**
 * Recordings whose destination is denied. A person mends a folder and then waits for the recording, so kato looks
 * every second, and its pauses between tries, which grow with each failure, need not pass. A look costs a few names
 * of the file system and starts nothing.
 */
import type { after } from "../hosts/timers.ts";

/** Between two looks. Milliseconds. */
const LOOK_MS = 1_000;
/** So many recordings are looked at each time, in turn. If one is mended, all are looked at: they often share a folder. */
const LOOKS = 32;

export interface MendedOptions {
  /** `over`: the recording needs its file no more. */
  readonly look: (recording: number) => "denied" | "allowed" | "over";
  /** Its destination is allowed now. */
  readonly mended: (recording: number) => void;
  readonly after: typeof after;
}

export interface Denials {
  add(recording: number): void;
  delete(recording: number): void;
  close(): void;
}

export function watchDenials({ look, mended, after }: MendedOptions): Denials {
  /** In the order in which they are looked at. */
  const denied = new Set<number>();
  let cancel: (() => void) | null = null;

  /** Whether one of `recordings` is mended. */
  function lookAt(recordings: readonly number[]): boolean {
    let some = false;
    for (const recording of recordings) {
      const seen = look(recording);
      denied.delete(recording);
      if (seen === "denied") denied.add(recording);
      if (seen !== "allowed") continue;
      some = true;
      mended(recording);
    }
    return some;
  }

  function lookAround(): void {
    cancel = null;
    if (lookAt([...denied].slice(0, LOOKS))) lookAt([...denied]);
    arm();
  }

  function arm(): void {
    if (denied.size > 0) cancel ??= after(LOOK_MS, lookAround);
  }

  return {
    add(recording) {
      denied.add(recording);
      arm();
    },
    delete: (recording) => void denied.delete(recording),
    close() {
      denied.clear();
      cancel?.();
      cancel = null;
    },
  };
}
