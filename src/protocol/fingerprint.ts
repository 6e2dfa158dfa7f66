/**
 * A fingerprint of bytes: the bytes are one number, and the remainder of a division is the fingerprint. The engine
 * divides in native code; a loop over the bytes would cost 47 times as much without a JIT, and `node:crypto` would
 * cost every parser some 4 MB. An attacker who can write a log could construct two logs with equal fingerprints. That
 * hides a change of the attacker's own log from kato, and nothing else.
 */

/** A random prime of 96 bits, so that changes by people and clients do not cancel out. */
const PRIME = 0xf9976d33eed13db425a34e03n;
export const FINGERPRINT_DIGITS = 24;

/** Bytes of one division, which bounds its memory. */
const PIECE = 64 * 1024;

/** In hex, and never shortened: a change near the end of the bytes may show in a few digits only. */
export function fingerprintOf(bytes: Uint8Array): string {
  // The leading one makes zeros at the beginning count.
  let rest = 1n;
  for (let from = 0; from < bytes.length; from += PIECE) {
    const piece = bytes.subarray(from, from + PIECE);
    rest = BigInt(`0x${rest.toString(16)}${piece.toHex()}`) % PRIME;
  }
  return rest.toString(16).padStart(FINGERPRINT_DIGITS, "0");
}
