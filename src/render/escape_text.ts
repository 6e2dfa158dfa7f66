/**
 * Escapes everything outside code that some reader of Markdown would take for more than text: raw HTML, images,
 * definitions, footnotes, comments, formulas, templates, and addresses that are neither of the web nor of mail. Such a
 * character becomes an entity, which every reader shows as that character.
 */
import { escapeHtml } from "./html_text.ts";

/** Stands for a piece of code in the text. A neutralised text never holds this character. */
export const CODE = "\0";

const SCHEME = "(?:https?:\\/\\/|mailto:)";
/** Characters that may stand in an address: none that a reader could take for code, for a tag, or for its end. */
const IN_ADDRESS = `[^\\s<>()\\\\\`"'&${CODE}]`;
/** The rest of a link that stays a link: its address, perhaps with a title. */
const TARGET =
  `${SCHEME}(?:${IN_ADDRESS}|&(?!#?\\w+;)|\\(${IN_ADDRESS}*\\))*(?: "[^"\\n\\\\\`<>&${CODE}]*")?\\)`;

/** Each pattern begins with the acting character. The text before it is checked only then, which is faster. */
const ACTS = new RegExp(
  [
    "\\\\[!-/:-@[-`{-~]", // a character that is escaped
    `<${SCHEME}[^\\s<>\`\\[\\]\\\\&${CODE}]+>`, // an address in angle brackets
    "<(?=[A-Za-z/!?%])", // raw HTML, and templates
    "[-=](?<=(?:^|[^ \\t\\n][ \\t]*)\\n[ \\t>]*[-=])(?=[-=]*[ \\t]*(?:\\n|$))", // what makes a heading of the line above
    "#(?<=(?:^|\\n)(?:[ \\t>]|(?:[-+*]|\\d+[.)])[ \\t])*#{1,6})(?=#{0,5}(?:\\s|$))", // a heading to some readers
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
/** Any other escaped character keeps its backslash. */
const ENTITY_ESCAPED = /[<&!(:^%${/`#~]/;

/** Readers of GFM begin an address here, and extend it to the next white space. */
const ADDRESS_BEGINS = new RegExp(`<${SCHEME}[^>]+>|:\\/\\/|www\\.`, "gi");

/** `text` is neutralised, and each piece of code in it is one `CODE`. */
export function escapeText(text: string): string {
  const safe = text.replace(ACTS, escapeOne);
  return safe.includes("://") || /www\./i.test(safe) ? safe.replace(/[^ \t\n]+/g, unlink) : safe;
}

function escapeOne(found: string): string {
  if (found.length === 1) return entity(found);
  if (!found.startsWith("\\")) return found;
  return ENTITY_ESCAPED.test(found[1] ?? "") ? entity(found[1] ?? "") : found;
}

/** Escapes a line so that nothing in it is Markdown. */
export function escapeAll(line: string): string {
  return line.replace(/[!-/:-@[-`{-~]/g, entity);
}

/** Escapes a line of HTML inside Markdown: note programs find comments, formulas and templates even there. */
export function escapeInHtml(line: string): string {
  return escapeHtml(line).replace(/%(?=%)|\$(?=\$)|\{(?=[{%])/g, entity);
}

function entity(character: string): string {
  return ENTITIES[character] ?? `&#${character.charCodeAt(0)};`;
}

/** An address that runs into an entity or into code would swallow it, so it becomes text. */
function unlink(word: string): string {
  let end = word.lastIndexOf(CODE);
  for (const { index } of word.matchAll(/&(?:lt|amp|#\d+);/g)) end = Math.max(end, index);
  return word.replace(ADDRESS_BEGINS, (found, at: number) => at < end ? breakAddress(found) : found);
}

function breakAddress(found: string): string {
  if (found.startsWith("<")) return found;
  return found === "://" ? ":&#47;/" : `${found.slice(0, -1)}&#46;`;
}
