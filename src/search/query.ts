/**
 * What a person searches for: `words`, `"a phrase"`, `begin*`. It becomes an expression of FTS5 from its parts. A part
 * consists of letters and digits alone, so that no text of a person reaches the language of the expression. Pure.
 */
import { QUERY_CHARS, QUERY_WORDS } from "../protocol/search_limits.ts";
import { type Role, roleWord, sessionWord } from "./passage.ts";
import { wordsOf } from "./words.ts";

/** Words that stand side by side. */
export interface Term {
  readonly words: readonly string[];
  /** The last word is the beginning of a word. */
  readonly isPrefix: boolean;
}

export type ParsedQuery =
  | { readonly ok: true; readonly terms: readonly Term[] }
  /** What is wrong, and what to write. */
  | { readonly ok: false; readonly message: string };

/** A part of an argument as it was typed: with or without quotes around it. */
const PART = /"([^"]*)"(\*?)|([^\s"]+)/g;

/**
 * @param typed The arguments, as the shell cut them. An argument with blanks in it was quoted there: it is a phrase.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const terms = [{ words: ["disk", "full"], isPrefix: false }, { words: ["retr"], isPrefix: true }];
 * assert.deepEqual(parseQuery(["disk full", "retr*"]), { ok: true, terms });
 * ```
 */
export function parseQuery(typed: readonly string[]): ParsedQuery {
  if (typed.reduce((sum, argument) => sum + argument.length, 0) > QUERY_CHARS) {
    return wrong(`The query is longer than ${QUERY_CHARS} characters. Search for a few words of it.`);
  }
  const terms: Term[] = [];
  for (const argument of typed) {
    const parts = partsOf(argument);
    if (parts === null) return wrong(`A quote is not closed in ${argument}. Write it as '"two words"'.`);
    for (const part of parts) {
      const term = termOf(part);
      if (typeof term === "string") return wrong(term);
      terms.push(term);
    }
  }
  if (terms.length === 0) return wrong("There is nothing to search for. Write one or more words.");
  if (terms.flatMap(({ words }) => words).length > QUERY_WORDS) {
    return wrong(`The query has more than ${QUERY_WORDS} words. Search for fewer of them.`);
  }
  return { ok: true, terms };
}

function wrong(message: string): ParsedQuery {
  return { ok: false, message };
}

/** Null: a quote is not closed. */
function partsOf(argument: string): string[] | null {
  if (!argument.includes('"')) return argument.trim() === "" ? [] : [argument];
  if (argument.split('"').length % 2 === 0) return null;
  return [...argument.matchAll(PART)].map(([, quoted, star, bare]) => bare ?? `${quoted ?? ""}${star ?? ""}`);
}

/** A sentence where it is none. */
function termOf(part: string): Term | string {
  const isPrefix = /\S\*+\s*$/.test(part);
  const text = isPrefix ? part.replace(/\*+\s*$/, "") : part;
  if (text.includes("*")) return `A * stands at the end of a word: ${part} has it elsewhere. Write 'begin*'.`;
  const words = [...wordsOf(text)].map(({ word }) => word);
  if (words.length === 0) return `${part} has no letter and no digit. kato searches for words.`;
  return { words, isPrefix };
}

/**
 * The expression that finds every passage with all words. It does not know which of them stand side by side.
 *
 * @param roles Only passages of one of these; empty: all.
 * @param sessions Only passages of one of these, by their numbers; null: all.
 */
export function expressionOf(
  terms: readonly Term[],
  roles: readonly Role[],
  sessions: readonly number[] | null,
): string {
  const words = terms.flatMap(({ words, isPrefix }) =>
    words.map((word, at) => isPrefix && at === words.length - 1 ? `${literal(word)} *` : literal(word))
  );
  const parts = [
    ...new Set(words),
    ...roles.length === 0 ? [] : [oneOf(roles.map(roleWord))],
    ...sessions === null ? [] : [oneOf(sessions.map(sessionWord))],
  ];
  return parts.join(" AND ");
}

function oneOf(words: readonly string[]): string {
  return `(${words.map(literal).join(" OR ")})`;
}

/** A string of FTS5's language. */
function literal(word: string): string {
  if (!/^[\p{L}\p{N}\p{Co}\u0300-\u0331]+$/u.test(word)) {
    throw new Error("internal error: no word to search for");
  }
  return `"${word}"`;
}
