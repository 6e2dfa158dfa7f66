/**
 * Whether a command is news, or stands in a log that came late: a restored backup, another machine's, one that a sync
 * tool brought. docs/state.md has the rule. Room: session; no authority, pure.
 */
import { NEWS_SLACK_MS } from "../protocol/limits.ts";

/** What is known of a session when one of its messages is judged. Times are milliseconds since 1970. */
export interface Acquaintance {
  /** kato's last look at the root, when the session turned up; null for one that was there when kato first looked. */
  readonly lookedBefore: number | null;
  /** kato knew the session when this run began. */
  readonly known: boolean;
}

/** Whether a message of this time is news. `time`: as its row says, null where it says none. */
export function isNews({ lookedBefore, known }: Acquaintance, time: string | null, now: number): boolean {
  if (lookedBefore === null) return true;
  const said = time === null ? NaN : Date.parse(time);
  if (Number.isNaN(said) || said > now + NEWS_SLACK_MS) return known;
  return said >= lookedBefore - NEWS_SLACK_MS;
}

/** Whether a message is older than policy lets a command be. `minutes`: 0 for any age. */
export function isTooOld(minutes: number, time: string | null, now: number): boolean {
  if (minutes === 0) return false;
  const said = time === null ? NaN : Date.parse(time);
  return !(said >= now - minutes * 60_000);
}
