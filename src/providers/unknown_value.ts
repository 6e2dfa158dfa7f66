/** Reads values of unknown shape: a log may hold any JSON. Pure. */

export type Row = Readonly<Record<string, unknown>>;

const EMPTY: Row = {};

export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `value` if it is an object, else an object without properties. */
export function rowOf(value: unknown): Row {
  return isRow(value) ? value : EMPTY;
}

/** `value` if it is an array, else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `value` if it is a string, else "". UTF-8 cannot hold a lone surrogate: it becomes U+FFFD. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value.toWellFormed() : "";
}

/** An escape in JSON. The engine writes a lone surrogate as one, in lower case; a backslash is one of its own. */
const ESCAPE = /\\(?:ud[89a-f][\da-f]{2}|.)/g;

/** `value` as JSON, without lone surrogates, as `textOf` has it. */
export function jsonOf(value: unknown): string {
  return (JSON.stringify(value) ?? "").replace(
    ESCAPE,
    (escape) => escape.startsWith("\\ud") ? "\ufffd" : escape,
  );
}

/** `value` if it is a number, else -1: for places and counts. */
export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : -1;
}

/** A time as clients write it, on a day that exists. 29 February needs the full check below. */
const CANONICAL =
  /^\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** An ISO 8601 time in UTC with milliseconds; null for any other value, such as 30 February. */
export function timeOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  // A `Date` for each time would take a third of the time of an export.
  if (CANONICAL.test(value)) return value;
  if (!ISO.test(value)) return null;
  const time = new Date(value);
  const clock = new Date(value.slice(0, 19) + "Z");
  if (Number.isNaN(time.getTime()) || Number.isNaN(clock.getTime())) return null;
  // The runtime turns 30 February into 2 March: a time is never invented.
  if (clock.toISOString().slice(0, 19) !== value.slice(0, 19)) return null;
  const utc = time.toISOString();
  // An offset can move a time out of the years 0000 to 9999. ISO writes those with more digits.
  return utc.length === 24 ? utc : null;
}

/** The same for a number of milliseconds since 1970. */
export function timeOfMilliseconds(value: unknown): string | null {
  if (typeof value !== "number") return null;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? null : timeOf(time.toISOString());
}

/** The text between the first `<tag>` and the last `</tag>` after it; null without them. */
export function tagged(text: string, tag: string): string | null {
  const open = text.indexOf(`<${tag}>`);
  if (open === -1) return null;
  const start = open + tag.length + 2;
  const end = text.lastIndexOf(`</${tag}>`);
  return end < start ? null : text.slice(start, end);
}

/** The text of the first `<tag>`, where other tags behind it may hold anybody's words: the client wrote the first. "" for none. */
export function firstTagged(text: string, tag: string): string {
  const open = text.indexOf(`<${tag}>`);
  if (open === -1) return "";
  const start = open + tag.length + 2;
  const end = text.indexOf(`</${tag}>`, start);
  return end === -1 ? "" : text.slice(start, end).trim();
}

const TYPE_NAME = /^[\w./-]{1,64}$/;

/** The name of a type, for reports. A longer or odder name could be content, and is not repeated. */
export function typeName(value: unknown): string {
  return typeof value === "string" && TYPE_NAME.test(value) ? value : "(odd name)";
}
