/** Shows times to a person. */

/** One look-up serves all times up to the zone's next change: most conversations go on in one offset. */
interface Offset {
  readonly timeZone: string;
  /** The first time that it holds for, and the first one that it does not. Milliseconds. */
  readonly from: number;
  readonly until: number;
  readonly milliseconds: number;
  /** `+01:00` */
  readonly shown: string;
}

let latest: Offset | null = null;

/**
 * `2026-11-23 03:24:05 +01:00` in the given IANA zone; in UTC when the runtime does not know the zone, which the
 * offset shows. `time unknown` for null: a time is never invented.
 */
export function showTime(time: string | null, timeZone: string): string {
  const at = time === null ? NaN : Date.parse(time);
  if (Number.isNaN(at)) return "time unknown";
  const offset = offsetAt(at, timeZone);
  const local = new Date(at + offset.milliseconds).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset.shown}`;
}

function offsetAt(at: number, timeZone: string): Offset {
  if (latest?.timeZone === timeZone && latest.from <= at && at < latest.until) return latest;
  const local = localTime(at, timeZone);
  const until = local.getTimeZoneTransition("next")?.epochMilliseconds ?? Infinity;
  latest = { timeZone, from: at, until, milliseconds: local.offsetNanoseconds / 1e6, shown: local.offset };
  return latest;
}

/** Avoids `Intl`, whose tables take a megabyte of each process. */
function localTime(at: number, timeZone: string): Temporal.ZonedDateTime {
  const instant = Temporal.Instant.fromEpochMilliseconds(at);
  try {
    return instant.toZonedDateTimeISO(timeZone);
  } catch (error) {
    if (error instanceof RangeError) return instant.toZonedDateTimeISO("UTC");
    throw error;
  }
}
