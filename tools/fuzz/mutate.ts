/** Changes inputs at random, the same way for a seed. An input is a text; of bytes, each character is one. Pure. */

/** An integer, 0 ≤ n < `limit`. */
export type Draw = (limit: number) => number;

export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Characters that end, begin or confuse something in some format. */
const ODD = [..."\0\t\n\r \u00a0\u200b\u2028\ufeff\ud800\"'`~\\/<>()[]{}|,:;.#*_-=+!?%&$@^0aA\u00ff\u0130😀"];
/** Longer than this, an input is cut: work is judged by its length anyway. */
const MOST_CHARS = 4_000;

/** `input` with one to four changes. `words`: what the format knows; `others`: inputs to take parts from. */
export function mutate(
  input: string,
  words: readonly string[],
  others: readonly string[],
  draw: Draw,
): string {
  let text = input;
  for (let left = 1 + draw(4); left > 0; left -= 1) text = change(text, words, others, draw);
  return text.slice(0, MOST_CHARS);
}

function change(text: string, words: readonly string[], others: readonly string[], draw: Draw): string {
  const from = draw(text.length + 1);
  const to = Math.min(text.length, from + (draw(4) === 0 ? draw(text.length + 1) : 1 + draw(8)));
  const [before, part, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  switch (draw(8)) {
    case 0:
      return before + after;
    case 1:
      return before + part + part + after;
    case 2:
      return before + part.repeat(2 + draw(30)) + after;
    case 3:
      return before + pick(ODD, draw) + part + after;
    case 4:
      return before + pick(words, draw) + part + after;
    case 5:
      return before + pick(words, draw) + after;
    case 6: {
      const other = pick(others, draw);
      const start = draw(other.length + 1);
      return before + other.slice(start, start + 1 + draw(other.length + 1)) + after;
    }
    default:
      return before + pick(ODD, draw) + after;
  }
}

function pick(from: readonly string[], draw: Draw): string {
  return from[draw(from.length)] ?? "";
}
