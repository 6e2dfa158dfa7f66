/** The starts of the client in a log: a terminal's, or one for a single prompt. Pure. */
import { type Row, timeOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";

/** Nobody types so fast after a resume, or once the terminal is there: such a message was on the command line. */
const BEFORE_KEYS_MS = { resume: 2000, terminal: 1000 };

export function noteStart(type: string, record: Row, fold: Fold): void {
  const time = timeOf(record["timestamp"]);
  if (type === "session.start") {
    fold.begun = time;
    fold.process = "unknown";
    fold.keysFrom = null;
  } else {
    // A terminal that resumes a session leaves no sign but the time of the first message.
    fold.process = "terminal";
    fold.keysFrom = behind(time, BEFORE_KEYS_MS.resume);
  }
}

/** A terminal chooses its model once it is there. */
export function noteModelChange(source: unknown, record: Row, fold: Fold): void {
  if (source !== "startup" || fold.process !== "unknown") return;
  fold.process = "terminal";
  fold.keysFrom = behind(timeOf(record["timestamp"]), BEFORE_KEYS_MS.terminal);
}

function behind(time: string | null, milliseconds: number): number | null {
  return time === null ? null : Date.parse(time) + milliseconds;
}

/** Whether the message was given to the client at its start. */
export function isFromCommandLine(time: string, fold: Fold): boolean {
  const { keysFrom } = fold;
  fold.keysFrom = null;
  return fold.process !== "terminal" || (keysFrom !== null && Date.parse(time) < keysFrom);
}

/** Whether the record is older than the session: a fork begins with a copy of its parent. */
export function isCopy(record: Row, { begun }: Fold): boolean {
  const time = timeOf(record["timestamp"]);
  return begun !== null && time !== null && time < begun;
}
