/** What must hold for every Markdown file, read back as a reader would: no text leaves its place. */
import assert from "node:assert/strict";
import { bodyOf, nodesOf, rawHtml, turnHeadings } from "./render.ts";

/** The only HTML that the renderer itself writes into Markdown. */
const OURS = /^(?:<details>\n<summary>[^<>\n]*<\/summary>|<\/details>|<!-- -->)$/;
const HEADING = /^## (?:User|Assistant(?: \(.*\))?) — 2\d{3}-/;

/** @param rendered With its frontmatter. */
export function assertContained(rendered: string): void {
  const markdown = bodyOf(rendered);
  const headings = markdown.split("\n").filter((line) => HEADING.test(line));
  assert.equal(turnHeadings(markdown).length, headings.length, "headings");
  let open = 0;
  for (const html of rawHtml(markdown)) {
    assert.match(html, OURS);
    open += html.startsWith("<details>") ? 1 : html === "</details>" ? -1 : 0;
    assert.ok(open === 0 || open === 1 || open === 2, "details nest");
  }
  assert.equal(open, 0, "every section is closed");
  const ends = nodesOf(markdown + "\n\nLAST\n").at(-1);
  assert.equal(ends?.literal, "LAST", "nothing is left open");
  assert.equal(ends?.parent?.parent?.type, "document");
}
