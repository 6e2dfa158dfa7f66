/** Blocks of passages, as the index keeps them: a list of what is in it, then the texts, compressed. Pure. */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import * as z from "zod/mini";
import { EVENT_TYPES } from "../protocol/closed_sets.ts";
import { BLOCK_CHARS, BLOCK_PASSAGES, PASSAGE_BEGINNING, PASSAGE_END } from "../protocol/search_limits.ts";
import type { Passage } from "./passage.ts";

/** A character has at most three bytes, and a list of passages is shorter than this. */
const MOST_BYTES = 3 * (BLOCK_CHARS + PASSAGE_BEGINNING + PASSAGE_END) + 128 * BLOCK_PASSAGES;

/**
 * Of each passage: how much its number and its time (milliseconds) are above those of the passage before, its role's place
 * in the list of roles, and its length. Differences are small, and pack well.
 */
const list = z.array(z.custom<readonly [number, number | null, number, number]>(isEntry));

/** In one function: a search unpacks hundreds of lists, and a schema of each number would take most of that time. */
function isEntry(value: unknown): boolean {
  return Array.isArray(value) && value.length === 4 &&
    value.every((number, at) => Number.isSafeInteger(number) || (at === 1 && number === null));
}

/** Level 7 packs 70 MB a second. Level 3 packs 250, and takes 3 % more room; level 9 saves 1 % and packs 50. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 7 } };

export function packBlock(passages: readonly Passage[]): Uint8Array {
  let before = { seq: 0, time: 0 };
  const head = passages.map(({ seq, role, time, text }) => {
    const place = [seq - before.seq, time === null ? null : time - before.time];
    before = { seq, time: time ?? before.time };
    return [...place, EVENT_TYPES.indexOf(role), text.length];
  });
  const text = `${JSON.stringify(head)}\n${passages.map((passage) => passage.text).join("")}`;
  return zstdCompressSync(new TextEncoder().encode(text), LEVEL);
}

export interface OpenBlock {
  readonly passages: readonly Passage[];
  /** Characters of all texts. */
  readonly chars: number;
  /** All of these are ASCII. */
  readonly isAscii: boolean;
}

/** Throws where the bytes are no block. */
export function openBlock(bytes: Uint8Array): OpenBlock {
  const unpacked = zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES });
  const text = new TextDecoder().decode(unpacked);
  return { passages: cut(text), chars: text.length, isAscii: text.length === unpacked.length };
}

export function unpackBlock(bytes: Uint8Array): readonly Passage[] {
  return openBlock(bytes).passages;
}

function cut(text: string): Passage[] {
  let at = text.indexOf("\n") + 1;
  let before = { seq: 0, time: 0 };
  return list.parse(JSON.parse(text.slice(0, at))).map(([seqs, times, place, length]) => {
    const role = EVENT_TYPES[place];
    if (role === undefined) throw new Error("internal error: a passage without a role");
    const seq = before.seq + seqs;
    const time = times === null ? null : before.time + times;
    before = { seq, time: time ?? before.time };
    at += length;
    return { seq, role, time, text: text.slice(at - length, at) };
  });
}
