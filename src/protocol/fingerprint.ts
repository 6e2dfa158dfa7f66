/**
 * What tells bytes from other bytes: they are read as one number, of which the remainder is kept. The engine divides in
 * native code, at once and without a loop of ours over the bytes, which costs 47 times as much without its compiler;
 * `node:crypto` costs every parser some 4 MB. Whoever can write a log could make two alike: that hides a change of
 * his own log from kato, and nothing else. Room: protocol; no authority, pure.
 */

/** Chosen at random among the primes of 96 bits, so that changes that people and clients make do not cancel out. */
const PRIME = 0xf9976d33eed13db425a34e03n;
export const FINGERPRINT_DIGITS = 24;

/** As much becomes a number at once: one division after another, and memory for a piece only. */
const PIECE = 64 * 1024;

/** In hex, and never cut: a change near the end of the bytes may show in a few of the digits only. */
export function fingerprintOf(bytes: Uint8Array): string {
  // The leading one keeps zeros at the beginning from being nothing.
  let rest = 1n;
  for (let from = 0; from < bytes.length; from += PIECE) {
    const piece = bytes.subarray(from, from + PIECE);
    rest = BigInt(`0x${rest.toString(16)}${piece.toHex()}`) % PRIME;
  }
  return rest.toString(16).padStart(FINGERPRINT_DIGITS, "0");
}
