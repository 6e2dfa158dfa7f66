/**
 * Cuts the long strings of a JSON text while it streams by, so that a line of any length is read in bounded memory and
 * stays JSON. Bytes are found with `indexOf`, never in a loop: kato runs without a JIT.
 */
import { ELIDED_STRING_KEEPS } from "../protocol/limits.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const encoder = new TextEncoder();

export interface Elider {
  push(chunk: Uint8Array): void;
  /** `bytes` is null when too much was left even after cutting. */
  finish(): { readonly bytes: Uint8Array | null; readonly values: number; readonly dropped: number };
}

/** Reads JSON text (one line, without its newline) and keeps at most `allowed` bytes of it. */
export function createElider(allowed: number): Elider {
  const out = createSink(allowed);
  /** Too much is left. The line is given up, and the rest of it is ignored. */
  let overflow = false;
  let inString = false;
  /** The string so far ends in an odd number of backslashes: the next byte is escaped. */
  let escaped = false;
  /** The string's content, until the string ends or is too long. */
  const held = createSink(Infinity);
  let droppedOfString = 0;
  let values = 0;
  let dropped = 0;

  function emit(bytes: Uint8Array): void {
    overflow ||= out.length() + bytes.length > allowed;
    if (!overflow) out.write(bytes);
  }

  function hold(bytes: Uint8Array): void {
    if (droppedOfString > 0) {
      droppedOfString += bytes.length;
      return;
    }
    held.write(bytes);
    if (held.length() <= ELIDED_STRING_KEEPS) return;
    const content = held.take();
    const cut = findCut(content, ELIDED_STRING_KEEPS);
    emit(content.subarray(0, cut));
    droppedOfString = content.length - cut;
  }

  function closeString(): void {
    if (droppedOfString > 0) {
      emit(encoder.encode(` … [${droppedOfString} bytes left out by kato]`));
      values += 1;
      dropped += droppedOfString;
    } else {
      emit(held.take());
    }
    inString = false;
    escaped = false;
    droppedOfString = 0;
  }

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length && !overflow) {
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
        hold(part);
        escaped = endsEscaped(part, escaped);
        if (quote < 0) return;
        if (escaped) {
          hold(chunk.subarray(quote, quote + 1));
          escaped = false;
        } else {
          closeString();
          emit(chunk.subarray(quote, quote + 1));
        }
        at = quote + 1;
      }
    },
    finish() {
      return { bytes: overflow ? null : out.take(), values, dropped };
    },
  };
}

/** Whether the byte after `part` is escaped. `escapedAtStart`: whether its first byte is. */
function endsEscaped(part: Uint8Array, escapedAtStart: boolean): boolean {
  let first = part.length;
  while (first > 0 && part[first - 1] === BACKSLASH) first -= 1;
  const run = part.length - first;
  if (first > 0 || !escapedAtStart) return run % 2 === 1;
  // The part holds nothing but backslashes, and continues an escape.
  return run % 2 === 0;
}

/** The largest cut of a string's content up to `limit` that splits neither an escape nor a UTF-8 sequence. */
function findCut(content: Uint8Array, limit: number): number {
  let cut = limit;
  const last = content.lastIndexOf(BACKSLASH, limit - 1);
  // The longest escape has six bytes.
  if (last >= 0 && limit - last < 6) {
    let first = last;
    while (first > 0 && content[first - 1] === BACKSLASH) first -= 1;
    const startsEscape = (last - first) % 2 === 0;
    const length = content[last + 1] === LETTER_U ? 6 : 2;
    if (startsEscape && last + length > limit) cut = last;
  }
  while (cut > 0 && ((content[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
  return cut;
}

/** Collects bytes in one buffer: a hostile line has millions of short strings, and one array each would be the attack. */
interface Sink {
  write(bytes: Uint8Array): void;
  length(): number;
  /** Empties the sink. The bytes are valid until the next `write`. */
  take(): Uint8Array;
}

/** Doubles its buffer up to `most` bytes, and grows beyond that only by what is written. */
function createSink(most: number): Sink {
  let buffer = new Uint8Array(1024);
  let length = 0;
  return {
    write(bytes) {
      if (length + bytes.length > buffer.length) {
        const larger = new Uint8Array(Math.max(Math.min(2 * buffer.length, most), length + bytes.length));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(bytes, length);
      length += bytes.length;
    },
    length: () => length,
    take() {
      const taken = buffer.subarray(0, length);
      length = 0;
      return taken;
    },
  };
}
