/**
 * Takes the power out of what in a text, outside code, would be more than text to some reader of Markdown: raw HTML,
 * images, definitions, footnotes, comments, formulas, templates, and addresses other than of the web and of mail. Each
 * such character becomes an entity, which every reader shows as the character. Room: render; no authority, pure.
 */
import { escapeHtml } from "./html_text.ts";

/** Stands for a piece of code in a text that is escaped. Neutralised texts have no such character. */
export const CODE = "\0";

const SCHEME = "(?:https?:\\/\\/|mailto:)";
/** What may stand in an address: nothing that a reader could take for code, for a tag, or for the address's end. */
const IN_ADDRESS = `[^\\s<>()\\\\\`"'&${CODE}]`;
/** What stands behind the text of a link that is left one: an address, perhaps with a title. */
const TARGET =
  `${SCHEME}(?:${IN_ADDRESS}|&(?!#?\\w+;)|\\(${IN_ADDRESS}*\\))*(?: "[^"\\n\\\\\`<>&${CODE}]*")?\\)`;

/** Each begins with the character that acts: what must stand before it is looked at only then. */
const ACTS = new RegExp(
  [
    "\\\\[!-/:-@[-`{-~]", // a character that is escaped
    `<${SCHEME}[^\\s<>\`\\[\\]\\\\&${CODE}]+>`, // an address in angle brackets
    "<(?=[A-Za-z/!?%])", // raw HTML, and templates
    "[-=](?<=(?:^|[^ \\t\\n][ \\t]*)\\n[ \\t>]*[-=])(?=[-=]*[ \\t]*(?:\\n|$))", // what makes a heading of the line above
    "#(?<=(?:^|\\n)[ \\t>]*(?:(?:[-+*]|\\d+[.)])[ \\t]+)*#{1,6})(?=#{0,5}(?:\\s|$))", // a heading to some readers
    "`", // no code begins or ends here
    "&(?=#?\\w+;)", // an entity
    "!(?=\\[)", // an image
    `\\((?<=\\]\\()(?!${TARGET})`, // a link's address
    ":(?<=\\]:)", // a definition
    "\\^(?=\\[)|\\[(?=\\^)", // a footnote
    "%(?=%)", // a comment
    "\\$(?=\\$)", // a formula
    "\\{(?=[{%])", // a template
    ":(?=::)", // a container
    "~(?=~~)", // what only some take for a fence
    "\\/(?<!\\bhttps?:\\/)(?=\\/[^\\s/])", // an address of another kind
  ].join("|"),
  "gi",
);
const ENTITIES: Readonly<Record<string, string>> = { "<": "&lt;", "&": "&amp;" };
/** A character that does not act escaped either keeps its backslash. */
const ENTITY_ESCAPED = /[<&!(:^%${/`#~]/;

/** What readers of GFM take for the beginning of an address; it reaches to the next white space. */
const ADDRESS_BEGINS = new RegExp(`<${SCHEME}[^>]+>|:\\/\\/|www\\.`, "gi");

/** `text` is neutralised, each piece of code in it one `CODE`. */
export function escapeText(text: string): string {
  const safe = text.replace(ACTS, escapeOne);
  return safe.includes("://") || /www\./i.test(safe) ? safe.replace(/[^ \t\n]+/g, unlink) : safe;
}

function escapeOne(found: string): string {
  if (found.length === 1) return entity(found);
  if (!found.startsWith("\\")) return found;
  return ENTITY_ESCAPED.test(found[1] ?? "") ? entity(found[1] ?? "") : found;
}

/** A line in which nothing is Markdown. */
export function escapeAll(line: string): string {
  return line.replace(/[!-/:-@[-`{-~]/g, entity);
}

/** A line in HTML that stands in Markdown: note programs look for comments, formulas and templates there, too. */
export function escapeInHtml(line: string): string {
  return escapeHtml(line).replace(/%(?=%)|\$(?=\$)|\{(?=[{%])/g, entity);
}

function entity(character: string): string {
  return ENTITIES[character] ?? `&#${character.charCodeAt(0)};`;
}

/** An address that runs into an entity or into code would take it along: it becomes text. */
function unlink(word: string): string {
  let end = word.lastIndexOf(CODE);
  for (const { index } of word.matchAll(/&(?:lt|amp|#\d+);/g)) end = Math.max(end, index);
  return word.replace(ADDRESS_BEGINS, (found, at: number) => at < end ? breakAddress(found) : found);
}

function breakAddress(found: string): string {
  if (found.startsWith("<")) return found;
  return found === "://" ? ":&#47;/" : `${found.slice(0, -1)}&#46;`;
}
