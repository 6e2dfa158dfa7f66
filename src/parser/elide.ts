/**
 * Cuts the long strings of a JSON text while it streams by, so that a line of any length is read in bounded
 * memory and is still JSON. Bytes are found with `indexOf`, never looped over: kato runs without a JIT.
 * Room: parser; this file is pure.
 */
import { ELIDED_STRING_KEEPS } from "../protocol/limits.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const encoder = new TextEncoder();

export interface Elider {
  push(chunk: Uint8Array): void;
  /** `bytes` is null when what was left was still more than allowed. */
  finish(): { readonly bytes: Uint8Array | null; readonly values: number; readonly dropped: number };
}

/** Reads JSON text (one line, without its newline) and keeps at most `allowed` bytes of it. */
export function createElider(allowed: number): Elider {
  const out: Uint8Array[] = [];
  let outBytes = 0;
  let overflow = false;
  let inString = false;
  /** The string so far ends in an odd number of backslashes: the next byte is escaped. */
  let escaped = false;
  let keptOfString = 0;
  let droppedOfString = 0;
  let values = 0;
  let dropped = 0;

  function emit(bytes: Uint8Array): void {
    if (overflow || bytes.length === 0) return;
    if (outBytes + bytes.length > allowed) {
      overflow = true;
      out.length = 0;
      return;
    }
    out.push(bytes.slice());
    outBytes += bytes.length;
  }

  function emitOfString(bytes: Uint8Array): void {
    if (droppedOfString > 0) {
      droppedOfString += bytes.length;
      return;
    }
    const room = ELIDED_STRING_KEEPS - keptOfString;
    if (bytes.length <= room) {
      keptOfString += bytes.length;
      emit(bytes);
      return;
    }
    const cut = safeCut(bytes, room);
    emit(bytes.subarray(0, cut));
    droppedOfString = bytes.length - cut;
  }

  function closeString(): void {
    if (droppedOfString > 0) {
      emit(encoder.encode(` … [${droppedOfString} bytes left out by kato]`));
      values += 1;
      dropped += droppedOfString;
    }
    inString = false;
    escaped = false;
    keptOfString = 0;
    droppedOfString = 0;
  }

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        const quote = chunk.indexOf(QUOTE, at);
        const end = quote < 0 ? chunk.length : quote;
        const part = chunk.subarray(at, end);
        if (!inString) {
          emit(part);
          if (quote < 0) return;
          emit(chunk.subarray(quote, quote + 1));
          inString = true;
          at = quote + 1;
          continue;
        }
        emitOfString(part);
        escaped = endsEscaped(part, escaped);
        if (quote < 0) return;
        if (escaped) {
          emitOfString(chunk.subarray(quote, quote + 1));
          escaped = false;
        } else {
          closeString();
          emit(chunk.subarray(quote, quote + 1));
        }
        at = quote + 1;
      }
    },
    finish() {
      return { bytes: overflow ? null : concatenate(out, outBytes), values, dropped };
    },
  };
}

/** Whether the byte after `part` is escaped, given whether the first byte of `part` is. */
function endsEscaped(part: Uint8Array, escapedAtStart: boolean): boolean {
  let first = part.length;
  while (first > 0 && part[first - 1] === BACKSLASH) first -= 1;
  const run = part.length - first;
  if (first > 0 || !escapedAtStart) return run % 2 === 1;
  // The whole part is a run of backslashes (or empty) and continues an escape.
  return run % 2 === 0;
}

/** The largest cut up to `limit` that splits neither an escape sequence nor a UTF-8 sequence. */
function safeCut(bytes: Uint8Array, limit: number): number {
  let cut = Math.max(0, limit);
  const escape = bytes.lastIndexOf(BACKSLASH, cut - 1);
  // The longest escape is six bytes; a surrogate pair is two of them.
  if (cut > 0 && escape >= 0 && cut - escape < 12) {
    cut = escape;
    while (cut > 0 && bytes[cut - 1] === BACKSLASH) cut -= 1;
  }
  while (cut > 0 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
  return cut;
}

/** One array of `parts`, whose lengths sum to `length`. */
export function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
