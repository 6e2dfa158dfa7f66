/**
 * Finds the places of many short literals in one pass: five bits of each of three characters make a number, and a table
 * says which literals have these characters. A search that skips characters looks at fewer of them and takes longer: the
 * processor can't guess the next step. Pure.
 */

/** Letters of either case fall together in these bits. A false place is cheap: the caller looks at the text there. */
const BITS = 31;

/** The characters of a literal that take part. */
const LOOKED = 3;
const WINDOW = 2 ** (5 * LOOKED) - 1;

export interface Anchors {
  /** Calls `take` with each place of a literal and the literal's entry, and maybe with other places. */
  scan(text: string, take: (place: number, entry: number) => void): void;
}

/** @param literals Of at least three characters each; entry `n` of the result stands for `literals[n]`. */
export function findAnchors(literals: readonly string[]): Anchors {
  // Literals with the same three are a list: the first, and the next of each. They count from 1, and 0 ends the list.
  const first = new Uint16Array(WINDOW + 1);
  const next = new Uint16Array(literals.length + 1);
  /** The third of the three, as an index into the literal. */
  const third = new Uint8Array(literals.length + 1);
  /** One character more, which most false places do not have: its index, and its bits. */
  const other = new Uint8Array(literals.length + 1);
  const bits = new Uint8Array(literals.length + 1);
  for (let one = literals.length; one > 0; one -= 1) {
    const literal = literals[one - 1] as string;
    if (literal.length < LOOKED) throw new Error("internal error: an anchor is too short");
    const from = rarestPart(literal);
    third[one] = from + LOOKED - 1;
    other[one] = from === 0 ? literal.length - 1 : 0;
    bits[one] = bitsAt(literal, other[one] as number);
    const window = bitsAt(literal, from) << 10 | bitsAt(literal, from + 1) << 5 | bitsAt(literal, from + 2);
    next[one] = first[window] as number;
    first[window] = one;
  }
  return {
    scan(text, take) {
      const { length } = text;
      let window = 0;
      for (let at = 0; at < length; at += 1) {
        window = (window << 5 | text.charCodeAt(at) & BITS) & WINDOW;
        for (let one = first[window] as number; one > 0; one = next[one] as number) {
          const place = at - (third[one] as number);
          const isLike = (text.charCodeAt(place + (other[one] as number)) & BITS) === bits[one];
          if (isLike && place >= 0) take(place, one - 1);
        }
      }
    },
  };
}

function bitsAt(text: string, at: number): number {
  return text.charCodeAt(at) & BITS;
}

/** How often each of the 32 comes, in a thousand characters of sessions and programs. A dash counts as an `m`. */
// deno-fmt-ignore
const FREQUENCY = [
  172, 40, 60, 23, 25, 70, 15, 22, 17, 41, 18, 7, 48, 26, 50, 39,
  30, 13, 45, 46, 57, 25, 12, 13, 11, 15, 20, 7, 11, 9, 1, 12,
];

/** Where the three characters of a literal begin that texts have most seldom. */
function rarestPart(literal: string): number {
  const often = (at: number) => FREQUENCY[bitsAt(literal, at)] ?? 0;
  const cost = (at: number) => often(at) * often(at + 1) * often(at + 2);
  const places = Array.from({ length: literal.length - LOOKED + 1 }, (_, at) => at);
  return places.reduce((best, at) => cost(at) < cost(best) ? at : best, 0);
}
