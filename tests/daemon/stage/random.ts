/** Random numbers that repeat: the same seed gives the same run. */

export interface Random {
  /** 0 ≤ n < 1. */
  next(): number;
  /** An integer, `from` ≤ n < `to`. */
  between(from: number, to: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from));
  return {
    next,
    between,
    pick(items) {
      const item = items[between(0, items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
  };
}

/** Cuts `bytes` into up to `most` pieces, also in the middle of a line or of a character. */
export function cutAtRandom(bytes: Uint8Array, most: number, random: Random): Uint8Array[] {
  const cuts = new Set<number>();
  for (let count = random.between(0, most); count > 0; count -= 1) cuts.add(random.between(0, bytes.length));
  const places = [...cuts].sort((a, b) => a - b);
  return [...places, bytes.length].map((to, index) => bytes.subarray(places[index - 1] ?? 0, to));
}
