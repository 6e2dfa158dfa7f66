/** Searches bytes for lines with what the engine does natively. Room: parser; pure. */
import type { LineTest } from "../providers/provider.ts";

export const NEWLINE = 0x0a;

export interface LineSearch {
  /** Where the next newline is, from an index on that only grows; -1: there is no other. */
  next(from: number): number;
  /** What the test says of the line from `from` to the newline found last; null where it could not be asked. */
  isState(from: number, newline: number): boolean | null;
}

/** A search of one chunk. `test`: may be asked about its lines before they are decoded. */
export type LineSearcher = (chunk: Uint8Array, test: LineTest | null) => LineSearch;

/** Needs nothing, and tells nothing. */
export const searchBytes: LineSearcher = (chunk) => ({
  next: (from) => chunk.indexOf(NEWLINE, from),
  isState: () => null,
});
