/** Bounds of the state that the daemon keeps, each with its reason; see limits.ts. */

/** Rows that forgetting rewrites at a time: some megabytes, for a recording's row may have twenty kilobytes. */
export const SCRUB_ROWS = 200;
