/**
 * What became of a delivery that was under way when kato ended, told by the file's real length. Room: session; pure.
 */
export type Settlement =
  /** Not a byte of it was written: send it again. */
  | "not-written"
  /** All of it was: it is committed. */
  | "written"
  /** Some of it was: cut the file to the length before, and send it again. */
  | "torn"
  /** Somebody else changed the file: whatever is missing goes to its end. */
  | "edited";

/** `before`: length recorded before the delivery; `length`: its bytes; `size`: what the file measures now. */
export function settleDelivery(before: number, length: number, size: number): Settlement {
  if (size === before) return "not-written";
  if (size === before + length) return "written";
  return size > before && size < before + length ? "torn" : "edited";
}
