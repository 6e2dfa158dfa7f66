/** Shows times to a person. */

/** Standard time changes its offset at a quarter of an hour, so one look-up serves all times of a quarter. */
const QUARTER = 15 * 60_000;

interface Offset {
  readonly timeZone: string;
  readonly quarter: number;
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
  const quarter = Math.floor(at / QUARTER);
  if (latest?.quarter === quarter && latest.timeZone === timeZone) return latest;
  const local = localTime(at, timeZone);
  latest = { timeZone, quarter, milliseconds: local.offsetNanoseconds / 1e6, shown: local.offset };
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
