/**
 * The name of a file for a session, where nobody typed one: from a template of the configuration. Every value is made
 * safe on its own, so no title and no project leads out of the folder. Pure.
 */
import { basename } from "@std/path";
import { SLUG_CHARS } from "../protocol/name_limits.ts";
import { type SessionMeta, shortId } from "../protocol/session.ts";

/** Characters of a title or of a project's name that a file name does not keep. */
const UNSAFE_IN_NAME = /[^\p{L}\p{N}\p{M}_]|\p{Default_Ignorable_Code_Point}/gu;
/** An export of all sessions writes a list of its files under this name. A client may name a session so. */
const INDEX = "index";
const SHORT_ID_CHARS = 8;

/** The name below the folder for generated files, with `.md` at its end. `timeZone`: IANA name, for date and time. */
export function generateName(meta: SessionMeta, timeZone: string, template: string): string {
  const { date, time } = startOf(meta.started, timeZone);
  const values: Readonly<Record<string, string>> = {
    date,
    time,
    slug: slugOf(meta.title ?? ""),
    project: nameSafely(basename(meta.project ?? "")) || "no-project",
    provider: meta.provider,
    session: nameSafely(shortId(meta.session), SHORT_ID_CHARS) || "session",
  };
  const named = template.split("/").map((part) =>
    tidy(part.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ""))
  );
  const name = named.join("/");
  return `${name.toLowerCase() === INDEX ? `session-${name}` : name}.md`;
}

/** Words of the title, in lower case, up to the end of one. */
function slugOf(title: string): string {
  const words = nameSafely(title.toLowerCase(), SLUG_CHARS + 1);
  if (Array.from(words).length <= SLUG_CHARS) return words;
  const end = words.lastIndexOf("-");
  return end > 0 ? words.slice(0, end) : Array.from(words).slice(0, SLUG_CHARS).join("");
}

function nameSafely(text: string, most = SLUG_CHARS): string {
  const safe = text.normalize("NFC").replace(UNSAFE_IN_NAME, "-").replace(/-{2,}/g, "-").replace(/^-/, "");
  return Array.from(safe).slice(0, most).join("").replace(/-$/, "");
}

/** A value may be empty: no separator stands twice, or at an end, and no name is hidden. */
function tidy(name: string): string {
  return name.replace(/([-_. ])[-_. ]+/g, "$1").replace(/^[-_. ]+|[-_. ]+$/g, "") || "untitled";
}

function startOf(started: string | null, timeZone: string): { readonly date: string; readonly time: string } {
  const at = started === null ? NaN : Date.parse(started);
  if (Number.isNaN(at)) return { date: "undated", time: "" };
  // `Intl` would cost the daemon a megabyte for its tables of words.
  const start = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const [month, day, hour, minute] = [start.month, start.day, start.hour, start.minute]
    .map((part) => `${part}`.padStart(2, "0"));
  return { date: `${start.year}-${month}-${day}`, time: `${hour}${minute}` };
}
