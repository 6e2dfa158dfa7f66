/** What is remembered of calls until all of it was told: the call, how it ended, what it asked. Pure. */
import type { Fold, Question } from "./fold.ts";
import { isId, remember } from "./ids.ts";

/** Calls that are remembered, so that what a client tells of them once more is not told twice. */
const CALLS = 256;
/** Calls known to have failed whose results are still to come, and calls that asked the person something. */
const OPEN = 16;
/** What is asked at once, as JSON; of longer questions the result has the answers. */
const QUESTIONS_CHARS = 4 * 1024;
/** Of a turn's id, its last characters tell it from others: they are chosen at random. */
const TURN_CHARS = 12;

export function callKey(call: string, turn: string): string {
  return `${turn.slice(-TURN_CHARS)}/${call}`;
}

/** An id of a call is another's in another turn: what was known of that one is over. */
export function rememberCall(fold: Fold, call: string): void {
  if (!isId(call)) return;
  takeFailure(fold, call);
  takeQuestions(fold, call);
  remember(fold.calls, callKey(call, fold.turn.id), CALLS);
}

/** Whether the log has the call. `turn`: whose it is, "" where the client does not say. */
export function knowsCall(fold: Fold, call: string, turn: string): boolean {
  if (fold.calls.includes(callKey(call, turn)) || fold.calls.includes(callKey(call, ""))) return true;
  return turn === "" && fold.calls.some((known) => known.endsWith(`/${call}`));
}

export function rememberFailure(fold: Fold, call: string): void {
  if (isId(call) && !fold.failed.includes(call)) remember(fold.failed, call, OPEN);
}

export function rememberQuestions(fold: Fold, call: string, asked: readonly Question[]): void {
  if (asked.length > 0 && isId(call) && JSON.stringify(asked).length <= QUESTIONS_CHARS) {
    remember(fold.questions, { call, asked }, OPEN);
  }
}

/** Takes a call's failure, if it is known. */
export function takeFailure(fold: Fold, call: string): boolean {
  const index = fold.failed.indexOf(call);
  if (index !== -1) fold.failed.splice(index, 1);
  return index !== -1;
}

/** Takes what a call asked the person. */
export function takeQuestions(fold: Fold, call: string): readonly Question[] {
  const index = fold.questions.findIndex((open) => open.call === call);
  return index === -1 ? [] : fold.questions.splice(index, 1)[0]?.asked ?? [];
}
