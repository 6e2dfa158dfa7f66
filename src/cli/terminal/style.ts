/** Text for a terminal: colours where they are wanted, columns that line up, nothing that steers it. Pure. */
import { neutralise, neutraliseOutput, oneLine } from "../../render/neutralise.ts";
import type { Output } from "../context.ts";

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

export type Paint = (style: keyof typeof CODES, text: string) => string;

export function painter({ colour }: Pick<Output, "colour">): Paint {
  return (style, text) => colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** Longer than any text that kato keeps for people: several paths of 4,096 bytes. */
const SHOWN_CHARS = 16_384;

/**
 * Characters that are not drawn, and which no language needs: with them two names look alike. (Joiners are kept: emoji and
 * Persian need them.)
 */
const UNDRAWN =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Text from outside on one line: no character steers the terminal, and every one is seen. */
export function plain(text: string): string {
  return showUndrawn(oneLine(text, SHOWN_CHARS));
}

/** Text from outside with its lines, of any length: no character steers the terminal, and every one is seen. */
export function seen(text: string): string {
  return showUndrawn(neutralise(text)).replaceAll("\t", TAB);
}

/** The same for a program's output, without its colours and movements. */
export function seenOutput(text: string): string {
  return showUndrawn(neutraliseOutput(text)).replaceAll("\t", TAB);
}

/** A tab would be wider than its one character. */
const TAB = "    ";

function showUndrawn(text: string): string {
  return text.replace(
    UNDRAWN,
    (character) => `{U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}}`,
  );
}

/** `text` as a sentence: a full stop at its end, unless a mark stands there. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** `on`, `off`, and what the kernel does not have for it. */
export function describeSandbox(isOn: boolean, missing: readonly string[]): string {
  const without = missing.length > 0 ? ` (the kernel lacks ${missing.map(plain).join(", ")})` : "";
  return `${isOn ? "on" : "off"}${without}`;
}

/** Characters that take two columns: East Asian wide and fullwidth, emoji. (The table of `@std/cli` is not in `deno-std`.) */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]/u;

/**
 * Latin letters, punctuation, arrows, lines and marks that take one column each: all of kato's own words, and by far most
 * of the others.
 */
// deno-lint-ignore no-control-regex -- they take one, too
const NARROW = /^[\u0000-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u25fc]*$/;

/** Made for the first text that is not plain, because it takes milliseconds. */
let segmenter: Intl.Segmenter | null = null;

/** The characters of `text` as they are drawn. */
export function segmentsOf(text: string): Iterable<{ readonly segment: string }> {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

function widthOf(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** Columns that `text` takes in a terminal; its colours take none. */
export function columnsOf(painted: string): number {
  // deno-lint-ignore no-control-regex -- a colour begins with one
  const text = painted.includes("\u001b") ? painted.replace(/\u001b\[\d+m/g, "") : painted;
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmentsOf(text)) width += widthOf(segment);
  return width;
}

/** `text` cut to at most `columns`, the cut shown. */
export function fit(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let width = 0;
  let kept = "";
  for (const { segment } of segmentsOf(text)) {
    width += widthOf(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - columnsOf(text))) + text;
}

/** A path as its owner writes it. */
export function tilde(path: string, home: string): string {
  return plain(path === home ? "~" : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);
}

/** `3 min`, `5 h`, `12 d` */
export function showAge(milliseconds: number): string {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  const days = Math.floor(minutes / 1440);
  return days < 1000 ? `${days} d` : `${Math.floor(days / 365)} y`;
}

/** `812 B`, `3.4 kB`, `21 MB` */
export function showSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `10,000`: a whole number. The runtime's own formatting takes ten milliseconds to be ready. */
export function showNumber(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 session`, `2 sessions`, `10,000 sessions` */
export function count(n: number, noun: string): string {
  return `${showNumber(n)} ${noun}${n === 1 ? "" : "s"}`;
}
