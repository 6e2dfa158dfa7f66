/**
 * Disarms characters that steer a terminal, an editor or the direction of text. Everything that reaches Markdown or
 * HTML passes through here: texts, names, titles, paths.
 */

// C0 without tab and newline, DEL, C1 (with NEL), the line and paragraph separators, and the bidirectional embeddings,
// overrides and isolates (the "Trojan Source" set).
const FORBIDDEN = "\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069";
const EACH_FORBIDDEN = new RegExp(`[${FORBIDDEN}]`, "g");
const CLEAN = everyIs(`[^${FORBIDDEN}]`);
/** Most text matches this, which takes half the time. */
const ASCII = everyIs("[\\t\\n -~]");

/**
 * Matches a text that holds only such characters. One run from start to end is faster than a search for any other
 * character, and four at a time is faster again. The four are written out: a counted group would need stack for each
 * repetition.
 */
function everyIs(character: string): RegExp {
  return new RegExp(`^(?:${character.repeat(4)})*${character}{0,3}$`);
}

// ECMA-48: CSI sequences; OSC, DCS, SOS, PM and APC strings up to BEL or ST; two-character escapes. A sequence that the
// end of the text cuts off is dropped too, because results are cut before they are shown.
const TERMINAL_SEQUENCE =
  // deno-lint-ignore no-control-regex
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*(?:[@-~]|$)|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-Z\\^-~]/g;

function placeholder(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `{U+${code.toString(16).toUpperCase().padStart(4, "0")}}`;
}

/**
 * Makes forbidden characters visible (ESC becomes U+241B, an override `{U+202E}`), turns line ends into newlines, and
 * lone surrogates into U+FFFD. A text without any of them is returned as it is.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(neutralise("a\u001b[31m\r\nb\u202e"), "a\u241b[31m\nb{U+202E}");
 * ```
 */
export function neutralise(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return ASCII.test(whole) || CLEAN.test(whole) ? whole : replaceForbidden(whole);
}

/** Neutralises a program's output: colours, titles and cursor movements are dropped. */
export function neutraliseOutput(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return ASCII.test(whole) || CLEAN.test(whole)
    ? whole
    : replaceForbidden(whole.replace(TERMINAL_SEQUENCE, ""));
}

function replaceForbidden(text: string): string {
  const lines = text.includes("\r") ? text.replaceAll("\r\n", "\n").replaceAll("\r", "\n") : text;
  return lines.replace(EACH_FORBIDDEN, placeholder);
}

/** A neutralised text as one line of at most `length` code points, for titles and summaries. */
export function oneLine(text: string, length: number): string {
  // Only the first few thousand units can be shown: a code point has at most two.
  const line = neutralise(text.slice(0, length * 8)).replace(/\s+/g, " ").trim();
  if (line.length <= length) return line;
  const points = Array.from(line);
  return points.length <= length ? line : points.slice(0, length - 1).join("").trimEnd() + "…";
}
