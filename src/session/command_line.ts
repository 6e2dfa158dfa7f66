/** Commands as a person types them: in a chat, in a terminal, and a mistyped one as it should have been. Pure. */
import { holdsForbiddenCharacter } from "../destination/grammar.ts";
import { forShell } from "../destination/shell_word.ts";
import { type RefusedLine, type Verb, VERBS } from "../protocol/command.ts";
import { FORMATS } from "../protocol/closed_sets.ts";
import { REFUSED_TOKEN_CHARS } from "../protocol/limits.ts";
import { shortId } from "../protocol/session.ts";
import { scanCommands } from "./command.ts";

/** `::record "my notes.md"` */
export function chatLine(verb: Verb, destination: string | null): string {
  if (destination === null) return `::${verb}`;
  return `::${verb} ${destination.includes(" ") ? `"${destination}"` : destination}`;
}

/**
 * `kato record 5d8aa099 notes.md`; null where no such command asks for the same: in a terminal, an export has a
 * destination of another kind.
 */
export function terminalLine(verb: Verb, session: string, destination: string | null): string | null {
  if (verb === "export" || verb === "init") return null;
  return ["kato", verb, shortId(session), ...(destination === null ? [] : [destination])].map(forShell).join(
    " ",
  );
}

/** The one command that `line` is; null when it is none. */
export function readCommand(
  line: string,
): { readonly verb: Verb; readonly destination: string | null } | null {
  const [command] = scanCommands(line).commands;
  return command?.token === line ? command : null;
}

/** A refused line as the person probably meant it: a line that is a command. null: nobody can tell. */
export function correctLine({ token, reason }: RefusedLine): string | null {
  // The end of the line may be missing.
  if (token.length >= REFUSED_TOKEN_CHARS) return null;
  const line = clean(token);
  if (reason === "too-many-commands") return readCommand(line) === null ? null : line;
  const [, word = "", rest = ""] = /^:: *([^ ]*) *([^]*)$/.exec(line) ?? [];
  const verb = nearestVerb(word.toLowerCase());
  if (verb === null) return null;
  if (verb === "stop") return "::stop";
  const destination = correctDestination(rest);
  if (destination === null && rest !== "") return null;
  const corrected = chatLine(verb, destination);
  return readCommand(corrected) === null ? null : corrected;
}

/** Without blanks at its ends, and without characters that a person does not see. */
function clean(text: string): string {
  return Array.from(
    text.trim(),
    (character) => holdsForbiddenCharacter(character) ? blankFor(character) : character,
  )
    .join("").trim();
}

function blankFor(character: string): string {
  return /\s/.test(character) ? " " : "";
}

/** The verb that was probably meant: cut short, gone on with, or with one letter too many, missing, wrong or swapped. */
function nearestVerb(word: string): Verb | null {
  return VERBS.find((verb) => verb === word) ??
    VERBS.find((verb) => word.length > 2 && (verb.startsWith(word) || word.startsWith(verb))) ??
    VERBS.find((verb) => isNear(word, verb)) ?? null;
}

function isNear(word: string, verb: string): boolean {
  const shorter = Math.min(word.length, verb.length);
  let before = 0;
  while (before < shorter && word[before] === verb[before]) before += 1;
  let after = 0;
  while (after < shorter - before && word.at(-1 - after) === verb.at(-1 - after)) after += 1;
  const one = word.slice(before, word.length - after);
  const other = verb.slice(before, verb.length - after);
  const isSwapped = one.length === 2 && other === `${one[1]}${one[0]}`;
  return one.length <= 1 && other.length <= 1 || isSwapped;
}

const KNOWN = FORMATS.join("|");

/** What a path of a file may have been meant by `typed`. The caller tests it. */
function correctDestination(typed: string): string | null {
  const [, link] = /^!?\[[^\]]*\]\(([^)]*)\)/.exec(typed) ?? [];
  const plain = (link ?? typed).replaceAll(/["<>]/g, "").replace(/^@/, "");
  // A shell's way to write a blank.
  const slashes = plain.replaceAll("\\ ", " ").replaceAll("\\", "/").replace(/^\$(?:HOME|\{HOME\})\//, "~/");
  const path = slashes.replaceAll(/\/{2,}/g, "/").replaceAll(/[*?[\]{}]/g, "")
    .split("/").filter((segment) => segment !== "..").join("/").replace(/(?<=.)\/$/, "");
  // Words behind the file's name are no part of it, where one of them has a known ending.
  const [, named] = new RegExp(`^(.*?\\.(?:${KNOWN}))(?: .*)?$`, "i").exec(path) ?? [];
  return withEnding(named ?? path);
}

function withEnding(path: string): string | null {
  // There is no name, or nothing in front of its ending.
  if (/(?:^|\/)(?:\.[^./]*)?$/.test(path) || path === "~") return null;
  const [, stem = path, ending = ""] = /^(.*[^/])\.([A-Za-z0-9]{1,8})$/.exec(path) ?? [];
  const format = FORMATS.find((known) => known === ending.toLowerCase()) ?? "md";
  return `${stem}.${format}`;
}
