/** Bounds of automatic recording, each with its reason; see limits.ts. */

/** Rules of a policy: more than anyone reads, and each `watched` session is compared with all of them. */
export const AUTO_RULES = 64;

/** Names that a rule tries for a session's file. Each try looks at the disk. */
export const NUMBERED_NAMES = 100;

/**
 * A rule waits for the title that the name of the file may hold. A session without a person's words gets none, so after
 * this many events the rule waits no longer.
 */
export const UNTITLED_EVENTS = 3;
