/** Finds lines in bytes with what the engine does natively. */
import type { LineTest } from "../providers/provider.ts";

export const NEWLINE = 0x0a;

export interface LineSearch {
  /** Position of the next newline; -1 when there is none. `from` never decreases. */
  next(from: number): number;
  /** The test's answer for the line from `from` to the newline that was found last; null where it could not be asked. */
  isState(from: number, newline: number): boolean | null;
}

/** Searches one chunk. `test` may be asked about a line before the line is decoded. */
export type LineSearcher = (chunk: Uint8Array, test: LineTest | null) => LineSearch;

/** Needs no memory, and asks no test. */
export const searchBytes: LineSearcher = (chunk) => ({
  next: (from) => chunk.indexOf(NEWLINE, from),
  isState: () => null,
});
