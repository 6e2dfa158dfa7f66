/**
 * What may be written as a destination, wherever it is written: in a chat, in a request, on a command line.
 * docs/command-grammar.md is its specification. Room: protocol; no authority, pure.
 */
import type { GRAMMAR_REASONS } from "../protocol/command.ts";
import { DESTINATION_BYTES, FILE_NAME_BYTES } from "../protocol/limits.ts";
import { FORMATS } from "../protocol/closed_sets.ts";

export type GrammarReason = typeof GRAMMAR_REASONS[number];

/** A mention (`@notes.md`), a Markdown link, an autolink, another person's home, a folder: text, but no file. */
const NOT_A_PATH = /^(?:@|<|!?\[[^\]]*\]\(|~(?!\/.))|\/$/;

/**
 * Characters that a person does not see, or that change how others are seen: controls, formatting (zero-width and
 * bidirectional ones are among them), halves of a surrogate pair, whatever Unicode says to leave undrawn, every
 * space but the ordinary one. The backtick is here because it is Markdown, never part of a name that is meant.
 */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800`]|(?! )\p{Zs}/u;

/** Whether a text holds a character that no destination may hold. */
export function holdsForbiddenCharacter(text: string): boolean {
  return FORBIDDEN.test(text);
}

/** A text for a message or a log: on one line, every character of it seen. */
export function showSafely(text: string): string {
  return Array.from(text, (character) => {
    if (!FORBIDDEN.test(character)) return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  }).join("");
}

const EXTENSION = new RegExp(`[^/]\\.(?:${FORMATS.join("|")})$`);

const encoder = new TextEncoder();

function isTooLong(text: string, bytes: number): boolean {
  // No character has fewer bytes than UTF-16 units, so a long text need not be encoded.
  return text.length > bytes || encoder.encode(text).byteLength > bytes;
}

/** In the order in which they are reported. */
const FAULTS: readonly (readonly [GrammarReason, (destination: string) => boolean])[] = [
  ["not-a-path", (destination) => NOT_A_PATH.test(destination)],
  ["glob", (destination) => /[*?[\]{}]/.test(destination)],
  ["variable", (destination) => destination.includes("$")],
  ["backslash", (destination) => destination.includes("\\")],
  ["traversal", (destination) => destination.split("/").includes("..")],
  ["empty-segment", (destination) => destination.includes("//")],
  ["forbidden-character", holdsForbiddenCharacter],
  [
    "too-long",
    (destination) =>
      isTooLong(destination, DESTINATION_BYTES) ||
      destination.split("/").some((segment) => isTooLong(segment, FILE_NAME_BYTES)),
  ],
  ["unknown-extension", (destination) => !EXTENSION.test(destination)],
];

/**
 * Everything that is wrong with a destination (unquoted), in the order of the grammar; empty when it is well
 * formed. An empty destination is `missing-destination`.
 *
 * @example
 * ```ts
 * import { findDestinationFaults } from "./grammar.ts";
 * console.assert(findDestinationFaults("~/notes/plan b.md").length === 0);
 * console.assert(findDestinationFaults("../*.txt").join() === "glob,traversal,unknown-extension");
 * ```
 */
export function findDestinationFaults(destination: string): readonly GrammarReason[] {
  if (destination === "") return ["missing-destination"];
  return FAULTS.filter(([, isAtFault]) => isAtFault(destination)).map(([reason]) => reason);
}
