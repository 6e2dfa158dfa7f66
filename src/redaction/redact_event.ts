/**
 * Replaces the secrets of events by placeholders, which say the kind of secret and tell one secret from another. The state
 * goes on from one delivery to the next. It holds no secret. Pure, but for the random key of a new state.
 */
import type { Event } from "../protocol/event.ts";
import { SECRETS_NUMBERED } from "../protocol/redaction_limits.ts";
import { REDACTION, type Redaction } from "../protocol/redaction.ts";
import { sha256 } from "../protocol/sha256.ts";
import { NAME_OF_SECRET, ruleOfField, type Span } from "./assignments.ts";
import { findSecrets, keyLinesEnd, type Open, runAt } from "./find_secrets.ts";

/** Plain JSON. */
export interface RedactionState {
  /** Of this recording alone, drawn at random for its first secret: without it a mark says nothing. "" before. */
  key: string;
  /** By rule, in the order of their numbers: a few digits that tell a secret of this recording from its others. */
  readonly marks: Record<string, string[]>;
  /** A secret goes on in the next event of this kind. */
  open: (Open & { readonly kind: string }) | null;
}

export function beginRedaction(): RedactionState {
  return { key: "", marks: {}, open: null };
}

function drawKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join(" ");
}

/** A mark's digits: too few to find a secret by them, and enough to tell a thousand apart. */
const MARK_DIGITS = 10;

/** For names and titles, which stand alone. A title that was cut ends with `…`. */
export function redactLine(text: string, redaction: Redaction = REDACTION): string {
  const end = text.endsWith("…") ? text.length - 1 : text.length;
  const { spans } = findSecrets(text.slice(0, end), redaction);
  return replace(text, spans, ({ rule }) => `[redacted: ${rule}]`).text;
}

interface Replaced {
  readonly text: string;
  /** Where a place of the former text is now. */
  readonly place: (before: number) => number;
}

function asItIs(text: string): Replaced {
  return { text, place: (before) => before };
}

/** One event at a time. */
interface Work {
  readonly redaction: Redaction;
  readonly state: RedactionState;
  readonly counts: Record<string, number>;
}

/** The event without secrets. `state` is changed in place. */
export function redactEvent(event: Event, redaction: Redaction, state: RedactionState): Event {
  if (!redaction.secrets) return event;
  const work: Work = { redaction, state, counts: {} };
  const redacted = withoutSecrets(event, work);
  return Object.keys(work.counts).length === 0 ? event : { ...redacted, redacted: work.counts };
}

function withoutSecrets(event: Event, work: Work): Event {
  const string = (text: string) => replaceIn(text, work).text;
  switch (event.type) {
    case "user":
    case "thinking":
      return { ...event, text: replaceStream(event, work).text };
    case "assistant": {
      const { text, place } = replaceStream(event, work);
      const { page } = event;
      return page === undefined ? { ...event, text } : {
        ...event,
        text,
        page: {
          before: place(page.before),
          from: place(page.from),
          to: place(page.to),
          after: place(page.after),
        },
      };
    }
    case "tool_call":
      return {
        ...event,
        name: string(event.name),
        input: replaceAll(event.input, work),
        ...(event.page === undefined ? {} : { page: replaceAll(event.page, work) as typeof event.page }),
      };
    case "tool_result": {
      const { text, place } = replaceStream(event, work);
      const { page } = event;
      if (page === undefined) return { ...event, text };
      const { from, to, approves } = page;
      const words = replacePage(page, work);
      const approved = approves === undefined ? {} : { approves: place(approves) };
      return { ...event, text, page: { ...words, from: place(from), to: place(to), ...approved } };
    }
    case "decision":
      return {
        ...event,
        question: string(event.question),
        options: event.options.map(string),
        answer: event.answer === null ? null : string(event.answer),
        ...(event.note === undefined ? {} : { note: string(event.note) }),
      };
    case "notice": {
      const { text, place } = replaceStream(event, work);
      if (event.page === undefined) return { ...event, text };
      const words = replacePage(event.page, work);
      return {
        ...event,
        text,
        page: words.from === undefined ? words : { ...words, from: place(words.from) },
      };
    }
  }
}

/** Images have no text, and are large. */
function replacePage<Page extends { readonly imageData?: unknown }>(page: Page, work: Work): Page {
  const { imageData, ...words } = page;
  return { ...replaceAll(words, work) as Page, ...(imageData === undefined ? {} : { imageData }) };
}

/** The text of an event, which may go on where another event of its kind ended. */
function replaceStream(
  event: Extract<Event, { readonly text: string }>,
  { redaction, state, counts }: Work,
): Replaced {
  const { text, type, agent } = event;
  const { spans, open } = findSecrets(text, redaction);
  // Most texts have none, and follow none that is open.
  if (spans.length === 0 && open === null && state.open === null) return asItIs(text);
  const kind = JSON.stringify([type, agent, "call" in event ? event.call : ""]);
  const start = state.open?.kind === kind ? restOf(text, state.open) : 0;
  const rule = state.open?.rule ?? "";
  const goesOn = start > 0 && start === text.length && state.open !== null;
  const isOver = state.open?.kind === kind || open !== null;
  const all = start === 0
    ? spans
    : [{ rule, from: 0, to: start }, ...spans.filter(({ from }) => from >= start)];
  if (goesOn && state.open !== null) {
    state.open = { ...state.open, lacks: Math.max(0, state.open.lacks - start) };
  } else if (isOver) state.open = open === null ? null : { ...open, kind };
  return replace(text, all, (span) => placeholder(text, span, { redaction, state, counts }));
}

/** Characters at the beginning of `text` with which an open secret goes on. */
function restOf(text: string, { chars, lacks }: Open): number {
  if (chars === "private-key") {
    const end = keyLinesEnd(text, 0);
    return /[A-Za-z0-9+/=]{16}/.test(text.slice(0, end)) ? end : 0;
  }
  const length = runAt(chars, text, 0);
  return length >= Math.max(1, lacks) || length === text.length ? length : 0;
}

function replaceIn(text: string, work: Work): Replaced {
  return replace(text, findSecrets(text, work.redaction).spans, (span) => placeholder(text, span, work));
}

/** All texts of a value, its keys too. */
function replaceAll(value: unknown, work: Work): unknown {
  if (typeof value === "string") return replaceIn(value, work).text;
  if (Array.isArray(value)) {
    const words: readonly unknown[] = value.every((item) => typeof item === "string")
      ? replaceWords(value, work)
      : value;
    return words.map((item) => replaceAll(item, work));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [key, of],
    ) => [replaceIn(key, work).text, replaceNamed(nameOf(key, value), of, work)]),
  );
}

/** The words of a command line: a word may show that the next one is a secret. */
function replaceWords(words: readonly string[], work: Work): readonly string[] {
  const { spans } = findSecrets(words.join(" "), work.redaction);
  if (spans.length === 0) return words;
  let start = 0;
  return words.map((word) => {
    const [from, to] = [start, start + word.length];
    start = to + 1;
    const inside = spans.filter((span) => span.from >= from && span.to <= to)
      .map((span) => ({ rule: span.rule, from: span.from - from, to: span.to - from }));
    return replace(word, inside, (span) => placeholder(word, span, work)).text;
  });
}

/** What a value belongs to: its key, or the name beside it: `{ "name": "DB_PASSWORD", "value": "…" }`. */
function nameOf(key: string, pair: object): string {
  const { name } = pair as { readonly name?: unknown };
  return key === "value" && typeof name === "string" ? name : key;
}

/** A text that gets a name: the name may show that it is a secret. */
function replaceNamed(key: string, value: unknown, work: Work): unknown {
  if (typeof value !== "string" || !NAME_OF_SECRET.test(key)) return replaceAll(value, work);
  const found = findBehind(key, value, work.redaction);
  const spans = found.length > 0 ? found : findWhole(key, value, work.redaction);
  return replace(value, spans, (span) => placeholder(value, span, work)).text;
}

/** Secrets in a value that stands behind its name in a line, or alone where it makes no line. */
function findBehind(key: string, value: string, redaction: Redaction): readonly Span[] {
  const words = value.trimEnd();
  const quote = ['"', "'", "`"].find((one) => !(key + words).includes(one));
  if (quote === undefined || /\n/.test(key + words)) return findSecrets(value, redaction).spans;
  const head = quote + key + quote + ":" + quote;
  const line = head + words + quote;
  return findSecrets(line, redaction).spans
    .filter(({ from, to }) => from >= head.length && to < line.length)
    .map(({ rule, from, to }) => ({ rule, from: from - head.length, to: to - head.length }));
}

/** All of a value, but for blanks around it, where its name shows that it is a secret. */
function findWhole(key: string, value: string, { allow }: Redaction): readonly Span[] {
  const words = value.trim();
  const rule = allow.includes(words) ? null : ruleOfField(key.trim(), words);
  const from = value.indexOf(words);
  return rule === null ? [] : [{ rule, from, to: from + words.length }];
}

function replace(text: string, spans: readonly Span[], write: (span: Span) => string): Replaced {
  if (spans.length === 0) return asItIs(text);
  const parts: string[] = [];
  const moves: { readonly from: number; readonly to: number; readonly at: number; readonly by: number }[] =
    [];
  let end = 0;
  let length = 0;
  for (const span of spans) {
    const written = write(span);
    length += span.from - end;
    moves.push({ from: span.from, to: span.to, at: length, by: length + written.length - span.to });
    parts.push(text.slice(end, span.from), written);
    length += written.length;
    end = span.to;
  }
  return {
    text: parts.join("") + text.slice(end),
    place(before) {
      const move = moves.findLast(({ from }) => from < before);
      if (move === undefined) return before;
      return before < move.to ? move.at : before + move.by;
    },
  };
}

function placeholder(text: string, { rule, from, to }: Span, { state, counts }: Work): string {
  counts[rule] = (counts[rule] ?? 0) + 1;
  if (state.key === "") state.key = drawKey();
  const marks = state.marks[rule] ??= [];
  const mark = sha256(`${state.key} ${rule} ${text.slice(from, to)}`).slice(0, MARK_DIGITS);
  let number = marks.indexOf(mark) + 1;
  if (number === 0 && marks.length >= SECRETS_NUMBERED) return `[redacted: ${rule}, one of many]`;
  if (number === 0) number = marks.push(mark);
  return number === 1 ? `[redacted: ${rule}]` : `[redacted: ${rule} ${number}]`;
}
