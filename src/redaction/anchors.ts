/**
 * Finds the places of many short literals in one pass. It looks at two characters at a time and skips by what they allow,
 * so that most characters are never looked at. Pure.
 */

/** Letters of either case fall together in these bits. A false place is cheap: the caller looks at the text there. */
const BITS = 31;

/** The characters of a literal that take part. */
const LOOKED = 3;

export interface Anchors {
  /** Calls `take` with each place of a literal and the literal's entry, and maybe with other places. */
  scan(text: string, take: (place: number, entry: number) => void): void;
}

/** @param literals Of at least three characters each; entry `n` of the result stands for `literals[n]`. */
export function findAnchors(literals: readonly string[]): Anchors {
  const skip = new Uint8Array(1024).fill(LOOKED - 1);
  const bucket = new Uint16Array(32_768);
  const buckets: { readonly entry: number; readonly offset: number }[][] = [[]];
  const taken = new Set<number>();
  // The short ones have no choice, so they choose first.
  const entries = literals.map((literal, entry) => ({ literal, entry }))
    .sort((a, b) => a.literal.length - b.literal.length);
  for (const { literal, entry } of entries) {
    if (literal.length < LOOKED) throw new Error("internal error: an anchor is too short");
    const offset = cheapestPart(literal, taken);
    const [first, second] = [pairAt(literal, offset), pairAt(literal, offset + 1)];
    skip[first] = Math.min(skip[first] ?? 0, 1);
    skip[second] = 0;
    taken.add(first).add(second);
    const key = (literal.charCodeAt(offset) & BITS) << 10 | second;
    if (bucket[key] === 0) bucket[key] = buckets.push([]) - 1;
    buckets[bucket[key] ?? 0]?.push({ entry, offset });
  }
  return {
    scan(text, take) {
      const { length } = text;
      for (let at = LOOKED - 1; at < length;) {
        const pair = (text.charCodeAt(at - 1) & BITS) << 5 | text.charCodeAt(at) & BITS;
        const step = skip[pair] as number;
        if (step > 0) {
          at += step;
          continue;
        }
        const found = bucket[(text.charCodeAt(at - 2) & BITS) << 10 | pair] as number;
        if (found > 0) {
          for (const { entry, offset } of buckets[found] ?? []) take(at - 2 - offset, entry);
        }
        at += 1;
      }
    },
  };
}

function pairAt(text: string, at: number): number {
  return (text.charCodeAt(at) & BITS) << 5 | text.charCodeAt(at + 1) & BITS;
}

/** How often each of the 32 comes, in a thousand characters of sessions and programs. A dash counts as an `m`. */
// deno-fmt-ignore
const FREQUENCY = [
  172, 40, 60, 23, 25, 70, 15, 22, 17, 41, 18, 7, 48, 26, 50, 39,
  30, 13, 45, 46, 57, 25, 12, 13, 11, 15, 20, 7, 11, 9, 1, 12,
];

/** Where the three characters of a literal begin that cost least: pairs that texts have seldom, or that are looked for anyhow. */
function cheapestPart(literal: string, taken: ReadonlySet<number>): number {
  const often = (at: number) => FREQUENCY[literal.charCodeAt(at) & BITS] ?? 0;
  const costOf = (at: number) => taken.has(pairAt(literal, at)) ? 0 : often(at) * often(at + 1);
  const places = Array.from({ length: literal.length - LOOKED + 1 }, (_, at) => at);
  const cost = (at: number) => costOf(at) + costOf(at + 1) + often(at) * often(at + 1) * often(at + 2) / 1000;
  return places.reduce((best, at) => cost(at) < cost(best) ? at : best, 0);
}
