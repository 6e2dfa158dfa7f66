/** SHA-256, at once and in JavaScript: to load the runtime's own costs every process megabytes and tens of milliseconds. Pure. */
import { sha256 as digest } from "@noble/hashes/sha2.js";

const encoder = new TextEncoder();

/** Of the text's UTF-8 bytes, in lower-case hex. */
export function sha256(text: string): string {
  return digest(encoder.encode(text)).toHex();
}
