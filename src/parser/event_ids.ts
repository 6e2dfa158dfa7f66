/**
 * Gives every event of a session an id that no other event of it has. A client's or a service's own id is kept; where it may have
 * come before, the event's place in the session is added. What came before is kept as a Bloom filter: it stays small however long
 * the session is, and knows of each id that came; of some it is wrong, and they get their place without need.
 * Room: parser; this file is pure.
 */
import { ID_FILTER_BYTES } from "../protocol/limits.ts";

export interface EventIds {
  /** The id of the event at `seq` whose client calls it `id`. */
  take(id: string, seq: number): string;
  /** For a checkpoint. */
  state(): string;
}

/** Between an id and its place. An id that has one itself always gets its place: it could be another's that got one. */
const BEFORE_PLACE = "~";

/** Goes on from the filter of a checkpoint, or from ids that are known to have come. */
export function takeEventIds(from: string | null, ids: readonly string[]): EventIds {
  const filter = from === null ? new Uint8Array(ID_FILTER_BYTES) : Uint8Array.fromBase64(from);
  /** Whether it is certain that it did not come before. */
  function add(id: string): boolean {
    const hash = hashOf(id);
    const isFirstNew = setBit(filter, hash);
    return setBit(filter, hash >>> 15) || isFirstNew;
  }
  for (const id of ids) add(id);
  return {
    take: (id, seq) => add(id) && !id.includes(BEFORE_PLACE) ? id : `${id}${BEFORE_PLACE}${seq}`,
    state: () => filter.toBase64(),
  };
}

/** Whether the bit was not set before. */
function setBit(filter: Uint8Array, hash: number): boolean {
  const bit = hash % (8 * filter.length);
  const byte = filter[bit >> 3] ?? 0;
  filter[bit >> 3] = byte | (1 << (bit & 7));
  return (byte & (1 << (bit & 7))) === 0;
}

/**
 * Of the letters in which ids of one client differ: at the beginning, at the end, and before an end such as `:result`.
 * kato runs without a JIT, where to look at every letter would take a twentieth of an export's time.
 */
function hashOf(id: string): number {
  const end = id.length;
  let hash = Math.imul(end ^ lettersAt(id, 5), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ lettersAt(id, end - 4), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ lettersAt(id, end - 11), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Four of them, as a number; beyond the id's ends there are none. */
function lettersAt(id: string, at: number): number {
  return id.charCodeAt(at) ^ (id.charCodeAt(at + 1) << 8) ^ (id.charCodeAt(at + 2) << 16) ^
    (id.charCodeAt(at + 3) << 24);
}
