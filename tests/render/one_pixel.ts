/** A PNG of one pixel, in base64. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** The same pixel in other bytes for each number. */
export function numberedPng(number: number): string {
  return new Uint8Array([...Uint8Array.fromBase64(PNG), number]).toBase64();
}
