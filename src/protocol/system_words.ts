/** The system's words on a refusal, without what the runtime adds to them. Pure. */

/** `No space left on device (os error 28): write '/a'`, and `ENOSPC: no space left on device, write '/a'` of `node:`. */
const RUNTIME = /^([^]*?) \(os error \d+\)/;
const NODE = /^E[A-Z0-9]+: ([^]*?), [a-z_]+(?: '[^]*)?$/;

/** The path that the runtime names behind the number, or behind the call; null: none. */
export function pathIn(message: string): string | null {
  return /(?:\(os error \d+\): [a-z_ ]+|, [a-z_]+) '([^']*)'/.exec(message)?.[1] ?? null;
}

/**
 * As they stand in a sentence after a colon. Other messages are returned as they are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(plainWords("No space left on device (os error 28): write '/a'"), "no space left on device");
 * ```
 */
export function plainWords(message: string): string {
  const words = RUNTIME.exec(message)?.[1] ?? NODE.exec(message)?.[1];
  if (words === undefined) return message;
  // `I/O error` stays one.
  return /^[A-Z][a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}
