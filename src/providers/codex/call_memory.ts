/** Remembers calls until all of their parts were reported: the call, its end, its questions. Pure. */
import type { Fold, Question } from "./fold.ts";
import { isId, remember } from "./ids.ts";

/** At most so many calls are remembered, so that a second copy of one is not reported twice. */
const CALLS = 256;
/** At most so many failed calls without a result, and calls with questions. */
const OPEN = 16;
/** Questions of one call, as JSON. For longer ones the result has the answers. */
const QUESTIONS_CHARS = 4 * 1024;
/** The last characters of a turn's id are random, and enough to tell it from others. */
const TURN_CHARS = 12;

export function callKey(call: string, turn: string): string {
  return `${turn.slice(-TURN_CHARS)}/${call}`;
}

/** The id of a call means another call in another turn. Forgets the earlier one. */
export function rememberCall(fold: Fold, call: string): void {
  if (!isId(call)) return;
  takeFailure(fold, call);
  takeQuestions(fold, call);
  remember(fold.calls, callKey(call, fold.turn.id), CALLS);
}

/** Whether the log has the call. `turn`: the turn of the call, "" where the client does not name it. */
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

/** Whether the call is known to have failed. Forgets the failure. */
export function takeFailure(fold: Fold, call: string): boolean {
  const index = fold.failed.indexOf(call);
  if (index !== -1) fold.failed.splice(index, 1);
  return index !== -1;
}

/** The questions of a call to the person. Forgets them. */
export function takeQuestions(fold: Fold, call: string): readonly Question[] {
  const index = fold.questions.findIndex((open) => open.call === call);
  return index === -1 ? [] : fold.questions.splice(index, 1)[0]?.asked ?? [];
}
