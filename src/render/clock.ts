/** Times as a person reads them. Room: render; no authority, pure. */

/** Standard time changes its offset at a quarter of an hour: one look-up serves all times of a quarter. */
const QUARTER = 15 * 60_000;

interface Offset {
  readonly timeZone: string;
  readonly quarter: number;
  readonly milliseconds: number;
  /** `+01:00` */
  readonly shown: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();
let latest: Offset | null = null;

/**
 * `2026-11-23 03:24:05 +01:00` in the given IANA zone (UTC where the runtime does not know it, which the offset
 * says); `time unknown` for null: a time is never invented.
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
  const name = formatFor(timeZone).formatToParts(at).find((part) => part.type === "timeZoneName")?.value ??
    "";
  // `GMT+01:00`, `GMT` for UTC; before standard time there are seconds, too.
  const [, sign = "+", hours = "00", minutes = "00", seconds = "00"] =
    /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name) ?? [];
  const magnitude = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1_000;
  const shown = `${sign}${hours}:${minutes}${seconds === "00" ? "" : `:${seconds}`}`;
  latest = { timeZone, quarter, milliseconds: sign === "-" ? -magnitude : magnitude, shown };
  return latest;
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = makeFormat(timeZone);
  formats.set(timeZone, made);
  return made;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch (error) {
    if (error instanceof RangeError) return makeFormat("UTC");
    throw error;
  }
}
