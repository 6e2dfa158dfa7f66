/**
 * Compares a file with the text of a session's events, one event after another. A file may begin late and leave events
 * out, as `::record` and `::stop` have it. Where it goes on may show only later, so that several readings are followed until
 * one is left. Reads the file; of the session, only the renderer's states are kept.
 */
import { WAITING_CHARS } from "../../protocol/limits.ts";
import type { Event } from "../../protocol/event.ts";
import type { RenderHead } from "../../protocol/render.ts";
import { beginRange, type Start } from "../../render/range.ts";
import { beginsTurn } from "../../render/turns.ts";
import type { CheckedFile } from "./checked_file.ts";
import type { EventWay, EventWays, Steps } from "./image_ways.ts";

/** Events of one session that the file has, without a gap. */
export interface Part {
  readonly session: string;
  readonly from: number;
  readonly to: number;
}

export interface Difference {
  /** The first byte of the file that differs. */
  readonly at: number;
  /** The event whose text belongs there; null: the session has no more. */
  readonly event: number | null;
  /** The line as it should be; null: none. */
  readonly expected: string | null;
}

export interface Compared {
  readonly parts: readonly Part[];
  /** Events of the session behind those that the file has. */
  readonly more: number;
  /** The file ends with the line that says what it has. */
  readonly isClosed: boolean;
  /** Null: the file is what the session gives. */
  readonly difference: Difference | null;
}

export interface Comparison {
  take(event: Event): void;
  /** The session has no more events; another one may go on in the file. */
  endSession(): void;
  end(): Compared;
  /** What comes can change nothing. */
  isDecided(): boolean;
  /** Where the file begins, once it is certain; null before. */
  begun(): Compared | null;
  /** A part of the file is still to be explained. */
  mayGoOn(): boolean;
}

export interface ComparisonOptions {
  readonly file: CheckedFile;
  /** How each event may have been written. */
  readonly ways: EventWays;
  /** Whether an event may have more than one way. */
  readonly mayVary: boolean;
  readonly head: RenderHead;
  /** The part of the session that an export was asked for; null: the file shows where it begins. */
  readonly start: Start | null;
  /** Events before the file's first one were left out of an export, which counts them. */
  readonly skips: boolean;
}

/** A closing line in each form. Its text may begin with calls that waited. */
const CLOSING: Readonly<Record<RenderHead["format"], string | null>> = {
  md: "> *Up to here* ",
  html: "<em>Up to here</em> ",
  jsonl: null,
};

/** So far behind the last event a closing line may stand: calls that waited come before it, in two bytes a character at most. */
const CLOSING_REACH = 2 * WAITING_CHARS;

/** Readings that are followed at once. Events without a text of their own make them. */
const READINGS = 8;

/** A reading with so many texts in a row is no accident. A heading or an empty result may stand in several places. */
const FIRM_TEXTS = 3;

/** One way in which the file may have come from the events. */
interface Reading {
  state: unknown;
  /** Of the images that were refused and kept in turns. */
  steps: Steps;
  /** Bytes of the file that are explained. */
  at: number;
  /** `seek`: the file goes on with a later event. */
  mode: "seek" | "follow" | "over";
  /** The file's latest part was found by words that stand there once. */
  isFirm: boolean;
  /** Texts of events that were found in that part. */
  texts: number;
  isClosed: boolean;
  more: number;
  parts: readonly Part[];
}

const encoder = new TextEncoder();

export function beginComparison(options: ComparisonOptions): Comparison {
  const { file, ways, head, start, skips } = options;
  const renderer = firstOf(ways(NO_STEPS)).renderer;
  const isIn = start === null ? null : beginRange(start);
  const findClosing = closingFinder(options);
  let nearest: Difference | null = null;
  let readings: Reading[] = [{
    state: renderer.begin(head),
    steps: NO_STEPS,
    at: 0,
    mode: isIn === null ? "seek" : "follow",
    isFirm: false,
    texts: 0,
    isClosed: false,
    more: 0,
    parts: [],
  }];

  /** Whether the text stands there. The farthest place where one does not is the difference. */
  function stands({ at }: Reading, bytes: Uint8Array, event: number | null): boolean {
    if (file.has(at, bytes)) return true;
    const same = at + file.common(at, bytes);
    if (nearest === null || nearest.at < same) {
      nearest = { at: same, event, expected: lineOf(bytes, same - at) };
    }
    return false;
  }

  /** Takes the event's text if it stands there. */
  function goOn(reading: Reading, event: Event, bytes: Uint8Array): boolean {
    const { at, parts } = reading;
    if (!stands(reading, bytes, event.seq)) return false;
    const last = parts.at(-1);
    const goesOn = reading.mode === "follow" && last !== undefined && last.session === event.session;
    const part = { session: event.session, from: goesOn ? last.from : event.seq, to: event.seq };
    reading.parts = [...goesOn ? parts.slice(0, -1) : parts, part];
    reading.at = at + bytes.length;
    reading.texts = (goesOn ? reading.texts : 0) + (bytes.length > 0 ? 1 : 0);
    const isSure = reading.texts >= FIRM_TEXTS || (!goesOn && (beginsTurn(event) || head.format === "jsonl"));
    reading.isFirm = (goesOn && reading.isFirm) || isSure;
    reading.mode = "follow";
    return true;
  }

  /** Takes the closing line if it stands there. `isLast`: nothing else can stand there. */
  function close(reading: Reading, isLast = false): void {
    const far = findClosing(reading.at) - reading.at;
    if (reading.parts.length === 0 || (far > CLOSING_REACH && !isLast)) return;
    const { state, text } = renderer.finish(head, structuredClone(reading.state));
    const bytes = encoder.encode(text);
    if (isLast ? !stands(reading, bytes, null) : !file.has(reading.at, bytes)) return;
    reading.state = state;
    reading.at += bytes.length;
    reading.isClosed = reading.at === file.size;
    reading.mode = reading.isClosed ? "over" : "seek";
  }

  /** The readings of `reading` after the event. */
  function take(reading: Reading, event: Event): readonly Reading[] {
    if (reading.mode === "follow") {
      if (reading.at === file.size && reading.parts.length > 0) reading.mode = "over";
      else close(reading);
    }
    switch (reading.mode) {
      case "over":
        reading.more += 1;
        return [reading];
      case "seek":
        return seek(reading, event);
      case "follow": {
        const before = head.format === "jsonl" ? { ...reading } : null;
        if (writeOn(options, reading, event, goOn)) return [reading];
        // Lines of JSON have no closing one.
        return before === null || !before.isFirm ? [] : [{ ...before, mode: "seek" }];
      }
    }
  }

  function seek(reading: Reading, event: Event): readonly Reading[] {
    for (const { renderer: one, steps } of ways(reading.steps)) {
      const { state, text } = one.step(head, structuredClone(reading.state), event);
      const bytes = encoder.encode(text);
      const next: Reading = { ...reading, state, steps };
      if (bytes.length > 0 && goOn(next, event, bytes)) return next.isFirm ? [next] : [reading, next];
    }
    if (skips) reading.state = renderer.skip(head, reading.state, event);
    return [reading];
  }

  return {
    take(event) {
      if (isIn !== null && !isIn(event)) {
        for (const reading of readings) reading.state = renderer.skip(head, reading.state, event);
        return;
      }
      const next = readings.flatMap((reading) => take(reading, event));
      const sure = next.reduce((most, { isFirm, at }) => isFirm ? Math.max(most, at) : most, 0);
      readings = next.filter(({ mode, at }) => mode !== "seek" || at >= sure).sort(byWorth).slice(
        0,
        READINGS,
      );
    },
    endSession() {
      for (const reading of readings) {
        if (reading.mode === "follow" && reading.at < file.size) close(reading, true);
      }
    },
    end: () => conclude(readings, nearest, file.size),
    isDecided: () => readings.length === 0,
    begun() {
      const found = readings.find(({ isFirm, parts }) => isFirm && parts.length > 0);
      return found === undefined ? null : { parts: found.parts, more: 0, isClosed: false, difference: null };
    },
    mayGoOn: () => readings.some(({ at }) => at < file.size),
  };
}

/** Takes the event's text in the first way in which `goOn` finds it. */
function writeOn(
  { ways, mayVary, head }: ComparisonOptions,
  reading: Reading,
  event: Event,
  goOn: (reading: Reading, event: Event, bytes: Uint8Array) => boolean,
): boolean {
  // A step may change the state that it gets.
  const before = mayVary ? structuredClone(reading.state) : null;
  let isFirst = true;
  for (const { renderer, steps } of ways(reading.steps)) {
    const { state, text } = renderer.step(head, isFirst ? reading.state : structuredClone(before), event);
    isFirst = false;
    reading.state = state;
    if (!goOn(reading, event, encoder.encode(text))) continue;
    reading.steps = steps;
    return true;
  }
  return false;
}

const NO_STEPS: Steps = new Map();

function firstOf(ways: Iterable<EventWay>): EventWay {
  for (const way of ways) return way;
  throw new Error("internal error: an event that nobody could have written");
}

/** The reading that explains the whole file, with the fewest parts; else where the farthest one ended. */
function conclude(readings: readonly Reading[], nearest: Difference | null, size: number): Compared {
  const whole = readings.filter(({ at, parts }) => at === size && parts.length > 0);
  const [reading] = whole.sort((a, b) =>
    Number(b.isClosed) - Number(a.isClosed) || a.parts.length - b.parts.length
  );
  if (reading !== undefined) {
    const { parts, more, isClosed } = reading;
    return { parts, more, isClosed, difference: null };
  }
  const farthest = readings.reduce((most, { at }) => Math.max(most, at), 0);
  const difference = nearest !== null && nearest.at >= farthest
    ? nearest
    : { at: farthest, event: null, expected: null };
  return { parts: [], more: 0, isClosed: false, difference };
}

/** One that still looks for the beginning comes first; then those that explain most; of equals, the one that began first. */
function byWorth(one: Reading, other: Reading): number {
  const seeks = ({ mode }: Reading) => mode === "seek" ? 0 : 1;
  const began = ({ parts }: Reading) => parts[0]?.from ?? 0;
  return seeks(one) - seeks(other) || other.at - one.at || began(one) - began(other);
}

/** Gives the place of the first closing line at `at` or behind it. */
function closingFinder({ file, head }: ComparisonOptions): (at: number) => number {
  const words = CLOSING[head.format];
  if (words === null) return () => Infinity;
  let from = 0;
  let found = file.find(0, words);
  return (at) => {
    if (at < from || at > found) {
      from = at;
      found = file.find(at, words);
    }
    return found === file.size ? Infinity : found;
  };
}

/** The line of `text` that holds its byte `at`; null where the text ends before. */
function lineOf(text: Uint8Array, at: number): string | null {
  if (at >= text.length) return null;
  const begin = at === 0 ? 0 : text.lastIndexOf(NEWLINE, at - 1) + 1;
  const end = text.indexOf(NEWLINE, at);
  return new TextDecoder().decode(text.subarray(begin, end < 0 ? text.length : end));
}

const NEWLINE = 0x0a;
