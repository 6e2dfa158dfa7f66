/**
 * Gives every event of a session an id that no other event of the session has. A client's own id is kept unless it may
 * have come before; then the event's place is added. A Bloom filter remembers the ids: it stays small however long the
 * session is, and it never misses an id that came. For a few new ids it is wrong; they get a place that they did not
 * need.
 */
import { ID_FILTER_BYTES } from "../protocol/limits.ts";

export interface EventIds {
  /** The id of event `seq`, whose client calls it `id`. */
  take(id: string, seq: number): string;
  /** For a checkpoint. */
  state(): string;
}

/** Stands between an id and its place. An id that holds it always gets a place: it could be such an id. */
const BEFORE_PLACE = "~";

/** Continues from the filter of a checkpoint, or from the ids that a checkpoint lists. */
export function takeEventIds(from: string | null, ids: readonly string[]): EventIds {
  const filter = from === null ? new Uint8Array(ID_FILTER_BYTES) : Uint8Array.fromBase64(from);
  /** Adds an id. True when it certainly did not come before. */
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

/** Sets a bit. True when it was not set before. */
function setBit(filter: Uint8Array, hash: number): boolean {
  const bit = hash % (8 * filter.length);
  const byte = filter[bit >> 3] ?? 0;
  filter[bit >> 3] = byte | (1 << (bit & 7));
  return (byte & (1 << (bit & 7))) === 0;
}

/**
 * Hashes the letters in which a client's ids differ: at the beginning, at the end, and before an end such as
 * `:result`. Without a JIT, hashing every letter would take a twentieth of an export's time.
 */
function hashOf(id: string): number {
  const end = id.length;
  let hash = Math.imul(end ^ lettersAt(id, 5), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ lettersAt(id, end - 4), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ lettersAt(id, end - 11), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Four letters as one number; 0 stands for each that lies outside of the id. */
function lettersAt(id: string, at: number): number {
  return id.charCodeAt(at) ^ (id.charCodeAt(at + 1) << 8) ^ (id.charCodeAt(at + 2) << 16) ^
    (id.charCodeAt(at + 3) << 24);
}
