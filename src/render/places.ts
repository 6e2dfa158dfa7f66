/**
 * Where a text is code, and where it makes headings, as a parser of CommonMark with GFM's tables reads it.
 * Room: render; no authority, pure.
 */
import { parser, Table } from "@lezer/markdown";

/** Where something other than text stands. */
export type Place =
  | { readonly kind: Kind; readonly from: number; readonly to: number }
  /** The end of a list's or a quote's code block that has no end of its own. `fence` is the line that would be. */
  | { readonly kind: "open"; readonly from: number; readonly to: number; readonly fence: string };

type Kind =
  /** A fenced code block of the document itself: whole lines. */
  | "fenced"
  /** An indented one. */
  | "indented"
  /** In a code block of a list or a quote: the code, and the fences without what stands behind them. */
  | "code"
  /** What stands behind such a fence, up to the end of the line. */
  | "info"
  /** A code span with its backticks. */
  | "span"
  /** The number signs that begin a heading. */
  | "heading"
  /** A thematic break below something that some readers could take for its heading. */
  | "rule";

/**
 * Without what `escapeText` takes away before any reader sees it (raw HTML, definitions, images), and without what
 * cannot hide code from a reader (emphasis).
 */
const READER = parser.configure([Table, {
  remove: [
    ...["HTMLBlock", "HTMLTag", "LinkReference", "Autolink", "Image", "Link", "LinkEnd", "Entity"],
    ...["Emphasis", "HardBreak"],
  ],
}]);

/** In the order of the text; they do not overlap. */
export function findPlaces(text: string): Place[] {
  const places: Place[] = [];
  const add = (kind: Kind, from: number, to: number) => places.push({ kind, from, to });
  // Every `<` of the text becomes an entity: no line of it begins a block of HTML, which would end a paragraph.
  READER.parse(text.replaceAll("<", ",")).iterate({
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
