/**
 * Settles a delivery that was under way when kato or its writer ended. Only the file's real length is known: a writer may
 * not read the file, and no other process opens it. Pure.
 */
export type Settlement =
  /** No byte of the delivery was written: send it again. */
  | "not-written"
  /** The whole delivery was written: commit it. */
  | "written"
  /** A part was written: cut the file to the length before, and send the delivery again. */
  | "torn"
  /** Somebody else changed the file: append the delivery at its end. */
  | "edited";

/**
 * `before`: the file's length before the delivery; `length`: the bytes of the delivery; `size`: the file's length now;
 * `isSame`: the file is the one that the delivery was for.
 */
export function settleDelivery(before: number, length: number, size: number, isSame = true): Settlement {
  if (size === before) return "not-written";
  if (size === before + length) return "written";
  // A file that somebody else made is never cut, whatever its length.
  return isSame && size > before && size < before + length ? "torn" : "edited";
}

/**
 * Whether kato itself may have left the file at `size`: after the latest delivery (`known`), or inside the delivery that
 * was `open` when kato or its writer ended. Any other size means that somebody else changed the file.
 */
export function isAsLeft(
  known: number,
  open: { readonly before: number; readonly length: number } | null,
  size: number,
): boolean {
  return open === null ? size === known : settleDelivery(open.before, open.length, size) !== "edited";
}
