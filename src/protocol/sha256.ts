/** SHA-256 in JavaScript: loading the runtime's own costs every process megabytes and tens of milliseconds. */
import { sha256 as digest } from "@noble/hashes/sha2.js";

const encoder = new TextEncoder();

/** Hash of the text's UTF-8 bytes, in lower-case hex. */
export function sha256(text: string): string {
  return hashBytes(encoder.encode(text));
}

export function hashBytes(bytes: Uint8Array): string {
  return digest(bytes).toHex();
}
