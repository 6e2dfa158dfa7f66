import assert from "node:assert/strict";
import { plainWords } from "../../src/protocol/system_words.ts";

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
