/**
 * The words of a text, as the index has them: runs of letters and digits, without case and accents. SQLite's tokenizer
 * `unicode61` cuts the same words; a test compares the two. Pure.
 */

/** Letters, digits, and the accents that the tokenizer takes as part of a letter. */
const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\u0300-\u0331]*/gu;
const ACCENTS = /[\u0300-\u036f]/g;
// deno-lint-ignore no-control-regex -- all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

export interface Word {
  /** As words are compared. */
  readonly word: string;
  /** Its place in the text, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
}

/**
 * Without case and accents.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(fold("Größe"), "große");
 * ```
 */
export function fold(text: string): string {
  const plain = ASCII.test(text) ? text : text.normalize("NFD").replace(ACCENTS, "").normalize("NFC");
  return plain.toLowerCase();
}

export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(WORD)) {
    const [found] = match;
    yield { word: fold(found), from: match.index, to: match.index + found.length };
  }
}
