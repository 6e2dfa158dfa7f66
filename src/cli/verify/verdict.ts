/** What a comparison says of a file, for a person or for a program. Pure. */
import type { RecordingStatus } from "../../protocol/status.ts";
import { shortId } from "../../protocol/session.ts";
import { CLIENTS } from "../../protocol/clients.ts";
import type { Context } from "../context.ts";
import { reportText } from "../report/report.ts";
import { count, fit, painter, plain, showNumber, tilde } from "../terminal/style.ts";
import { lineWidth, wrap } from "../terminal/wrap.ts";
import { describeSeal } from "../seal/describe_seal.ts";
import { isBroken, resultOf, type SealCheck } from "../seal/seal_check.ts";
import type { Difference } from "./compare_events.ts";
import type { OwnWords } from "./own_words.ts";
import type { Recomputed } from "./recompute.ts";

interface Judged {
  readonly file: string;
  readonly bytes: number;
  /** Null: it has none of kato's. */
  readonly words: OwnWords | null;
  /** What kato's report of itself has on it. */
  readonly recording: RecordingStatus | null;
}

export interface Equal extends Judged {
  readonly result: "equal";
  readonly reason: null;
  readonly made: null;
  readonly recomputed: Recomputed;
  readonly lines: number;
  readonly difference: null;
}

export interface Unequal extends Judged {
  readonly result: "differs" | "cannot-tell";
  readonly reason: typeof REASONS[number];
  /** How the file began, as the audit log has it. */
  readonly made: {
    readonly version: string | null;
    readonly time: string;
    readonly policyHash: string;
    readonly isSamePolicy: boolean;
  } | null;
  readonly recomputed: Recomputed | null;
  readonly difference: (Difference & { readonly line: number; readonly found: string | null }) | null;
}

export type Verdict = Equal | Unequal;

export const RESULTS = ["equal", "differs", "cannot-tell"] as const;

/** Why it is not `equal`. */
export const REASONS = [
  "text",
  "title",
  "other-session",
  "image-folder",
  "not-of-kato",
  "no-source",
  "other-version",
  "being-written",
] as const;

/** Characters that are shown of a line in a pipe, and in a report. */
const LINE_CHARS = 500;

export function tellVerdict(
  verdict: Verdict,
  seal: SealCheck | null,
  json: boolean,
  context: Context,
): string {
  return json
    ? tellProgram(verdict, seal, context.home)
    : `${tellPerson(verdict, seal, context).join("\n")}\n`;
}

function tellPerson(verdict: Verdict, seal: SealCheck | null, { out, home }: Context): string[] {
  const { difference, recomputed } = verdict;
  const width = Math.min(lineWidth(out), LINE_CHARS);
  const paint = painter(out);
  /** A colour ends with its line, as a terminal's own line does. */
  const put = (text: string, colour: Colour | null = null) =>
    wrap("", text, lineWidth(out)).map((line) => colour === null ? line : paint(colour, line));
  const lines = put(messageOf(verdict, seal, home), COLOURS[resultOf(verdict, seal)]);
  if (difference !== null) {
    const shown = (line: string | null, none: string) => fit(line === null ? none : plain(line), width - 10);
    lines.push(
      `  file    ${shown(difference.found, "(it ends here)")}`,
      `  source  ${shown(difference.expected, "(the session has no more)")}`,
    );
  }
  if (verdict.result !== "equal" && verdict.made?.isSamePolicy === false) {
    lines.push(
      ...put("The policy was another one when the file was begun; it may have replaced other secrets."),
    );
  }
  if (recomputed !== null) lines.push(...put(settingsOf(verdict, recomputed)));
  if (seal !== null) lines.push(...put(describeSeal(seal, verdict.file, home), colourOf(seal)));
  return lines;
}

type Colour = "red" | "yellow" | "green";

const COLOURS = { "equal": "green", "differs": "red", "cannot-tell": "yellow" } as const;

function colourOf(seal: SealCheck): Colour {
  if (isBroken(seal)) return "red";
  return seal.seal !== null && seal.record === "found" ? "green" : "yellow";
}

/** What counts comes first: of a file that nobody can compare, its seal may say more. */
function messageOf(verdict: Verdict, seal: SealCheck | null, home: string): string {
  const shown = tilde(verdict.file, home);
  const result = resultOf(verdict, seal);
  if (result === "differs" && verdict.result !== "differs") {
    return `The seal of ${shown} does not hold. ${sourceMessageOf(verdict, home)}`;
  }
  if (result === "equal" && verdict.result === "cannot-tell") {
    return `${shown} is as it was sealed, and it was what its source gave then. It cannot be compared now: ${
      whyNotOf(verdict)
    }`;
  }
  return sourceMessageOf(verdict, home);
}

function nameSource({ words }: Verdict): string {
  return words === null ? "" : `session ${plain(shortId(words.session))} of ${CLIENTS[words.provider].name}`;
}

/** As compared with the source, whatever the seal says. */
function sourceMessageOf(verdict: Verdict, home: string): string {
  const { file, recomputed } = verdict;
  const shown = tilde(file, home);
  const source = nameSource(verdict);
  if (verdict.result === "equal") {
    const { parts, more } = verdict.recomputed;
    const events = parts.map(({ from, to }) => `${showNumber(from)} to ${showNumber(to)}`).join(" and ");
    const rest = more === 0 ? "" : ` The session has ${count(more, "event")} more by now.`;
    return `${shown} is what its source gives: events ${events} of ${source}, ${
      count(verdict.lines, "line")
    }.${rest}`;
  }
  switch (verdict.reason) {
    case "text":
      return `${shown} differs from ${source}${placeOf(verdict)}`;
    case "title":
      return `${shown} is what its source gives but for its title: ${source} never had that one.`;
    case "other-session":
      return `${shown} names ${source}, but kato recorded session ${
        plain(shortId(verdict.recording?.session ?? ""))
      } in it.`;
    case "image-folder":
      return `${shown} is what its source gives but for the folder of its images: ${
        plain(recomputed?.otherFolder ?? "")
      } does not belong to the file's name. The file was renamed, or somebody changed the links.`;
    default:
      return `kato cannot judge ${shown}: ${whyNotOf(verdict)}`;
  }
}

/** Where it differs, and the end of the sentence. */
function placeOf({ difference }: Unequal): string {
  if (difference === null) return ".";
  const { line, event } = difference;
  const within = event === null ? "" : `, in event ${showNumber(event)}`;
  return ` at line ${showNumber(line)}${within}. The ${count(line - 1, "line")} before it are the same.`;
}

/** Why nobody can tell. */
function whyNotOf(verdict: Unequal): string {
  switch (verdict.reason) {
    case "not-of-kato":
      return "it does not begin as kato's files do.";
    case "no-source":
      return `there is no log of ${nameSource(verdict)} that kato may read.`;
    case "being-written":
      return "it is being written. Try again.";
    default: {
      const version = verdict.made?.version;
      const by = version === null || version === undefined ? "another version" : `kato ${plain(version)}`;
      return `${by} made it, which this one cannot repeat exactly. It differs${placeOf(verdict)}`;
    }
  }
}

function settingsOf({ words }: Verdict, { making: { include, timeZone, redaction } }: Recomputed): string {
  const shows = words?.format === "jsonl"
    ? "everything"
    : include.length === 0
    ? "the conversation alone"
    : include.join(", ");
  return `Compared as the file says of itself, and with: ${shows}; times in ${plain(timeZone)}; secrets ${
    redaction.secrets ? "replaced by the policy as it is now" : "kept"
  }.`;
}

function tellProgram(verdict: Verdict, seal: SealCheck | null, home: string): string {
  const { file, bytes, words, recording, made, recomputed, difference, reason } = verdict;
  const result = resultOf(verdict, seal);
  const short = (line: string | null) => line === null ? null : line.slice(0, LINE_CHARS);
  return reportText("verification", {
    ok: result === "equal" ? true : result === "differs" ? false : null,
    result,
    reason,
    message: messageOf(verdict, seal, home),
    file,
    bytes,
    lines: "lines" in verdict ? verdict.lines : null,
    format: words?.format ?? null,
    provider: words?.provider ?? null,
    session: words?.session ?? null,
    recording: recording?.state ?? null,
    made: made === null ? null : { version: made.version, time: made.time, policyHash: made.policyHash },
    settings: recomputed === null ? null : {
      include: [...recomputed.making.include],
      timeZone: recomputed.making.timeZone,
      secrets: recomputed.making.redaction.secrets,
    },
    parts: recomputed?.parts ?? [],
    more: recomputed?.more ?? 0,
    closed: recomputed?.isClosed ?? false,
    difference: difference === null ? null : {
      line: difference.line,
      byte: difference.at,
      event: difference.event,
      found: short(difference.found),
      expected: short(difference.expected),
    },
    seal: seal === null ? null : {
      readable: seal.seal !== null,
      time: seal.seal?.time ?? null,
      result: seal.seal?.result ?? null,
      ...(seal.seal === null
        ? { file: null, record: null, sealedAt: null, source: null }
        : { file: seal.file, record: seal.record, sealedAt: seal.sealedAt, source: seal.source }),
    },
  });
}
