/** Undoes the entities that Markdown and HTML of kato and others have in place of marks: a secret may hold some. Pure. */

const ENTITY = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g;

/** The beginning of an entity at the end of a text. */
export const ENTITY_BEGUN = /&[#\w]{0,8}$/;

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Lines stay as they are: an entity for a line end is none here.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(decodeEntities("a&#47;b &lt;&quot;&#x41;&#10;&amp;amp;"), 'a/b <"A&#10;&amp;');
 * ```
 */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(ENTITY, (whole, decimal?: string, hexadecimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hexadecimal ?? "", 16);
    return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : whole;
  });
}
