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
const list = z.array(z.tuple([z.int(), z.nullable(z.int()), z.int(), z.int()]));

/** Level 6 packs 80 MB a second. Level 3 packs 250, and takes 2 % more room; level 9 saves 2 % and packs 50. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 6 } };

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

/** Throws where the bytes are no block. */
export function unpackBlock(bytes: Uint8Array): Passage[] {
  const text = new TextDecoder().decode(zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES }));
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
