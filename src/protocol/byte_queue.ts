/** Collects bytes that arrive in pieces, and gives them out in the lengths that a format needs. */

export interface ByteQueue {
  /** Bytes that are held. */
  readonly length: number;
  /** Keeps `piece` itself: it must not change afterwards. */
  push(piece: Uint8Array): void;
  /** The first `count` bytes, in a new buffer. They must be there. */
  take(count: number): Uint8Array<ArrayBuffer>;
}

export function createByteQueue(): ByteQueue {
  let pieces: Uint8Array[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(piece) {
      if (piece.length === 0) return;
      pieces.push(piece);
      length += piece.length;
    },
    take(count) {
      if (count > length) throw new Error("internal error: more bytes were taken than are held");
      const taken = new Uint8Array(count);
      let filled = 0;
      let whole = 0;
      while (filled < count) {
        const piece = pieces[whole] ?? new Uint8Array(0);
        const part = piece.subarray(0, count - filled);
        taken.set(part, filled);
        filled += part.length;
        if (part.length < piece.length) pieces[whole] = piece.subarray(part.length);
        else whole += 1;
      }
      // Once a call: removing piece by piece would take the square of a long queue's length.
      if (whole > 0) pieces = pieces.slice(whole);
      length -= count;
      return taken;
    },
  };
}
