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
  return said >= lookedBefore - NEWS_SLACK_MS;
}

/** Whether a message is older than policy allows for a command. `minutes`: 0 for any age. */
export function isTooOld(minutes: number, time: string | null, now: number): boolean {
  if (minutes === 0) return false;
  const said = time === null ? NaN : Date.parse(time);
  return !(said >= now - minutes * 60_000);
}
