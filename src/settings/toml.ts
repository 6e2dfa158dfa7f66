/**
 * TOML with line numbers. The library's parser gives values without their lines, and takes the last of two equal keys. A
 * second, small scan finds the line of each key and refuses a key that is set twice: a reader of a policy must see at
 * once which value holds. Pure.
 */
import { parse } from "@std/toml";

export interface TomlText {
  readonly ok: true;
  readonly value: Readonly<Record<string, unknown>>;
  /**
   * The line, from 1, of each key and table by its dotted name. A part that needs quotes has JSON's quotes. Entry 2 of a list
   * of tables is `name[1]`.
   */
  readonly lines: ReadonlyMap<string, number>;
  /** The place of each key's value, for edit_list.ts. */
  readonly values: ReadonlyMap<string, ValueSpan>;
}

/** The part `text.slice(start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ValueSpan extends Span {
  /** The entries of a list. */
  readonly entries: readonly Span[];
}

export interface TomlError {
  readonly ok: false;
  readonly line: number;
  readonly message: string;
}

export function readToml(text: string): TomlText | TomlError {
  const place: Place = {
    text,
    at: 0,
    line: 1,
    lines: new Map(),
    values: new Map(),
    tables: new Set(),
    dotted: new Map(),
    lists: new Map(),
  };
  try {
    // The scan comes first: for two equal keys, the library may report an error at a later line.
    scanStatements(place);
    return { ok: true, value: parse(text), lines: place.lines, values: place.values };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, line: place.line, message: error.message };
    if (!(error instanceof SyntaxError)) throw error;
    const [, line, message] = error.message.match(/^Parse error on line (\d+), column \d+: ([^\n]*)/) ?? [];
    return { ok: false, line: Number(line ?? 1), message: `is not TOML: ${message ?? error.message}` };
  }
}

/** One part of a dotted name, in the spelling of messages and of `lines`. */
export function namePart(part: string): string {
  return /^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part);
}

/** Ends a scan from any depth. It never leaves this file. */
class Refusal extends Error {}

interface Place {
  readonly text: string;
  at: number;
  line: number;
  readonly lines: Map<string, number>;
  readonly values: Map<string, ValueSpan>;
  readonly tables: Set<string>;
  /** A key such as `a.b` makes the table `a`, which no `[a]` can open again: each of these tables with its first key. */
  readonly dotted: Map<string, string>;
  /** The number of tables in each list of them. */
  readonly lists: Map<string, number>;
}

/** No setting is a list of lists. The bound keeps hostile text from filling the stack. */
const DEPTH = 8;

const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const SPACE = /[ \t]*/y;
const KEY = /[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;
const STRING = new RegExp(
  [
    `"""(?:[^"\\\\]|\\\\[^]|"(?!""))*"{3,5}`,
    `'''(?:[^']|'(?!''))*'{3,5}`,
    `"(?:[^"\\\\\\n]|\\\\.)*"`,
    `'[^'\\n]*'`,
  ].join("|"),
  "y",
);
/** Numbers, dates and booleans: all characters that cannot follow a value. */
const PLAIN = /[^,\]}#\r\n]+/y;

/** Moves past the match of `token`, and returns it; the match may be empty. */
function take(place: Place, token: RegExp): string {
  token.lastIndex = place.at;
  const found = token.exec(place.text)?.[0] ?? "";
  place.at += found.length;
  if (found.includes("\n")) place.line += found.split("\n").length - 1;
  return found;
}

function takeText(place: Place, text: string): boolean {
  if (!place.text.startsWith(text, place.at)) return false;
  place.at += text.length;
  return true;
}

function expect(place: Place, text: string): void {
  if (!takeText(place, text)) throw new Refusal(`is not TOML: expected \`${text}\``);
}

function scanStatements(place: Place): void {
  let table = "";
  let reopened: { readonly table: string; readonly dotted: string; readonly line: number } | null = null;
  for (take(place, BLANK); place.at < place.text.length; take(place, BLANK)) {
    if (takeText(place, "[[")) {
      const list = takeName(place);
      expect(place, "]]");
      const index = place.lists.get(list) ?? 0;
      place.lists.set(list, index + 1);
      table = `${list}[${index}]`;
      if (index === 0) place.lines.set(list, place.line);
      place.lines.set(table, place.line);
    } else if (takeText(place, "[")) {
      table = takeName(place);
      expect(place, "]");
      if (place.tables.has(table)) {
        throw new Refusal(
          `has [${table}] a second time; write its keys below the one in line ${place.lines.get(table)}`,
        );
      }
      // The library cannot read it, and says so in words that help nobody.
      const inner = [...place.lists.keys()].find((list) => list.startsWith(`${table}.`));
      if (inner !== undefined) throw new Refusal(`has [${table}] below [[${inner}]]; move it above`);
      const dotted = place.dotted.get(table);
      // A key that is set twice below is the better reason.
      if (dotted !== undefined) reopened ??= { table, dotted, line: place.line };
      place.tables.add(table);
      place.lines.set(table, place.line);
    } else {
      scanPair(place, table, 0);
    }
  }
  if (reopened !== null) {
    place.line = reopened.line;
    throw new Refusal(`has ${reopened.dotted} above [${reopened.table}]; move it below [${reopened.table}]`);
  }
}

function scanPair(place: Place, table: string, depth: number): void {
  const parts = takeParts(place);
  const name = [...table === "" ? [] : [table], ...parts].join(".");
  if (place.lines.has(name)) throw new Refusal(`sets ${name} twice; keep one of them`);
  place.lines.set(name, place.line);
  parts.slice(0, -1).reduce((above, part) => {
    const made = above === "" ? part : `${above}.${part}`;
    if (!place.dotted.has(made)) place.dotted.set(made, name);
    return made;
  }, table);
  expect(place, "=");
  take(place, SPACE);
  place.values.set(name, scanValue(place, name, depth));
}

function scanValue(place: Place, name: string, depth: number): ValueSpan {
  const start = place.at;
  const entries: Span[] = [];
  if (depth > DEPTH) throw new Refusal(`nests values more than ${DEPTH} deep`);
  if (takeText(place, "[")) {
    for (take(place, BLANK); !takeText(place, "]"); take(place, BLANK)) {
      entries.push(scanValue(place, `${name}[${entries.length}]`, depth + 1));
      take(place, BLANK);
      takeText(place, ",");
      endOfText(place);
    }
  } else if (takeText(place, "{")) {
    for (take(place, BLANK); !takeText(place, "}"); take(place, BLANK)) {
      scanPair(place, name, depth + 1);
      take(place, BLANK);
      takeText(place, ",");
      endOfText(place);
    }
  } else if (take(place, STRING) === "" && take(place, PLAIN) === "") {
    throw new Refusal("is not TOML: expected a value");
  }
  return { start, end: start + place.text.slice(start, place.at).trimEnd().length, entries };
}

function endOfText(place: Place): void {
  if (place.at >= place.text.length) throw new Refusal("is not TOML: it ends inside a value");
}

function takeName(place: Place): string {
  return takeParts(place).join(".");
}

/** The parts of a dotted name, with the spaces around it. */
function takeParts(place: Place): readonly string[] {
  const parts: string[] = [];
  do {
    take(place, SPACE);
    const part = take(place, KEY);
    if (part === "") throw new Refusal("is not TOML: expected a key");
    parts.push(namePart(unquote(part)));
    take(place, SPACE);
  } while (takeText(place, "."));
  return parts;
}

function unquote(part: string): string {
  if (part.startsWith("'")) return part.slice(1, -1);
  if (!part.startsWith('"')) return part;
  try {
    return JSON.parse(part);
  } catch {
    // TOML has two escapes that JSON lacks (\UXXXXXXXX, \e). No known key has them, so the text is kept as it is.
    return part.slice(1, -1);
  }
}
