/**
 * Changes one list or text in a settings file that a person wrote. Comments, order and layout of the file stay. The text must be
 * TOML that `readToml()` takes. Pure.
 */
import { readToml, type Span, type TomlText, type ValueSpan } from "./toml.ts";

/**
 * Adds `entry` at the end of the list `key`. Where `text` does not set the key, the new list is `before` and `entry`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(addEntry('a.b = ["x"] # mine\n', "a.b", "y", []), 'a.b = ["x", "y"] # mine\n');
 * ```
 */
export function addEntry(text: string, key: string, entry: string, before: readonly string[]): string {
  const list = listOf(text, key);
  return list === undefined ? addList(text, key, [...before, entry]) : append(text, list, entry);
}

/** Removes entry `index`, counted from 0, of the list `key`. `text` must set the key. */
export function dropEntry(text: string, key: string, index: number): string {
  const entries = listOf(text, key)?.entries ?? [];
  const entry = entries[index];
  if (entry === undefined) throw new Error(`internal error: ${key} has no entry ${index}`);
  const comma = commaAfter(text, entry);
  const previous = entries[index - 1];
  if (comma !== null) {
    const end = comma + 1 + (/^[ \t]*/.exec(text.slice(comma + 1))?.[0].length ?? 0);
    return cut(text, { start: entry.start, end });
  }
  const sharesLine = previous !== undefined && !text.slice(previous.end, entry.start).includes("\n");
  return cut(text, sharesLine ? { start: previous.end, end: entry.end } : entry);
}

/**
 * Sets the text `key`, whether `text` sets it already or not.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(setText('a.b = "x" # mine\n', "a.b", "y"), 'a.b = "y" # mine\n');
 * ```
 */
export function setText(text: string, key: string, value: string): string {
  const now = read(text).values.get(key);
  if (now === undefined) return addValue(text, key, quote(value));
  return text.slice(0, now.start) + quote(value) + text.slice(now.end);
}

/** Adds a line that sets the list `key`. `text` must not set the key. */
export function addList(text: string, key: string, entries: readonly string[]): string {
  return addValue(text, key, `[${entries.map(quote).join(", ")}]`);
}

/** `value`: as TOML spells it, on one line. */
function addValue(text: string, key: string, value: string): string {
  const toml = read(text);
  const dot = key.lastIndexOf(".");
  const [table, name] = [key.slice(0, dot), key.slice(dot + 1)];
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const inline = toml.values.get(table);
  if (inline !== undefined) {
    const rest = text.slice(inline.start + 1);
    return `${text.slice(0, inline.start + 1)} ${name} = ${value}${/^\s*\}/.test(rest) ? "" : ","}${rest}`;
  }
  const lines = text.split("\n");
  const header = toml.lines.get(table);
  if (header !== undefined) {
    lines.splice(afterComment(lines, header, name), 0, `${name} = ${value}${end.slice(0, -1)}`);
    // A header on the last line may have no line end.
    return lines.join("\n").replace(/\r?\n?$/, end);
  }
  const dotted = [...toml.lines].find(([other]) => other.startsWith(`${table}.`))?.[1];
  if (dotted !== undefined) {
    lines.splice(dotted - 1, 0, `${key} = ${value}${end.slice(0, -1)}`);
    return lines.join("\n");
  }
  const gap = text === "" ? "" : text.endsWith("\n") ? end : end + end;
  return `${text}${gap}[${table}]${end}${name} = ${value}${end}`;
}

/** The index after the line that shows `name` as a comment (`kato init` writes such lines), or else after the header. */
function afterComment(lines: readonly string[], header: number, name: string): number {
  for (const [index, line] of lines.slice(header).entries()) {
    if (/^\s*\[/.test(line)) break;
    if (line.replace(/^\s*#\s*/, "").startsWith(`${name} = `) && /["\]]\s*$/.test(line)) {
      return header + index + 1;
    }
  }
  return header;
}

function append(text: string, list: ValueSpan, entry: string): string {
  const last = list.entries.at(-1);
  const value = quote(entry);
  if (last === undefined) return insert(text, list.start + 1, value);
  const comma = commaAfter(text, last);
  const from = comma === null ? last.end : comma + 1;
  const lineEnd = text.indexOf("\n", from);
  const isLast = lineEnd < 0 || lineEnd >= list.end;
  // Each entry has a line: so has the new one, below the comment that may follow the last entry.
  if (!isLast && beginsLine(text, last)) {
    const indent = text.slice(text.lastIndexOf("\n", last.start) + 1, last.start);
    const at = text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
    const line = `${text.slice(at, lineEnd + 1)}${indent}${value}${comma === null ? "" : ","}`;
    const added = insert(text, at, line);
    return comma === null ? insert(added, last.end, ",") : added;
  }
  return insert(text, from, comma === null ? `, ${value}` : ` ${value},`);
}

function listOf(text: string, key: string): ValueSpan | undefined {
  return read(text).values.get(key);
}

function read(text: string): TomlText {
  const toml = readToml(text);
  if (!toml.ok) throw new Error("internal error: a file is edited that was not read");
  return toml;
}

/** The offset of the comma behind `entry`, which must be on the same line; null when there is none. */
function commaAfter(text: string, entry: Span): number | null {
  const between = /[ \t]*/y;
  between.lastIndex = entry.end;
  between.exec(text);
  return text[between.lastIndex] === "," ? between.lastIndex : null;
}

function beginsLine(text: string, { start }: Span): boolean {
  return text.slice(text.lastIndexOf("\n", start - 1) + 1, start).trim() === "";
}

function insert(text: string, at: number, addition: string): string {
  return text.slice(0, at) + addition + text.slice(at);
}

/** Removes `span`. When the entry has a line of its own, the line and its comment go too. */
function cut(text: string, span: Span): string {
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  const lineEnd = text.indexOf("\n", span.end);
  const before = text.slice(lineStart, span.start);
  const after = lineEnd < 0 ? "" : text.slice(span.end, lineEnd).trim();
  if (lineEnd >= 0 && before.trim() === "" && (after === "" || after.startsWith("#"))) {
    return text.slice(0, lineStart) + text.slice(lineEnd + 1);
  }
  return text.slice(0, span.start) + text.slice(span.end);
}

/** TOML spells this text as JSON does, because it holds no control characters. */
function quote(value: string): string {
  return JSON.stringify(value);
}
