/** Which elements and attributes kato's HTML may have: those that a text may have, and those that only the page has. */
import assert from "node:assert/strict";
import { childrenOf, isElement, type Node } from "./assert_contained.ts";

// deno-fmt-ignore
const OF_A_TEXT = new Set([
  "p", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "a", "table", "thead", "tbody", "tr", "th",
  "td", "hr", "br", "h3", "h4", "h5", "h6", "ins", "del", "b",
]);
// deno-fmt-ignore
const OF_THE_PAGE = new Set(["h1", "h2", "small", "time", "span", "div", "dl", "dt", "dd", "details", "summary", "bdi"]);

/** Attributes of texts, with what they may say. */
const ATTRIBUTES: Readonly<Record<string, RegExp>> = {
  "a href": /^(?:https?:\/\/|mailto:)/i,
  "a rel": /^noreferrer$/,
  "a title": /^/,
  "ol start": /^\d+$/,
  "th class": /^(?:center|right)$/,
  "td class": /^(?:center|right)$/,
  "pre class": /^diff$/,
};
/** What the page's own attributes say is kato's, or a time. None of them fetches, links elsewhere or runs. */
const OF_THE_PAGE_ALONE = /^(?:class|datetime|dir|id|hidden)$/;
const WITHIN_THE_PAGE = /^#(?:turn-\d+|contents)$/;

/** Checks what is inside of `parent`: a part of a page, or what was made of one text. */
export function assertAllowed(parent: Node, part: "page" | "text"): void {
  for (const node of childrenOf(parent)) {
    assert.ok(isElement(node) || node.nodeName === "#text", node.nodeName);
    if (!isElement(node)) continue;
    const { tagName, attrs } = node;
    assert.ok(OF_A_TEXT.has(tagName) || (part === "page" && OF_THE_PAGE.has(tagName)), tagName);
    for (const { name, value } of attrs) {
      if (part === "page" && OF_THE_PAGE_ALONE.test(name)) continue;
      if (part === "page" && name === "href" && WITHIN_THE_PAGE.test(value)) continue;
      assert.match(value, ATTRIBUTES[`${tagName} ${name}`] ?? /(?!)/, `${tagName} ${name}="${value}"`);
    }
    assertAllowed(node, part);
  }
}
