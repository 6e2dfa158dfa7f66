/**
 * Writes as HTML what somebody wrote as Markdown. A library reads the Markdown; every element and attribute is written
 * here, so a text can have those of these tables and no others. Raw HTML, images, entities and definitions stay text.
 */
import MarkdownIt, { type Token } from "markdown-it";
import { CONTAINED_CHARS, PROSE_DEPTH, PROSE_STEPS_PER_CHAR } from "../protocol/render_limits.ts";
import { colourDiff, preformatted } from "./html_code.ts";
import { escapeAttribute, escapeHtml } from "./html_text.ts";
import { neutralise } from "./neutralise.ts";

/** Elements by the library's names. */
const ELEMENTS: Readonly<Record<string, string>> = {
  paragraph: "p",
  bullet_list: "ul",
  ordered_list: "ol",
  list_item: "li",
  blockquote: "blockquote",
  table: "table",
  thead: "thead",
  tbody: "tbody",
  tr: "tr",
  th: "th",
  td: "td",
  strong: "strong",
  em: "em",
  s: "s",
};

const ALLOWED_LINK = /^(?:https?:\/\/|mailto:)/i;

/** Turns have the headings of the second level. */
const HEADINGS_DOWN = 2;

/** A text that takes the reader too long, or nests too deep, and is shown as it was written. */
const TOO_INTRICATE = Symbol("too intricate");

const reader = makeReader();
let stepsLeft = 0;

function makeReader() {
  const made = new MarkdownIt({ html: false, linkify: true, maxNesting: PROSE_DEPTH });
  made.disable(["html_block", "html_inline", "image", "entity", "reference"]);
  made.linkify.set({ fuzzyLink: false, fuzzyEmail: false }).add("ftp:", null).add("//", null);
  made.validateLink = (url) => ALLOWED_LINK.test(url);
  // By default it decodes what the text wrote encoded, such as characters that turn the direction of text.
  made.normalizeLinkText = (url) => url;
  // Two searches of the library begin anew at each bracket and at each quote, and go on to the end of the text.
  const { inline } = made;
  const skipToken = inline.skipToken.bind(inline);
  inline.skipToken = (state) => {
    takeStep();
    skipToken(state);
  };
  made.block.ruler.before("table", "steps", takeStep, { alt: ["paragraph", "blockquote", "list"] });
  return made;
}

/** As a rule of the library: it applies nowhere. */
function takeStep(): false {
  stepsLeft -= 1;
  if (stepsLeft < 0) throw TOO_INTRICATE;
  return false;
}

/**
 * `text` is neutralised. `breaks`: whether each line end is shown as one. Null for a text that can only be shown as it
 * was written.
 */
export function writeProse(text: string, breaks: boolean): string | null {
  if (text.length > CONTAINED_CHARS) return null;
  const tokens = read(text, () => reader.parse(text, {}));
  // The library leaves out what nests deeper.
  if (tokens === null || tokens.some(({ level }) => level >= PROSE_DEPTH - 1)) return null;
  return tokens.map((token) => writeBlock(token, breaks)).join("");
}

/** The same for a line that stands in an element already: no block begins in it. */
export function writeProseLine(line: string): string {
  const tokens = line.length > CONTAINED_CHARS ? null : read(line, () => reader.parseInline(line, {}));
  return tokens === null ? escapeHtml(line) : tokens.map((token) => writeBlock(token, false)).join("");
}

function read(text: string, parse: () => Token[]): Token[] | null {
  stepsLeft = text.length * PROSE_STEPS_PER_CHAR;
  try {
    return parse();
  } catch (error) {
    if (error === TOO_INTRICATE) return null;
    throw error;
  }
}

function writeBlock(token: Token, breaks: boolean): string {
  switch (token.type) {
    case "inline":
      return writeInline(token.children ?? [], breaks);
    case "fence":
    case "code_block": {
      const code = escapeHtml(token.content);
      const isDiff = /^(?:diff|patch)\b/.test(token.info);
      return isDiff ? preformatted("diff", colourDiff(code)) : preformatted("", code);
    }
    case "hr":
      return "<hr>\n";
    case "heading_open":
      return `<h${levelOf(token)}>`;
    case "heading_close":
      return `</h${levelOf(token)}>\n`;
    default:
      return writeElement(token) ?? escapeHtml(token.content);
  }
}

function levelOf({ tag }: Token): number {
  return Math.min(6, Number(tag.slice(1)) + HEADINGS_DOWN);
}

/** Null for a token that is no element of the table. */
function writeElement(token: Token): string | null {
  const [, name = "", end = ""] = /^(.+)_(open|close)$/.exec(token.type) ?? [];
  const element = Object.hasOwn(ELEMENTS, name) ? ELEMENTS[name] : undefined;
  if (element === undefined) return null;
  const after = token.block ? "\n" : "";
  if (token.hidden) return end === "open" ? "" : after;
  if (end === "close") return `</${element}>${after}`;
  return `<${element}${attributesOf(token)}>${CONTAINERS.has(element) ? after : ""}`;
}

/** Their content begins on the next line. */
const CONTAINERS = new Set(["ul", "ol", "blockquote", "table", "thead", "tbody", "tr"]);

function attributesOf(token: Token): string {
  const start = token.attrGet("start");
  if (start !== null && /^\d+$/.test(String(start))) return ` start="${start}"`;
  const [, side] = /^text-align:(center|right)$/.exec(String(token.attrGet("style") ?? "")) ?? [];
  return side === undefined ? "" : ` class="${side}"`;
}

function writeInline(tokens: readonly Token[], breaks: boolean): string {
  let isLink = false;
  return tokens.map((token, at) => {
    switch (token.type) {
      case "text":
        return escapeHtml(at === 0 ? withCheckbox(token) : token.content);
      case "softbreak":
        return breaks ? "<br>\n" : "\n";
      case "hardbreak":
        return "<br>\n";
      case "code_inline":
        return `<code>${escapeHtml(token.content)}</code>`;
      case "link_open": {
        const link = openLink(token);
        isLink = link !== null;
        return link ?? "";
      }
      case "link_close":
        return isLink ? "</a>" : "";
      default:
        return writeElement(token) ?? escapeHtml(token.content);
    }
  }).join("");
}

/** A task of a list, wherever it begins a text: the library has no task lists. */
function withCheckbox({ content }: Token): string {
  return content.replace(/^\[([ xX])\](?= )/, (_, mark: string) => mark === " " ? "☐" : "☑");
}

/** Null for a link without an address, which the library lets through. */
function openLink(token: Token): string | null {
  const href = String(token.attrGet("href") ?? "");
  if (!ALLOWED_LINK.test(href)) return null;
  const title = token.attrGet("title");
  const shown = title === null ? "" : ` title="${escapeAttribute(neutralise(String(title)))}"`;
  return `<a href="${escapeAttribute(href)}" rel="noreferrer"${shown}>`;
}
