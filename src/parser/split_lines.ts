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

/** The line that is being put together, and what of the pushed bytes is left. */
interface Own {
  readonly unread: Unread;
  start: number;
  position: number;
  /** Bytes of the incomplete line. The buffer is reused: else every long line would be garbage several times. */
  kept: Uint8Array<ArrayBuffer>;
  keptBytes: number;
  /** Buffer of the line that was handed out last. */
  other: Uint8Array<ArrayBuffer>;
  elider: Elider | null;
  /** What was kept of the line, as far as the elider has not read it: all at once would take seconds. */
  unelided: Uint8Array;
  /** Whether the rest of the line is skipped. */
  isPart: boolean;
  /** The last pushed chunk, its search, the position in it and the newline after that, once found; null when it is used up. */
  pushed: Pushed | null;
}

/** Splits the pushed bytes, starting at byte `offset` of the file. */
export function createLineSplitter(
  offset: number,
  { search = searchBytes, test = null, unread = () => null }: SplitOptions = {},
): LineSplitter {
  const line = { kept: NOTHING, keptBytes: 0, elider: null, unelided: NOTHING, isPart: false };
  const own: Own = { unread, start: offset, position: offset, ...line, other: NOTHING, pushed: null };
  return {
    push(chunk) {
      if (own.pushed !== null) throw new Error("internal error: lines that were not taken");
      own.pushed = { chunk, search: search(chunk, test), from: 0, newline: null };
    },
    take: () => take(own),
    rest: () => own.position === own.start ? null : finish(own, NOTHING, null),
    position: () => own.position,
    relax() {
      if (own.keptBytes === 0) own.kept = NOTHING;
      own.other = NOTHING;
    },
  };
}

function take(own: Own): Line[] | null {
  if (own.pushed === null) return null;
  const lines: Line[] = [];
  while (own.pushed !== null && lines.length < CHUNK_LINES) {
    if (own.unelided.length > 0) {
      own.elider?.push(own.unelided.subarray(0, ELIDED_PIECE));
      own.unelided = own.unelided.subarray(ELIDED_PIECE);
      break;
    }
    const { pushed } = own;
    const { chunk, search, from } = pushed;
    const newline = pushed.newline ??= search.next(from);
    const bytes = chunk.subarray(from, newline < 0 ? chunk.length : newline);
    if (isTooLong(own, bytes) && !passOver(own)) {
      beginEliding(own);
    } else if (newline < 0) {
      keep(own, bytes);
      own.position += bytes.length;
      own.pushed = null;
    } else {
      own.position += bytes.length + 1;
      pushed.from = newline + 1;
      pushed.newline = null;
      lines.push(finish(own, bytes, search.isState(from, newline)));
    }
  }
  return lines;
}

function isTooLong({ elider, isPart, keptBytes }: Own, bytes: Uint8Array): boolean {
  return elider === null && !isPart && keptBytes + bytes.length > WHOLE_LINE;
}

/** Drops the part of the line that nobody reads. False when there is none so far. */
function passOver(own: Own): boolean {
  const line = own.kept.subarray(0, own.keptBytes);
  const mark = own.unread(line);
  const from = mark === null ? -1 : findBytes(line, mark);
  if (from === -1) return false;
  own.keptBytes = from;
  own.isPart = true;
  return true;
}

function beginEliding(own: Own): void {
  own.elider = createElider(ELIDED_LINE);
  own.unelided = own.kept.subarray(0, own.keptBytes);
  own.kept = NOTHING;
  own.keptBytes = 0;
}

function keep(own: Own, bytes: Uint8Array): void {
  if (own.isPart) return;
  if (own.elider !== null) return own.elider.push(bytes);
  const needed = own.keptBytes + bytes.length;
  if (needed > own.kept.length) {
    const larger = new Uint8Array(Math.min(WHOLE_LINE, Math.max(needed, 4 * own.kept.length)));
    larger.set(own.kept.subarray(0, own.keptBytes));
    own.kept = larger;
  }
  own.kept.set(bytes, own.keptBytes);
  own.keptBytes = needed;
}

/** The line up to `position`, which `last` ends. */
function finish(own: Own, last: Uint8Array, isState: boolean | null): Line {
  const line = {
    ...putTogether(own, last, isState),
    start: own.start,
    end: own.position,
    isPart: own.isPart,
  };
  own.start = own.position;
  own.keptBytes = 0;
  own.elider = null;
  own.isPart = false;
  return line;
}

function putTogether(
  own: Own,
  last: Uint8Array,
  isState: boolean | null,
): Pick<Line, "bytes" | "isState" | "elided"> {
  if (own.elider === null && own.keptBytes === 0) return { bytes: last, isState, elided: null };
  keep(own, last);
  if (own.elider !== null) {
    const { bytes, values, dropped } = own.elider.finish();
    return { bytes, isState: null, elided: { values, bytes: dropped } };
  }
  const bytes = own.kept.subarray(0, own.keptBytes);
  [own.kept, own.other] = [own.other, own.kept];
  return { bytes, isState: null, elided: null };
}

/** All lines that a short `chunk` completes, at once. */
export function splitAll(splitter: LineSplitter, chunk: Uint8Array): Line[] {
  splitter.push(chunk);
  const lines: Line[] = [];
  for (let some = splitter.take(); some !== null; some = splitter.take()) lines.push(...some);
  return lines;
}
