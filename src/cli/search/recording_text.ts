/** The passages of a file that kato wrote: Markdown, HTML or JSON Lines. Pure. */
import { FORMATS, PROVIDERS } from "../../protocol/closed_sets.ts";
import { type Event, MAIN_AGENT, type ProviderId } from "../../protocol/event.ts";
import { event as eventSchema } from "../../protocol/event_schema.ts";
import { BLOCK_CHARS } from "../../protocol/search_limits.ts";
import type { Format } from "../../protocol/render.ts";
import { decodeEntities } from "../scan/entities.ts";

/** What the beginning of a recording says of it. */
export interface RecordingHead {
  readonly format: Format;
  readonly provider: ProviderId;
  readonly session: string;
  readonly title: string | null;
  readonly project: string | null;
}

/** By its name; null: kato writes no such file. */
export function formatOf(path: string): Format | null {
  return FORMATS.find((format) => path.endsWith(`.${format}`)) ?? null;
}

/** Null: kato did not begin the file. */
export function headOf(format: Format, text: string): RecordingHead | null {
  const facts = format === "md" ? frontMatter(text) : format === "html" ? htmlFacts(text) : firstEvent(text);
  const provider = PROVIDERS.find((id) => id === facts?.get("provider"));
  const session = facts?.get("session");
  if (facts === null || provider === undefined || session === undefined || session === "") return null;
  return {
    format,
    provider,
    session,
    title: facts.get("title") ?? null,
    project: facts.get("project") ?? null,
  };
}

type Facts = ReadonlyMap<string, string>;

function frontMatter(text: string): Facts | null {
  const [, lines] = /^---\n([^]*?\n)format: kato\/1\n---\n/.exec(text) ?? [];
  if (lines === undefined) return null;
  return new Map(
    [...lines.matchAll(/^(\w+): (.*)$/gm)].map(([, key = "", value = ""]) => [key, unquote(value)]),
  );
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    // Somebody edited the head: its words are a title as well as any.
    return value;
  }
}

function htmlFacts(text: string): Facts | null {
  if (!text.includes('<meta name="generator" content="kato/1">')) return null;
  const facts = [...text.matchAll(/^<dt>(\w+)<\/dt><dd>(.*)<\/dd>$/gm)];
  const title = /^<title>(.*)<\/title>$/m.exec(text)?.[1] ?? "";
  return new Map([["title", ""], ...facts.map(([, key = "", value = ""]) => [key, value])].map((
    [key = "", value = ""],
  ) => [key, decodeEntities(key === "title" ? title : value)]));
}

function firstEvent(text: string): Facts | null {
  const found = /^\{"v":1,"id":"(?:[^"\\]|\\.)*","provider":"([a-z-]+)","session":"([^"\\]+)",/.exec(text);
  return found === null ? null : new Map([["provider", found[1] ?? ""], ["session", found[2] ?? ""]]);
}

/** A line of a recording. */
export interface RecordingLine {
  readonly text: string;
  /** Its number, from 1. */
  readonly line: number;
  /** The bytes of the file up to its end. */
  readonly end: number;
}

export interface RecordingPassage {
  /** As an event whose number is the line that it begins in. */
  readonly event: Event;
  /** Where the next one begins. */
  readonly end: number;
  readonly nextLine: number;
}

/**
 * Passages go from heading to heading, or from event to event. The last one may become longer. The head of the file is none.
 *
 * @param isWithin The lines go on within a turn.
 */
export function* passagesOf(
  lines: Iterable<RecordingLine>,
  head: RecordingHead,
  isWithin: boolean,
): Generator<RecordingPassage> {
  if (head.format === "jsonl") {
    yield* eventsIn(lines, head);
    return;
  }
  let heading: Heading | null = isWithin ? { type: "assistant", time: null } : null;
  let open: RecordingLine[] = [];
  let length = 0;
  let fence = "";
  for (const line of lines) {
    const next = fence === "" ? headingIn(line.text, head.format) : null;
    if (heading !== null && open.length > 0 && (next !== null || length > BLOCK_CHARS)) {
      yield passageIn(open, heading, head);
      open = [];
      length = 0;
    }
    heading = next ?? heading;
    if (head.format === "md") fence = fenceAfter(fence, line.text);
    if (heading === null) continue;
    open.push(line);
    length += line.text.length;
  }
  if (heading !== null && open.length > 0) yield passageIn(open, heading, head);
}

function passageIn(
  lines: readonly RecordingLine[],
  { type, time }: Heading,
  { format, provider, session }: RecordingHead,
): RecordingPassage {
  const seq = lines[0]?.line ?? 0;
  const last = lines.at(-1);
  const whole = lines.map(({ text }) => format === "html" ? text.replace(/<[^<>]*>/g, " ") : text).join("\n");
  const text = decodeEntities(whole);
  const base = { v: 1, id: `line ${seq}`, provider, session, seq, time, agent: MAIN_AGENT, text } as const;
  return {
    event: type === "user" ? { ...base, type } : { ...base, type, model: null, phase: null },
    end: last?.end ?? 0,
    nextLine: (last?.line ?? 0) + 1,
  };
}

function* eventsIn(
  lines: Iterable<RecordingLine>,
  { provider, session }: RecordingHead,
): Generator<RecordingPassage> {
  for (const { text, line, end } of lines) {
    const event = eventIn(text);
    if (event !== null) yield { event: { ...event, provider, session, seq: line }, end, nextLine: line + 1 };
  }
}

interface Heading {
  readonly type: "user" | "assistant";
  readonly time: string | null;
}

/** The heading of a turn. What tools did stands below the answer that called them. */
function headingIn(text: string, format: Format): Heading | null {
  const found = format === "html"
    ? /^<h2 class="(user|assistant)" id="turn-\d+">.*?<time datetime="([^"]*)">/.exec(text)
    : /^## (User|Assistant)\b.* — (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d:\d\d)$/.exec(text);
  if (found === null) return null;
  const [, who = "", ...when] = found;
  const time = new Date(format === "html" ? when[0] ?? "" : `${when[0]}T${when[1]}${when[2]}`);
  return {
    type: who.toLowerCase() === "user" ? "user" : "assistant",
    time: Number.isNaN(time.getTime()) ? null : time.toISOString(),
  };
}

/** The open code fence after a line: in it, a line that looks like a heading is a text of somebody's. */
function fenceAfter(fence: string, text: string): string {
  if (fence === "") return /^`{3,}/.exec(text)?.[0] ?? "";
  return /^`+$/.test(text) && text.length >= fence.length ? "" : fence;
}

function eventIn(text: string): Event | null {
  try {
    return eventSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    // A person may have edited the file, or a line is being written.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
