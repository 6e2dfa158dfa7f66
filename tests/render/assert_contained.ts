/**
 * What must hold for every page that a reader makes of kato's Markdown, and for kato's own HTML: no element, attribute or
 * address in it that kato's renderer did not write, or that a text may not have.
 */
import assert from "node:assert/strict";
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5";
import { knownLanguage } from "../../src/render/languages.ts";
import { READERS } from "./readers.ts";
import { bodyOf } from "./render.ts";

export type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** What Markdown may make of a text. Headings of the first two levels, folds and images are not among it. */
// deno-fmt-ignore
const OF_A_TEXT = new Set([
  "p", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "del", "s", "a", "table", "thead", "tbody", "tr",
  "th", "td", "hr", "br", "input", "h3", "h4", "h5", "h6",
]);
/** What only kato writes. */
const OF_KATO = new Set(["h2", "details", "summary"]);

const ATTRIBUTES: Readonly<Record<string, RegExp>> = {
  // GitHub's reader looks for mailboxes in what a reader sees, `xmpp:` or `mailto:` before it and all: a mailbox, still.
  "a href": /^(?:https?:\/\/|[\w.+-]*(?:mailto|xmpp):)/i,
  "a title": /^/,
  "ol start": /^\d+$/,
  "th align": /^\w+$/,
  "td align": /^\w+$/,
  "th style": /^text-align:\w+$/,
  "td style": /^text-align:\w+$/,
  "input type": /^checkbox$/,
  "input checked": /^$/,
  "input disabled": /^$/,
  "ul class": /^contains-task-list$/,
  "li class": /^task-list-item$/,
};

export function childrenOf(node: Node): readonly Node[] {
  return "childNodes" in node ? node.childNodes : [];
}

export function isElement(node: Node): node is Element {
  return "tagName" in node;
}

export function textOf(node: Node): string {
  return "value" in node ? node.value : childrenOf(node).map(textOf).join("");
}

/** Every element and comment is one that a text may have or that kato writes; returns where those of kato stand. */
export function outlineOf(html: string): string[] {
  const outline: string[] = [];
  const visit = (parent: Node, place: string) => {
    for (const node of childrenOf(parent)) {
      if (node.nodeName === "#comment") assert.equal("data" in node ? node.data : "", " ", "a comment");
      if (!isElement(node)) continue;
      const { tagName } = node;
      assert.ok(OF_A_TEXT.has(tagName) || OF_KATO.has(tagName), `an element <${tagName}>`);
      for (const { name, value } of node.attrs) assertAttribute(tagName, name, value);
      if (OF_KATO.has(tagName)) outline.push(`${place}${tagName}`);
      visit(node, `${place}${OF_KATO.has(tagName) || tagName === "blockquote" ? `${tagName} ` : ""}`);
    }
  };
  visit(parseFragment(html), "");
  return outline;
}

function assertAttribute(element: string, name: string, value: string): void {
  if (element === "code" && name === "class") {
    return assert.notEqual(knownLanguage(value.replace(/^language-/, "")), "", `a language ${value}`);
  }
  assert.match(value, ATTRIBUTES[`${element} ${name}`] ?? /(?!)/, `${element} ${name}="${value}"`);
}

const HEADING = /^(?:User|Assistant(?: \(.*\))?) — (?:\d{4}-|time unknown$)/;

/** For a whole Markdown file, whatever it tells: its turns stand in the document itself, and nothing is left open. */
export function assertContained(rendered: string): void {
  for (const read of Object.values(READERS)) {
    const html = read(`${bodyOf(rendered)}\n\nLAST\n`);
    for (const place of outlineOf(html)) {
      assert.ok(place === "h2" || !place.endsWith("h2"), `a heading in another element: ${place}`);
    }
    const elements = childrenOf(parseFragment(html)).filter(isElement);
    for (const { tagName, childNodes } of elements) {
      if (tagName === "h2") assert.match(childNodes.map(textOf).join(""), HEADING);
    }
    assert.equal(elements.at(-1)?.childNodes.map(textOf).join(""), "LAST", "nothing is left open");
  }
}
