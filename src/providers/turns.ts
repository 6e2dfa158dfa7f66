/** The latest turns of a log, so that a rewind can name the first one that it undoes. Plain JSON, bounded. Pure. */

/** A person goes back a few turns. Each costs some ninety bytes of a checkpoint. */
const TURNS = 64;

/** Where earlier turns are not known, none is remembered: the first known one would be taken for the first. */
export function rememberTurn<T>(fold: { turns?: readonly T[] }, turn: T): void {
  if (fold.turns !== undefined) fold.turns = [...fold.turns.slice(1 - TURNS), turn];
}

/** The first turn of the log; undefined where it is forgotten. */
export function firstOf<T>(turns: readonly T[]): T | undefined {
  return turns.length < TURNS ? turns[0] : undefined;
}

/** The text of a rewind's notice. */
export const WENT_BACK = "The person went back to an earlier point; the conversation goes on from there.";
