/** Every bound of the search for secrets, with its reason; limits.ts has the others. Sizes are UTF-16 units, unless the name says bytes. */

const KIB = 1024;

/** Entries of each list of texts in `redaction`: each is searched for in every text. */
export const REDACTION_TEXTS = 64;

/** Secrets of one rule that one recording tells apart. Each takes a few bytes of its state, and a flood of them no more. */
export const SECRETS_NUMBERED = 1000;

/** `kato scan` reads a file in pieces of this many bytes, so that its memory stays flat. */
export const SCAN_BYTES = 512 * KIB;

/** More characters than a secret has. Each piece goes on so far behind the last secret that is looked for in it. */
export const SCAN_LONGEST = 96 * KIB;

/** Characters before a secret that may show what it is. */
export const SCAN_BEFORE = KIB;

/** Rules that one delivery counts: more than kato has. The counts come from a writer. */
export const RULES_COUNTED = 512;
