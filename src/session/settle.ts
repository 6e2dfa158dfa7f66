/**
 * What became of a delivery that was under way when kato or its writer ended, told by the file's real length. Nobody
 * reads the file: a writer may not, and nobody else opens it. Room: session; pure.
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

/**
 * `before`: length recorded before the delivery; `length`: its bytes; `size`: what the file measures now; `isSame`: it
 * is the file that the delivery was for, and not another in its place.
 */
export function settleDelivery(before: number, length: number, size: number, isSame = true): Settlement {
  if (size === before) return "not-written";
  if (size === before + length) return "written";
  // A file that somebody else made is never cut, whatever it measures.
  return isSame && size > before && size < before + length ? "torn" : "edited";
}

/**
 * Whether kato itself may have left a file at `size`: as it was after the latest delivery (`known`), or somewhere in
 * the one that was `open` when kato or its writer ended. Only another size is somebody else's doing.
 */
export function isAsLeft(
  known: number,
  open: { readonly before: number; readonly length: number } | null,
  size: number,
): boolean {
  return open === null ? size === known : settleDelivery(open.before, open.length, size) !== "edited";
}
