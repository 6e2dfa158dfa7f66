/** Where a passage has the words that were searched for, and the part of it that shows them. Pure. */
import { SNIPPET_CHARS } from "../protocol/search_limits.ts";
import type { Term } from "./query.ts";
import { type Word, wordsOf } from "./words.ts";

/** A piece of a snippet. */
export interface Piece {
  readonly text: string;
  /** Whether it was searched for. */
  readonly isHit: boolean;
}

interface Place {
  readonly from: number;
  readonly to: number;
  readonly term: number;
}

/** The part of `text` that has most of the terms, with `…` where it was cut. */
export function snippetOf(text: string, terms: readonly Term[]): Piece[] {
  const places = findPlaces(text, terms);
  const first = bestOf(places);
  const from = first === undefined ? 0 : startOf(text, Math.max(0, first.from - SNIPPET_CHARS / 4));
  const to = endOf(text, Math.min(text.length, from + SNIPPET_CHARS));
  const pieces: Piece[] = from > 0 ? [{ text: "… ", isHit: false }] : [];
  let at = from;
  for (const place of places) {
    if (place.from < at || place.to > to) continue;
    pieces.push({ text: text.slice(at, place.from), isHit: false });
    pieces.push({ text: text.slice(place.from, place.to), isHit: true });
    at = place.to;
  }
  pieces.push({ text: text.slice(at, to), isHit: false });
  if (to < text.length) pieces.push({ text: " …", isHit: false });
  return pieces.filter((piece) => piece.text !== "");
}

/** Every place of a term, in the order of the text. */
function findPlaces(text: string, terms: readonly Term[]): Place[] {
  const words = [...wordsOf(text)];
  return words.flatMap((word, at) => {
    const term = terms.findIndex((term) => standsAt(words, at, term));
    const last = words[at + (terms[term]?.words.length ?? 0) - 1];
    return term < 0 || last === undefined ? [] : [{ from: word.from, to: last.to, term }];
  });
}

function standsAt(words: readonly Word[], at: number, { words: wanted, isPrefix }: Term): boolean {
  return wanted.every((word, index) => {
    const found = words[at + index]?.word;
    return isPrefix && index === wanted.length - 1 ? found?.startsWith(word) === true : found === word;
  });
}

/** The place from which on most of the terms fit into one snippet. */
function bestOf(places: readonly Place[]): Place | undefined {
  let best: Place | undefined;
  let most = 0;
  for (const [index, place] of places.entries()) {
    const terms = new Set<number>();
    for (let at = index; at < places.length; at += 1) {
      const other = places[at];
      if (other === undefined || other.to > place.from + (SNIPPET_CHARS * 3) / 4) break;
      terms.add(other.term);
    }
    if (terms.size > most) [best, most] = [place, terms.size];
  }
  return best;
}

/** Not within a word, where a blank is near; never within a character. */
function startOf(text: string, at: number): number {
  if (at === 0) return 0;
  const blank = text.slice(at, at + 24).search(/\s/);
  return blank >= 0 ? at + blank + 1 : isLowHalf(text, at) ? at + 1 : at;
}

function endOf(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const blank = /\s\S*$/.exec(text.slice(at - 24, at));
  return blank !== null ? at - 24 + blank.index : isLowHalf(text, at) ? at - 1 : at;
}

function isLowHalf(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}
