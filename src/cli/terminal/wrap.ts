/** Lines that are as wide as the terminal at most, and lose nothing. Pure. */
import type { Output } from "../context.ts";
import { columnsOf, segmentsOf } from "./style.ts";

/** A narrower terminal gets lines of this width. */
const LEAST_COLUMNS = 8;
/** Columns before the text where `prefix` takes too many. */
const NARROW_INDENT = 4;

/** The width of lines on `out`. A pipe has none: its reader decides where lines end. */
export function lineWidth({ isTerminal, columns }: Pick<Output, "isTerminal" | "columns">): number {
  return isTerminal ? Math.max(LEAST_COLUMNS, columns) : Infinity;
}

/**
 * `prefix` and `text` on lines of at most `width` columns, and the text below its own beginning. Lines end between words.
 * A word that is wider than a line goes on in the next one. Neither holds a line end; both may hold colours.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(wrap("  2 h  ", "the disk is full", 18), ["  2 h  the disk is", "       full"]);
 * ```
 */
export function wrap(prefix: string, text: string, width: number): string[] {
  const taken = columnsOf(prefix);
  if (taken <= width / 2) return fill(prefix, " ".repeat(taken), text, width);
  const [, indent = "", words = ""] = /^( *)(.*)$/.exec(prefix.trimEnd()) ?? [];
  const first = " ".repeat(Math.min(indent.length, NARROW_INDENT));
  const below = " ".repeat(Math.min(indent.length + 2, NARROW_INDENT));
  return [...(words === "" ? [] : fill(first, first, words, width)), ...fill(below, below, text, width)];
}

function fill(first: string, indent: string, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = first;
  let columns = columnsOf(first);
  let isEmpty = true;
  const next = () => {
    lines.push(line);
    line = indent;
    columns = indent.length;
    isEmpty = true;
  };
  const add = (piece: string, its: number) => {
    line += piece;
    columns += its;
    isEmpty = false;
  };
  for (const word of text.split(" ")) {
    const its = columnsOf(word);
    const gap = isEmpty ? 0 : 1;
    if (columns + gap + its <= width) {
      add(isEmpty ? word : ` ${word}`, gap + its);
      continue;
    }
    if (!isEmpty) next();
    if (columns + its <= width) {
      add(word, its);
      continue;
    }
    for (const piece of drawn(word)) {
      const one = columnsOf(piece);
      if (columns + one > width && !isEmpty) next();
      add(piece, one);
    }
  }
  return [...lines, line];
}

/** The pieces of a word that must stay whole: characters as they are drawn, and colours. */
function* drawn(word: string): Iterable<string> {
  // deno-lint-ignore no-control-regex -- a colour begins with one
  for (const part of word.split(/(\u001b\[\d+m)/)) {
    if (part.startsWith("\u001b")) yield part;
    else for (const { segment } of segmentsOf(part)) yield segment;
  }
}
