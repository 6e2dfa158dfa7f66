/** Whether a text has what was searched for, side by side and as words of their own. The index alone cannot tell. Pure. */
import type { Term } from "./query.ts";
import { fold } from "./words.ts";

/** `isAscii`: all characters of the text are. */
export type Comparison = (text: string, isAscii: boolean) => boolean;

/** For passages that have all words, as the index knows. */
export function comparePhrases(terms: readonly Term[]): Comparison {
  return compareTerms(terms.filter(({ words }) => words.length > 1));
}

export function compareTerms(terms: readonly Term[]): Comparison {
  const expressions = terms.map(expressionFor);
  if (expressions.length === 0) return () => true;
  return (text, isAscii) => {
    const folded = isAscii ? text.toLowerCase() : fold(text);
    return expressions.every((expression) => expression.test(folded));
  };
}

/** Words hold letters and digits alone, so that none of them is an expression. */
function expressionFor({ words, isPrefix }: Term): RegExp {
  const letter = "[\\p{L}\\p{N}\\p{Co}]";
  return new RegExp(
    `(?<!${letter})${words.join("[^\\p{L}\\p{N}\\p{Co}]+")}${isPrefix ? "" : `(?!${letter})`}`,
    "u",
  );
}
