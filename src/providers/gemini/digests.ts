/** Short digests of texts that were read, in one string: checkpoints stay small, and a copy costs nothing. Pure. */

/** Characters of a digest, with the space behind it. */
export const WIDTH = 12;
/** A person may paste megabytes: the digest of a longer text uses its length, its beginning and its end. */
const SAMPLE = 512;

/** Eleven characters that differ between texts. They do not resist forgery, and nothing here needs that. */
export function digestOf(text: string): string {
  const ends = text.length <= 2 * SAMPLE ? text : text.slice(0, SAMPLE) + text.slice(-SAMPLE);
  const sample = `${text.length}:${ends}`;
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let at = 0; at < sample.length; at += 1) {
    const unit = sample.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
    high ^= high >>> 15;
  }
  high = Math.imul(high ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (high >>> 16), 0x27d4eb2f);
  const whole = ((high ^ (high >>> 14)) >>> 11) * 0x1_0000_0000 + ((low ^ (low >>> 15)) >>> 0);
  return whole.toString(36).padStart(WIDTH - 1, "0");
}

export function hasDigest(digests: string, digest: string): boolean {
  return digests.includes(`${digest} `);
}

/** Adds `digest` as the latest. Keeps `most` digests, and at times half as many more. */
export function addDigest(digests: string, digest: string, most: number): string {
  if (hasDigest(digests, digest)) return digests;
  const all = `${digests}${digest} `;
  return all.length > 1.5 * most * WIDTH ? all.slice(-most * WIDTH) : all;
}
