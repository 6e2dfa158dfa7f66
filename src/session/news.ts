/**
 * Whether a command is news, or history from a log that came late: a restored backup, a copy from another machine, a file
 * that a sync tool brought. docs/state.md has the rule. Pure.
 */
import { NEWS_SLACK_MS } from "../protocol/limits.ts";

/** kato's knowledge of a session when a message is judged. Times are milliseconds since 1970. */
export interface Acquaintance {
  /** kato's last look at the root before it saw the session; null: kato's very first look found the session. */
  readonly lookedBefore: number | null;
  /** kato knew the session before this run. */
  readonly known: boolean;
}

/** Whether a message of this time is news. `time`: the time in its row; null where the row has none. */
export function isNews({ lookedBefore, known }: Acquaintance, time: string | null, now: number): boolean {
  if (lookedBefore === null) return true;
  const said = time === null ? NaN : Date.parse(time);
  if (Number.isNaN(said) || said > now + NEWS_SLACK_MS) return known;
  // A look in the future was before the clock was set back: then only the present tells what is news.
  return said >= Math.min(lookedBefore, now) - NEWS_SLACK_MS;
}

/** Whether a message is older than policy allows for a command. `minutes`: 0 for any age. */
export function isTooOld(minutes: number, time: string | null, now: number): boolean {
  if (minutes === 0) return false;
  const said = time === null ? NaN : Date.parse(time);
  return !(said >= now - minutes * 60_000);
}

/** A session, as far as it says whether a rule of policy came before it. */
export interface RuledSession {
  /** When kato saw it and its latest look before that, in milliseconds since 1970; null: kato's very first look found it. */
  readonly arrival: { readonly added: number; readonly looked: number } | null;
  /** When it began, as its log says. */
  readonly started: string | null;
  /** It began as a copy of a session that a rule records: its log may begin with that session. */
  readonly isCopy: boolean;
}

/**
 * Whether a session began when the rules held already, which they do from `since` on. A late log and a log without a time
 * did not.
 */
export function isAfterRules(session: RuledSession, since: number, now: number): boolean {
  const { arrival, started, isCopy } = session;
  if (arrival === null || arrival.added < since) return false;
  if (started === null || !(Date.parse(started) >= since)) return false;
  return isCopy || isNews({ lookedBefore: arrival.looked, known: false }, started, now);
}
