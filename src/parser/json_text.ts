/**
 * Parses JSON, unless the text is larger than any client writes. This is checked before parsing, because a value can
 * take twenty times the memory of its text. Without a JIT, brackets are counted with `indexOf` wherever that is enough.
 */
import { JSON_DEPTH, JSON_VALUES, JSON_WEIGHED } from "../protocol/limits.ts";

/** Why a text is not parsed, in words for a person. */
export type TooMuch = "nested too deeply" | "too many values";

export type ParsedJson = { readonly value: unknown } | { readonly why: TooMuch | "not JSON" };

/** `parsePart` may give the value without parsing the whole text; undefined where it cannot. */
export function parseJson(text: string, parsePart?: (text: string) => unknown): ParsedJson {
  const why = weighJson(text);
  if (why !== null) return { why };
  try {
    return { value: parsePart?.(text) ?? JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { why: "not JSON" };
    // The parser ran out of stack.
    if (error instanceof RangeError) return { why: "nested too deeply" };
    throw error;
  }
}

/** Whether a text is one whole JSON value, for callers that do not need the value. */
export function isJson(text: string): boolean {
  return "value" in parseJson(text);
}

const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Which bound the text exceeds; null when none. */
export function weighJson(text: string): TooMuch | null {
  if (text.length <= JSON_WEIGHED) return null;
  const mayBeDeep = holdsMore(text, ["[", "{"], JSON_DEPTH);
  const mayBeWide = text.length > JSON_VALUES && holdsMore(text, [",", "[", "{"], JSON_VALUES);
  return mayBeDeep || mayBeWide ? measure(text) : null;
}

/** Whether the text holds more than `most` of these characters, inside its strings or outside. */
function holdsMore(text: string, marks: readonly string[], most: number): boolean {
  let count = 0;
  for (const mark of marks) {
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
}

/** Counts outside of strings, and stops at the first exceeded bound. */
function measure(text: string): TooMuch | null {
  let depth = 0;
  let values = 0;
  let quotes = 0;
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    for (; at < end; at += 1) {
      switch (text.charCodeAt(at)) {
        case OPEN_ARRAY:
        case OPEN_OBJECT:
          depth += 1;
          values += 1;
          if (depth > JSON_DEPTH) return "nested too deeply";
          break;
        case CLOSE_ARRAY:
        case CLOSE_OBJECT:
          depth -= 1;
          break;
        case COMMA:
          values += 1;
      }
      if (values > JSON_VALUES) return "too many values";
    }
    if (quote === -1) return null;
    at = quote + 1;
    for (let closed = false; !closed;) {
      const next = text.indexOf('"', at);
      // The text ends inside a string: it is no JSON, and the parser says so.
      if (next === -1) return null;
      // Finding the end of each string costs time, too.
      quotes += 1;
      if (quotes > 2 * JSON_VALUES) return "too many values";
      closed = !isEscaped(text, next);
      at = next + 1;
    }
  }
  return null;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}
