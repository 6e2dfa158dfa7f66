import assert from "node:assert/strict";
import { codeForNow, plainWords, systemCode } from "../../src/protocol/system_words.ts";

const WORDS: readonly (readonly [said: string, shown: string])[] = [
  ["No such file or directory (os error 2): stat '/x'", "no such file or directory"],
  ["No space left on device (os error 28)", "no space left on device"],
  ["Permission denied (os error 13): rename '/a (os error 2)' -> '/b'", "permission denied"],
  ['Too many open files (os error 24) about ["/a"]', "too many open files"],
  ["I/O error (os error 5): read '/x'", "I/O error"],
  ["ENOENT: no such file or directory, open '/x, y'", "no such file or directory"],
  ["EBADF: bad file descriptor, fsync", "bad file descriptor"],
  ["database is locked", "database is locked"],
  ["", ""],
];

Deno.test("plainWords() leaves the system's words and takes away the runtime's", () => {
  for (const [said, shown] of WORDS) assert.equal(plainWords(said), shown);
});

const error = (message: string, code?: string) => Object.assign(new Error(message), code && { code });

const REFUSALS: readonly (readonly [error: unknown, code: string | null, isForNow: boolean])[] = [
  [error("I/O error (os error 5)", "EIO"), "EIO", true],
  [error("Stale file handle (os error 116): stat '/x'"), "os error 116", true],
  [error("Stale file handle", "ESTALE"), "ESTALE", true],
  [error("Transport endpoint is not connected (os error 107)", "ENOTCONN"), "ENOTCONN", true],
  [error("Too many open files (os error 24)", "EMFILE"), "EMFILE", true],
  ...["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "ELOOP", "ENXIO", "ENAMETOOLONG", "EINVAL", "ENODEV"]
    .map((code) => [error("it stays so", code), code, false] as const),
  // Of a disk whose keys or whose order are lost.
  [error("Required key not available (os error 126)"), "os error 126", false],
  [error("Structure needs cleaning (os error 117)"), "os error 117", false],
  [error("no word of the system's"), null, false],
  [Object.assign(new TypeError("an argument"), { code: "ERR_INVALID_ARG" }), null, false],
];

Deno.test("codeForNow() is the code of what passes by itself, and of nothing else", () => {
  for (const [error, code, isForNow] of REFUSALS) {
    assert.equal(systemCode(error), code);
    assert.equal(codeForNow(error), isForNow ? code : null, String(code));
  }
});
