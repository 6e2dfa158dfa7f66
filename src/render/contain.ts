/**
 * Keeps a text in its place in a Markdown document. Markdown that somebody wrote stays Markdown, with the least change
 * that keeps it from affecting anything outside, in every reader: see docs/markdown.md. A parser finds the code in the
 * text; everything else is escaped.
 */
import { CONTAINED_CHARS } from "../protocol/render_limits.ts";
import { CODE, escapeAll, escapeText } from "./escape_text.ts";
import { fence, QUERY } from "./fence.ts";
import { knownLanguage } from "./languages.ts";
import { findPlaces, type Place, PLAIN, WITH_TABLES } from "./places.ts";

/** A quick check: a text with none of these cannot leave its place. */
const SIGNS = ["#", "```", "~~~", "![", "]:", "[^", "^[", "%%", "$$", "{{", "{%", ":::"];
const TAG = /<[A-Za-z/!?%]/;
const UNDERLINED = /[^ \t\n][ \t]*\n[ \t>]*(?:=+|-+)[ \t]*(?:\n|$)/;
const REFERENCE = /&#?\w+;/;
const ODD_LINK = /\]\((?!https?:\/\/[\w./%?=#~+,:;@-]+\))/i;
const OTHER_SCHEME = /(?<!\bhttps?:)\/\/[^\s/]/i;
const ODD_CODE = /`\s*\$?=|(?::\/\/|www\.)\S*`/i;
/** The line between a table's head and its rows. */
const DELIMITERS = /^[ \t>:|-]*(?:\|[ \t:]*-|-[ \t:]*\|)[ \t:|-]*$/m;
const CODE_RUN = new RegExp(`${CODE}+`, "g");
/** Lines of such a text may belong to code. */
const MAY_BE_CODE = /`| {4}|\t/;
/** Deeper nesting, or longer code marks, than anyone writes: parsing time grows with their square. */
const INTRICATE = /`{32}|^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t])){32}/m;
/** Beginnings of a block, up to the last character that makes it one. */
const BLOCK = /^(?:#(?=#{0,5}(?:\s|$))|>|[-+*](?=\s|$)|[-*_](?=(?:\s*[-*_]){2,}\s*$)|\d{1,9}[.)](?=\s|$))/;

/**
 * Contains a neutralised text that begins a line. A line of the renderer must follow, neither blank nor indented.
 * `keepsLines`: readers show the line ends outside code, too.
 */
export function containText(text: string, keepsLines = false): string {
  const breaks = keepsLines && text.includes("\n");
  if (!mayLeave(text) && !(breaks && MAY_BE_CODE.test(text))) return breaks ? breakLines(text, []) : text;
  return contain(text, breaks) ?? fence(text, "text");
}

const LINE_END = new RegExp(`${CODE}|(?<=\\S)[ \\t]*\\n(?=[ \\t>]*([^\\s>]))`, "g");

/**
 * Two blanks at the end of a line are a line break, where the text goes on. `outside` has one `CODE` for each place;
 * the edges of a code block are no lines of the text.
 */
function breakLines(outside: string, places: readonly Place[]): string {
  const isText = (place: Place | undefined) => place?.kind === "span" || place?.kind === "heading";
  let latest = -1;
  return outside.replace(LINE_END, (found, next: string | undefined, at: number) => {
    if (found === CODE) latest += 1;
    const isEdge = (outside[at - 1] === CODE && !isText(places[latest])) ||
      (next === CODE && !isText(places[latest + 1]));
    return found === CODE || isEdge ? found : "  \n";
  });
}

/** Contains a neutralised text without newlines that follows something else on its line. */
export function containInline(line: string): string {
  // With a word in front, nothing in the line can begin a block.
  return mayLeave(line) ? contain(`x ${line}`)?.slice(2) ?? escapeAll(line) : line;
}

/** Contains a neutralised text without newlines that begins a list item. */
export function containItem(line: string): string {
  return containInline(line).replace(BLOCK, (mark) => mark.slice(0, -1) + escapeAll(mark.slice(-1)));
}

function isIntricate(text: string): boolean {
  return text.length > CONTAINED_CHARS || INTRICATE.test(text);
}

function mayLeave(text: string): boolean {
  return SIGNS.some((sign) => text.includes(sign)) || UNDERLINED.test(text) ||
    (text.includes("<") && TAG.test(text)) ||
    (text.includes("&") && REFERENCE.test(text)) ||
    (text.includes("](") && ODD_LINK.test(text)) ||
    (text.includes("//") && OTHER_SCHEME.test(text)) ||
    (text.includes("`") && ODD_CODE.test(text));
}

/** Null where the text can only be shown as code, or with every mark escaped. */
function contain(text: string, breaks = false): string | null {
  if (isIntricate(text)) return null;
  const places = findPlaces(text, WITH_TABLES);
  const tables = text.includes("|") && DELIMITERS.test(text);
  const inside = places.map((place) => write(place, text.slice(place.from, place.to), tables));
  const escaped = escapeText(withoutCode(text, places));
  const outside = breaks ? breakLines(escaped, places) : escaped;
  const contained = fill(outside, inside);
  // A change to one line can move the code of the next, and some readers know no tables: the code must be where it was.
  const expected = fill(outside, inside.map((piece, at) => isText(places[at], piece) ? piece : CODE));
  const found = withoutCode(contained, findPlaces(contained, PLAIN));
  return marksOf(found) === marksOf(expected) ? contained : null;
}

/** The text with each `CODE` replaced by its piece. */
function fill(outside: string, pieces: readonly string[]): string {
  const [first = "", ...others] = outside.split(CODE);
  return first + others.map((other, index) => pieces[index] + other).join("");
}

/** Whether the piece is a code span that became text. */
function isText(place: Place | undefined, piece: string): boolean {
  return place?.kind === "span" && !piece.startsWith("`");
}

/** Without spaces and quote marks: at the edges of code they may belong to either side. */
function marksOf(outside: string): string {
  return outside.replace(/[\s>]+/g, "").replace(CODE_RUN, CODE);
}

/** The text with one `CODE` for each place. */
function withoutCode(text: string, places: readonly Place[]): string {
  let outside = "";
  let at = 0;
  for (const { from, to } of places) {
    outside += text.slice(at, from) + CODE;
    at = to;
  }
  return outside + text.slice(at);
}

function write(place: Place, text: string, tables: boolean): string {
  switch (place.kind) {
    case "fenced":
      return writeFenced(text);
    case "indented":
      return fence(text.replace(/^(?: {4}| {0,3}\t| +$)/gm, ""), "");
    case "code":
      return text;
    case "open":
      return `\n${place.fence}`;
    case "info":
      return knownLanguage(text);
    case "span":
      return writeSpan(text, tables);
    case "heading":
      return `##${text}`.slice(0, 6);
    case "rule":
      return "***";
  }
}

/** Rewrites a code block as the renderer writes its own: every reader finds the end of those. */
function writeFenced(text: string): string {
  const [, indent = "", mark = "", info = ""] = /^( {0,3})(`{3,}|~{3,})(.*)/.exec(text) ?? [];
  const lines = text.split("\n").slice(1);
  if (/^ {0,3}(`+|~+)[ \t]*$/.exec(lines.at(-1) ?? "")?.[1]?.startsWith(mark)) lines.pop();
  const code = indent === ""
    ? lines
    : lines.map((line) => line.replace(new RegExp(`^ {0,${indent.length}}`), ""));
  return fence(code.join("\n"), info);
}

function writeSpan(span: string, tables: boolean): string {
  // Some readers end a link at the first closing bracket, even inside code.
  const closesLink = span.replace(/\[[^[\]]*\]/g, "").includes("](");
  // Where a reader sees a table, the bars separate cells even inside code.
  const parted = tables && /(?<!\\)\|/.test(span);
  if (closesLink || parted || QUERY.test(span.replace(/^`+/, ""))) return escapeAll(span);
  // Readers show a line end in code as a space. A line that begins with a tag would be HTML.
  return span.replace(/\n[ \t>]*/g, " ");
}
