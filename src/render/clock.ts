/** Times as a person reads them. Room: render; no authority, pure. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-23 03:24:05 +01:00` in the given IANA zone; `time unknown` for null: a time is never invented. */
export function showTime(time: string | null, timeZone: string): string {
  if (time === null) return "time unknown";
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return "time unknown";
  const part: Record<string, string> = {};
  for (const { type, value } of formatFor(timeZone).formatToParts(at)) part[type] = value;
  const offset = (part.timeZoneName ?? "").replace("GMT", "") || "+00:00";
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second} ${offset}`;
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = makeFormat(timeZone);
  formats.set(timeZone, made);
  return made;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  };
  try {
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone });
  } catch (error) {
    // A zone this runtime does not know: UTC, which the offset says.
    if (error instanceof RangeError) return new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" });
    throw error;
  }
}
