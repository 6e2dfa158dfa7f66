/** Work on bytes with what the engine does natively. */

/** One search step. Its text in hex takes twice the memory. */
const PIECE = 64 * 1024;
const encoder = new TextEncoder();

/** Where `text` begins in `bytes`, or -1. */
export function findBytes(bytes: Uint8Array, text: string): number {
  const wanted = encoder.encode(text);
  const hex = wanted.toHex();
  for (let from = 0; from + wanted.length <= bytes.length; from += PIECE) {
    // A match that begins in this piece may end in the next one.
    const digits = bytes.subarray(from, from + PIECE + wanted.length - 1).toHex();
    for (let at = digits.indexOf(hex); at !== -1; at = digits.indexOf(hex, at + 1)) {
      // Two digits are one byte, so a match at an odd position is no match.
      if (at % 2 === 0) return from + at / 2;
    }
  }
  return -1;
}

export function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
