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
export function findPlaces(text: string, reader: MarkdownParser): Place[] {
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
