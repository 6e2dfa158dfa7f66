/** What a search found, for a person and for a program. Pure. */
import { basename } from "@std/path";
import { shortId } from "../../protocol/session.ts";
import type { Found, Hit, IndexedSession } from "../../search/find.ts";
import type { Output } from "../context.ts";
import type { ReportBody } from "../report/reports.ts";
import { columnsOf, fit, padEnd, painter, plain, seenOutput, showAge, tilde } from "../terminal/style.ts";
import { lineWidth, wrap } from "../terminal/wrap.ts";

export interface Shown {
  readonly found: Found;
  /** All sessions of the index: an id is as short as it can be among them. */
  readonly sessions: readonly IndexedSession[];
  readonly now: number;
  readonly home: string;
}

/** Columns for the role: the longest is `tool_result`. */
const ROLE = 11;

export function hitsForPeople({ found, sessions, now, home }: Shown, out: Output): string {
  const paint = painter(out);
  const width = lineWidth(out);
  const lines: string[] = [];
  let above: IndexedSession | null = null;
  for (const hit of found.hits) {
    const { session, passage, snippet } = hit;
    if (session !== above) {
      if (above !== null) lines.push("");
      lines.push(paint("bold", headingOf(session, now, width)));
    }
    above = session;
    const text = snippet.map(({ text, isHit }) => {
      const words = seenOutput(text).replace(/\s+/g, " ");
      return isHit ? paintWords(words, (word) => paint("green", word)) : words;
    });
    lines.push(...wrap(`  ${padEnd(passage.role, ROLE)}  `, text.join("").trim(), width));
    lines.push(...wrap("    ", paint("dim", nextOf(hit, sessions, home)), width));
  }
  const note = NOTES[found.rest];
  if (found.hits.length === 0) lines.push("Nothing found.");
  if (note !== null) lines.push("", ...wrap("", paint("dim", note), width));
  return `${lines.join("\n")}\n`;
}

/** A colour lasts for one word: a line may end after it. */
function paintWords(words: string, paint: (word: string) => string): string {
  return words.split(" ").map((word) => word === "" ? "" : paint(word)).join(" ");
}

const NOTES: Readonly<Record<Found["rest"], string | null>> = {
  none: null,
  more:
    "There are more. --limit shows more of them; --provider, --project, --since and --role narrow the search.",
  unlooked:
    "The search was cut: so many texts have these words that the older ones were not compared. Add a word, or narrow " +
    "it with --provider, --project or --role.",
};

function headingOf(
  { session, provider, project, title, modified }: IndexedSession,
  now: number,
  width: number,
) {
  const age = showAge(now - modified);
  const facts = [
    padEnd(plain(shortId(session)), 8),
    provider,
    project === null ? "" : plain(basename(project)),
    plain(title ?? "(no title)"),
  ].filter((fact) => fact !== "").join("  ");
  if (width === Infinity) return `${facts}  ${age}`;
  const room = Math.max(1, width - columnsOf(age) - 2);
  return `${padEnd(fit(facts, room), room)}  ${age}`;
}

/** How to go on: a command, or the place in a recording. */
function nextOf(hit: Hit, sessions: readonly IndexedSession[], home: string): string {
  const { session: { file }, passage: { seq } } = hit;
  if (file !== null) return `${tilde(file, home)}, line ${seq}`;
  return plain(showLine(hit, sessions) ?? "its log is gone; the index alone has it");
}

/** The command that shows the hit in its session; null for a recording, and where the log is gone. */
function showLine({ session, passage }: Hit, sessions: readonly IndexedSession[]): string | null {
  if (session.gone || session.file !== null) return null;
  const short = shortId(session.session);
  const others = sessions.filter((other) => other !== session && other.file === null);
  const isAmbiguous = others.some(({ session: id }) => id.startsWith(short) || shortId(id).startsWith(short));
  const isTwice = others.some(({ session: id }) => id === session.session);
  const id = isAmbiguous ? session.session : short;
  return `kato show ${id} --from ${passage.seq}${isTwice ? ` --provider ${session.provider}` : ""}`;
}

export function hitsForPrograms({ found, sessions }: Shown): Pick<ReportBody<"search">, "hits" | "rest"> {
  const hits = found.hits.map((hit) => {
    const { session: { provider, session, title, project, gone, file }, passage, snippet } = hit;
    const { seq, role, time } = passage;
    return {
      provider,
      session,
      short: shortId(session),
      title,
      project,
      file,
      seq,
      role,
      time: time === null ? null : new Date(time).toISOString(),
      snippet: snippet.map(({ text, isHit }) => ({ text, hit: isHit })),
      gone,
      show: showLine(hit, sessions),
    };
  });
  return { hits, rest: found.rest };
}
