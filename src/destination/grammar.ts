/**
 * The grammar of destinations in a chat, in a request and on a command line. docs/command-grammar.md is its specification.
 * Pure.
 */
import type { GRAMMAR_REASONS } from "../protocol/command.ts";
import { DESTINATION_BYTES, FILE_NAME_BYTES } from "../protocol/limits.ts";
import { FORMATS } from "../protocol/closed_sets.ts";

export type GrammarReason = typeof GRAMMAR_REASONS[number];

/** What to do about each, as docs/command-grammar.md has it: the end of a sentence. */
export const GRAMMAR_MENDS: Readonly<Record<GrammarReason, string>> = {
  "in-the-middle": "move it to the start or end of the message",
  indented: "begin it at column 0",
  "unknown-command": "use ::record, ::capture, ::export, ::stop or ::init",
  "wrong-case": "write it in lower case",
  "too-long": "shorten it",
  "missing-destination": "say where to",
  "unexpected-destination": "write ::stop alone",
  "trailing-text": "put a path with spaces in double quotes; put text on a line of its own",
  "unbalanced-quote": "quote the whole path; a path cannot hold a quote",
  "not-a-path": "write the path of a file",
  glob: "name one file",
  variable: "write the path out",
  backslash: "write / between folders",
  traversal: "write the path without it",
  "empty-segment": "write one /",
  "forbidden-character": "type it again, in plain characters",
  "unknown-extension": "end it in .md, .jsonl or .html",
  "too-many-commands": "type it in another message",
};

/** A mention (`@notes.md`), a Markdown link, an autolink, another person's home, a folder: text, but no file. */
const NOT_A_PATH = /^(?:@|<|!?\[[^\]]*\]\(|~(?!\/.))|\/$/;

/**
 * Characters that a person does not see, or that change how other characters are drawn: controls, formatting (also
 * zero-width and bidirectional characters), halves of a surrogate pair, Unicode's default ignorables, every space
 * but the ordinary one. The backtick is forbidden because it is Markdown and never part of an intended name.
 */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800`]|(?! )\p{Zs}/u;

/** Whether a text holds a character that no destination may hold. */
export function holdsForbiddenCharacter(text: string): boolean {
  return FORBIDDEN.test(text);
}

/** `text` for a message or a log: on one line, with every character visible. */
export function showSafely(text: string): string {
  return Array.from(text, (character) => {
    if (!FORBIDDEN.test(character)) return character;
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  }).join("");
}

const EXTENSION = new RegExp(`[^/]\\.(?:${FORMATS.join("|")})$`);

const encoder = new TextEncoder();

function isTooLong(text: string, bytes: number): boolean {
  // A character has at least as many bytes as UTF-16 units, so a long text need not be encoded.
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
 * All faults of an unquoted destination, in the order of the grammar; empty when the destination is well formed. An empty
 * destination is `missing-destination`.
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
