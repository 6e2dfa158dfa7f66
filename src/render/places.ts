/** Finds code and headings in a text, as a parser of CommonMark reads it, with or without GFM's tables. */
import { type MarkdownParser, parser, Table } from "@lezer/markdown";

/** A place that holds something other than text. */
export type Place =
  | { readonly kind: Kind; readonly from: number; readonly to: number }
  /** The end of a code block in a list or a quote that was never closed. `fence` is the closing line that it needs. */
  | { readonly kind: "open"; readonly from: number; readonly to: number; readonly fence: string };

type Kind =
  /** A fenced code block of the document itself: whole lines. */
  | "fenced"
  /** An indented one. */
  | "indented"
  /** In a code block of a list or a quote: the code, and the fences without their info string. */
  | "code"
  /** The info string of such a fence, up to the end of the line. */
  | "info"
  /** A code span with its backticks. */
  | "span"
  /** The number signs that begin a heading. */
  | "heading"
  /** A thematic break that some readers could take for the underline of a heading. */
  | "rule";

/**
 * Without raw HTML, definitions and images, which `escapeText` removes before any reader sees them, and without
 * emphasis, which cannot hide code.
 */
export const PLAIN = parser.configure({
  remove: [
    ...["HTMLBlock", "HTMLTag", "LinkReference", "Autolink", "Image", "Link", "LinkEnd", "Entity"],
    ...["Emphasis", "HardBreak"],
  ],
});
export const WITH_TABLES = PLAIN.configure(Table);

/** In the order of the text, without overlaps. */
export function findPlaces(text: string, reader: MarkdownParser): readonly Place[] {
  return findPlainFences(text) ?? parsePlaces(text, reader);
}

/** A line that is text to every reader, wherever it stands outside of code. */
const PLAIN_LINE = /^(?:[A-Za-z][^`|~\t]*)?$/;
const OPENS = /^(`{3,})[\w+.-]*$/;
const MAY_CLOSE = /^[ \t]*`{3}/;

/**
 * The places of a text of plain lines and fenced code blocks that begin and end at the margin: most texts with code are
 * such ones, and parsing them takes ten times as long. Null for every other text.
 */
export function findPlainFences(text: string): Place[] | null {
  const places: Place[] = [];
  /** The open fence, and where it began. */
  let mark: string | null = null;
  let opened = 0;
  for (let from = 0; from <= text.length;) {
    const to = endOfLine(text, from);
    const line = text.slice(from, to);
    if (mark === null) {
      mark = OPENS.exec(line)?.[1] ?? null;
      opened = from;
      if (mark === null && !PLAIN_LINE.test(line)) return null;
    } else if (line === mark) {
      places.push({ kind: "fenced", from: opened, to });
      mark = null;
    } else if (MAY_CLOSE.test(line)) {
      return null;
    }
    from = to + 1;
  }
  return mark === null ? places : null;
}

export function parsePlaces(text: string, reader: MarkdownParser): Place[] {
  const places: Place[] = [];
  const add = (kind: Kind, from: number, to: number) => places.push({ kind, from, to });
  // Every `<` will be an entity, so no line can begin a block of HTML, which would end a paragraph.
  reader.parse(text.replaceAll("<", ",")).iterate({
    enter({ name, from, to, node }) {
      const parent = node.parent;
      switch (name) {
        case "InlineCode":
          add("span", from, to);
          return false;
        case "FencedCode":
        case "CodeBlock":
          if (parent?.name !== "Document") return name === "FencedCode";
          add(name === "FencedCode" ? "fenced" : "indented", startOfLine(text, from), to);
          return false;
        case "CodeText":
          add("code", from, to);
          return true;
        case "CodeMark":
          add("code", from, to);
          add("info", to, endOfLine(text, to));
          return true;
        case "HeaderMark":
          if (parent?.name.startsWith("ATX") && parent.from === from) add("heading", from, to);
          return true;
        case "HorizontalRule":
          if (lineAbove(text, from).trim() !== "") add("rule", from, to);
          return false;
      }
      return true;
    },
    leave({ name, from, to, node }) {
      if (name !== "FencedCode" || node.parent?.name === "Document") return;
      const [mark, end] = node.getChildren("CodeMark");
      if (mark === undefined || end !== undefined) return;
      const before = text.slice(startOfLine(text, from), from).replace(/[^\t>]/g, " ");
      places.push({ kind: "open", from: to, to, fence: before + text.slice(mark.from, mark.to) });
    },
  });
  return places;
}

function startOfLine(text: string, at: number): number {
  return text.lastIndexOf("\n", at) + 1;
}

function lineAbove(text: string, at: number): string {
  const end = startOfLine(text, at) - 1;
  return end < 0 ? "" : text.slice(startOfLine(text, end - 1), end);
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}
