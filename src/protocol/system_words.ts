/** What the system refused, and its words without what the runtime adds to them. Pure. */

/**
 * The name of the system's error, such as `EIO`; null for every other error. The runtime does not name each of them (a
 * stale handle of a network file system has no name), so the others are known by their number.
 */
export function systemCode(error: unknown): string | null {
  // The runtime's own complaint about an argument has a code, too. It is a bug.
  if (!(error instanceof Error) || error instanceof TypeError) return null;
  if ("code" in error && typeof error.code === "string") return error.code;
  return /\(os error \d+\)/.exec(error.message)?.[0].slice(1, -1) ?? null;
}

/** Refusals that pass by themselves, with the system's numbers: a share that has gone away, a disk that cannot read. */
const FOR_NOW: Readonly<Record<string, number>> = {
  EINTR: 4,
  EIO: 5,
  EAGAIN: 11,
  ENOMEM: 12,
  EBUSY: 16,
  ENFILE: 23,
  EMFILE: 24,
  ENOLINK: 67,
  ECOMM: 70,
  EPROTO: 71,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ENETRESET: 102,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  ENOTCONN: 107,
  ESHUTDOWN: 108,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  ESTALE: 116,
  EREMOTEIO: 121,
};
const CODES_FOR_NOW: ReadonlySet<string> = new Set(
  Object.entries(FOR_NOW).flatMap(([name, number]) => [name, `os error ${number}`]),
);

/**
 * The system's code where it refuses for now, though nothing shows that it will not later. Null for every other error:
 * what is missing, closed, damaged or of another kind stays so until somebody changes it.
 */
export function codeForNow(error: unknown): string | null {
  const code = systemCode(error);
  return code !== null && CODES_FOR_NOW.has(code) ? code : null;
}

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
