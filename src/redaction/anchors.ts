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
  literals.forEach((literal, entry) => {
    if (literal.length < LOOKED) throw new Error("internal error: an anchor is too short");
    const offset = rarestPart(literal);
    const [a, b, c] = [0, 1, 2].map((at) => literal.charCodeAt(offset + at) & BITS) as [
      number,
      number,
      number,
    ];
    const first = a << 5 | b;
    const second = b << 5 | c;
    skip[first] = Math.min(skip[first] ?? 0, 1);
    skip[second] = 0;
    const key = a << 10 | second;
    if (bucket[key] === 0) bucket[key] = buckets.push([]) - 1;
    buckets[bucket[key] ?? 0]?.push({ entry, offset });
  });
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

/** Where its three characters begin that ordinary texts have least: small letters are common. */
function rarestPart(literal: string): number {
  let best = 0;
  let most = -1;
  for (let at = 0; at + LOOKED <= literal.length; at += 1) {
    const rare = literal.slice(at, at + LOOKED).replace(/[a-z]/g, "").length;
    if (rare > most) [best, most] = [at, rare];
  }
  return best;
}
