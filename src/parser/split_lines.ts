/**
 * Splits bytes into lines. Offsets are bytes of the file, never decoded lengths. A line beyond WHOLE_LINE is not kept:
 * its long strings are elided as they stream by.
 */
import { CHUNK_LINES, ELIDED_LINE, ELIDED_PIECE, WHOLE_LINE } from "../protocol/limits.ts";
import type { LineTest } from "../providers/provider.ts";
import { createElider, type Elider } from "./elide.ts";
import { findBytes } from "./bytes.ts";
import { type LineSearch, type LineSearcher, searchBytes } from "./search_lines.ts";

const NOTHING = new Uint8Array(0);

export interface Line {
  /** Without the newline; null when even the elided line was too long. Valid until the next `push`. */
  readonly bytes: Uint8Array | null;
  /** Whether it is a record of state, where that could be asked before decoding it; see Provider. */
  readonly isState: boolean | null;
  /** Byte offset of the line's first byte, and of the first byte after its newline. */
  readonly start: number;
  readonly end: number;
  /** Number of strings that were cut, and the bytes that they lost. */
  readonly elided: { readonly values: number; readonly bytes: number } | null;
  /** Whether the bytes stop where a large unread part of the line begins. */
  readonly isPart: boolean;
}

/** How the unread part begins in a line that begins with `head`; null when there is none. */
export type Unread = (head: Uint8Array) => string | null;

export interface SplitOptions {
  readonly search?: LineSearcher;
  /** Recognises records of state. */
  readonly test?: LineTest | null;
  readonly unread?: Unread;
}

export interface LineSplitter {
  /** The next bytes of the file. All lines of the last push must have been taken. */
  push(chunk: Uint8Array): void;
  /** The next whole lines, up to a limit, and perhaps none yet; null when the pushed bytes are used up. */
  take(): Line[] | null;
  /** The text after the last newline, as if a newline followed; for a complete log. */
  rest(): Line | null;
  /** Byte offset of the first byte after everything taken. */
  position(): number;
  /** Frees memory: nothing will be pushed for a while. */
  relax(): void;
}

interface Pushed {
  readonly chunk: Uint8Array;
  readonly search: LineSearch;
  from: number;
  newline: number | null;
}

/** Splits the pushed bytes, starting at byte `offset` of the file. */
export function createLineSplitter(
  offset: number,
  { search = searchBytes, test = null, unread = () => null }: SplitOptions = {},
): LineSplitter {
  let start = offset;
  let position = offset;
  /** Bytes of the incomplete line. The buffer is reused: else every long line would be garbage several times. */
  let kept = NOTHING;
  let keptBytes = 0;
  /** Buffer of the line that was handed out last. */
  let other = NOTHING;
  let elider: Elider | null = null;
  /** What was kept of the line, as far as the elider has not read it: all at once would take seconds. */
  let unelided = NOTHING;
  /** Whether the rest of the line is skipped. */
  let isPart = false;
  /** The last pushed chunk, its search, the position in it and the newline after that, once found; null when it is used up. */
  let pushed: Pushed | null = null;

  /** Drops the part of the line that nobody reads. False when there is none so far. */
  function passOver(): boolean {
    const line = kept.subarray(0, keptBytes);
    const mark = unread(line);
    const from = mark === null ? -1 : findBytes(line, mark);
    if (from === -1) return false;
    keptBytes = from;
    isPart = true;
    return true;
  }

  function isTooLong(bytes: Uint8Array): boolean {
    return elider === null && !isPart && keptBytes + bytes.length > WHOLE_LINE;
  }

  function beginEliding(): void {
    elider = createElider(ELIDED_LINE);
    unelided = kept.subarray(0, keptBytes);
    kept = NOTHING;
    keptBytes = 0;
  }

  function keep(bytes: Uint8Array): void {
    if (isPart) return;
    if (elider !== null) return elider.push(bytes);
    const needed = keptBytes + bytes.length;
    if (needed > kept.length) {
      const larger = new Uint8Array(Math.min(WHOLE_LINE, Math.max(needed, 4 * kept.length)));
      larger.set(kept.subarray(0, keptBytes));
      kept = larger;
    }
    kept.set(bytes, keptBytes);
    keptBytes = needed;
  }

  function finish(last: Uint8Array, end: number, isState: boolean | null): Line {
    let line: Line;
    if (elider === null && keptBytes === 0) {
      line = { bytes: last, isState, start, end, elided: null, isPart };
    } else {
      keep(last);
      if (elider === null) {
        line = { bytes: kept.subarray(0, keptBytes), isState: null, start, end, elided: null, isPart };
        [kept, other] = [other, kept];
      } else {
        const { bytes, values, dropped } = elider.finish();
        line = { bytes, isState: null, start, end, elided: { values, bytes: dropped }, isPart };
      }
    }
    start = end;
    keptBytes = 0;
    elider = null;
    isPart = false;
    return line;
  }

  return {
    push(chunk) {
      if (pushed !== null) throw new Error("internal error: lines that were not taken");
      pushed = { chunk, search: search(chunk, test), from: 0, newline: null };
    },
    take() {
      if (pushed === null) return null;
      const lines: Line[] = [];
      while (pushed !== null && lines.length < CHUNK_LINES) {
        if (unelided.length > 0) {
          elider?.push(unelided.subarray(0, ELIDED_PIECE));
          unelided = unelided.subarray(ELIDED_PIECE);
          break;
        }
        const { chunk, search, from } = pushed;
        const newline = pushed.newline ??= search.next(from);
        const bytes = chunk.subarray(from, newline < 0 ? chunk.length : newline);
        if (isTooLong(bytes) && !passOver()) {
          beginEliding();
        } else if (newline < 0) {
          keep(bytes);
          position += bytes.length;
          pushed = null;
        } else {
          position += bytes.length + 1;
          pushed.from = newline + 1;
          pushed.newline = null;
          lines.push(finish(bytes, position, search.isState(from, newline)));
        }
      }
      return lines;
    },
    rest() {
      return position === start ? null : finish(NOTHING, position, null);
    },
    position: () => position,
    relax() {
      if (keptBytes === 0) kept = NOTHING;
      other = NOTHING;
    },
  };
}

/** All lines that a short `chunk` completes, at once. */
export function splitAll(splitter: LineSplitter, chunk: Uint8Array): Line[] {
  splitter.push(chunk);
  const lines: Line[] = [];
  for (let some = splitter.take(); some !== null; some = splitter.take()) lines.push(...some);
  return lines;
}
