/** Independent readers of Markdown, each with everything switched on that could make more of a text than text. */
// @ts-types="./commonmark.d.ts"
import { HtmlRenderer, Parser } from "commonmark";
import MarkdownIt from "markdown-it";
import { Marked } from "marked";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** Markdown in, HTML out. */
export type Reader = (markdown: string) => string;

const commonmark = new Parser();
const commonmarkHtml = new HtmlRenderer();
const markdownIt = new MarkdownIt({ html: true, linkify: true });
const marked = new Marked({ gfm: true });

export const READERS: Readonly<Record<string, Reader>> = {
  commonmark: (markdown) => commonmarkHtml.render(commonmark.parse(markdown)),
  "markdown-it": (markdown) => markdownIt.render(markdown),
  marked: (markdown) => String(marked.parse(markdown)),
  micromark: (markdown) =>
    micromark(markdown, {
      allowDangerousHtml: true,
      allowDangerousProtocol: true,
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
    }),
};

const EXTENSIONS = ["table", "autolink", "strikethrough", "tasklist", "footnotes"];

/** GitHub's own reader, as Debian packages it: a program, so one run reads many texts. Null where it is not installed. */
export function cmarkGfm(): Reader | null {
  const run = (args: readonly string[]) =>
    new Deno.Command("cmark-gfm", { args: [...args], stderr: "null" }).outputSync();
  try {
    run(["--version"]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  return (markdown) => {
    const file = Deno.makeTempFileSync({ suffix: ".md" });
    try {
      Deno.writeTextFileSync(file, markdown);
      const { success, stdout } = run(["--unsafe", ...EXTENSIONS.flatMap((name) => ["-e", name]), file]);
      if (!success) throw new Error("cmark-gfm failed");
      return new TextDecoder().decode(stdout);
    } finally {
      Deno.removeSync(file);
    }
  };
}
