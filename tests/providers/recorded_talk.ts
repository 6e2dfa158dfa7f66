/**
 * Compares events with a manifest of the form that later recordings have: what was typed, and what the model's service
 * served and received, for all sessions and sub-agents of a case together. Pure; to be run over events of a provider, and
 * over what `kato export --format jsonl` wrote.
 */
import type { Event } from "../../src/protocol/event.ts";
import { DIFFERENCES } from "./talk_differences.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface RecordedTalk {
  readonly case: string;
  readonly tool: string;
  readonly events: readonly (Fields & { readonly kind: string })[];
}

/** What is compared, each by itself. A command of the client counts as typed. */
const STREAMS = ["user", "assistant", "thinking", "tool_call", "tool_result"] as const;
type Stream = typeof STREAMS[number];

/** Texts, each by its beginning. */
type Texts = Partial<Record<Stream, readonly string[]>>;

/** Where a log differs from what was typed and served, by the client's own doing. */
export interface Difference {
  readonly why: string;
  /** Typed or served, and not in a log. */
  readonly missing?: Texts;
  /** In a log, and not typed or served. */
  readonly added?: Texts;
}

/** Differences between the conversations of a case and `events`, one sentence each; none if equal. */
export function compareWithTalk(
  talk: RecordedTalk,
  events: readonly Event[],
): string[] {
  const known = DIFFERENCES[`${talk.tool}/${talk.case}`] ?? [];
  const slashes = talk.events.flatMap((item) => typeof item["slash"] === "string" ? [item["slash"]] : []);
  return STREAMS.flatMap((stream) => {
    const name = `${talk.tool}/${talk.case} ${stream}`;
    const starts = (of: "missing" | "added") => known.flatMap((difference) => difference[of]?.[stream] ?? []);
    const expected = talk.events.flatMap((item) => expectedIn(stream, item));
    const found = withoutCopies(events).flatMap((event) => foundIn(stream, event));
    const missing = without(expected, found).filter((text) => text !== "");
    // The client keeps no record of some of its commands.
    const added = without(found, stream === "user" ? [...expected, ...slashes] : expected);
    return [
      ...unexplained(missing, starts("missing")).map((text) => `${name}: ${shown(text)} is missing`),
      ...unexplained(added, starts("added")).map((text) => `${name}: ${shown(text)} is too much`),
      ...unneeded(missing, starts("missing")).map((start) => `${name}: ${shown(start)} is not missing`),
      ...unneeded(added, starts("added")).map((start) => `${name}: ${shown(start)} is not too much`),
    ];
  });
}

/** A fork's log begins with copies: the same events, by their ids. */
function withoutCopies(events: readonly Event[]): Event[] {
  return [...new Map(events.map((event) => [`${event.agent} ${event.id}`, event])).values()];
}

/** What is in `all` more often than in `others`. */
function without(all: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return all.filter((text) => {
    const at = rest.indexOf(text);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

function unexplained(texts: readonly string[], starts: readonly string[]): string[] {
  const rest = [...starts];
  return texts.filter((text) => {
    const at = rest.findIndex((start) => text.startsWith(start));
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

function unneeded(texts: readonly string[], starts: readonly string[]): string[] {
  const rest = [...texts];
  return starts.filter((start) => {
    const at = rest.findIndex((text) => text.startsWith(start));
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

const KINDS: Readonly<Record<string, Stream>> = {
  typed: "user",
  assistant: "assistant",
  reasoning: "thinking",
  tool_call: "tool_call",
  tool_result: "tool_result",
};

function expectedIn(stream: Stream, item: Fields & { readonly kind: string }): string[] {
  // A client asks the service for titles and memories, too. No log has the answers.
  if (KINDS[item.kind] !== stream || item["side"] === true) return [];
  if (stream === "tool_call") return [`${item["call_id"]} ${item["name"]}`];
  if (stream === "tool_result") return [`${item["call_id"]} ${textIn(item["output"])}`];
  return [textIn(item["text"]).trim()];
}

function foundIn(stream: Stream, event: Event): string[] {
  const isCommand = event.type === "notice" && event.kind === "command";
  if (event.type !== stream && !(stream === "user" && isCommand)) return [];
  if (event.type === "tool_call") return [`${event.call} ${event.name}`];
  if (event.type === "tool_result") return [`${event.call} ${briefly(event.text)}`];
  return "text" in event ? [briefly(event.text).trim()] : [];
}

/** What a manifest has of a long text. */
interface Long {
  readonly head: string;
  readonly tail: string;
  readonly length: number;
}

function textIn(value: unknown): string {
  if (typeof value === "string") return briefly(value);
  if (Array.isArray(value)) return value.map(textIn).join("\n");
  return brief(value as Long);
}

const ENDS = 300;

/** A long text as manifests have it. */
function briefly(text: string): string {
  if (text.length <= 2 * ENDS) return text;
  return brief({ head: text.slice(0, ENDS), tail: text.slice(-ENDS), length: text.length });
}

function brief({ head, tail, length }: Long): string {
  return `${head}…${tail} (${length})`;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 160 ? `${text.slice(0, 160)}…` : text);
}
