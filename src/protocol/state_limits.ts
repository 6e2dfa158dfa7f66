/** Bounds of the state that the daemon keeps, each with its reason; see limits.ts. */

/** Rows that forgetting rewrites at a time: some megabytes, for a recording's row may have twenty kilobytes. */
export const SCRUB_ROWS = 200;

/** Sessions that a cleaning looks at with one request: each answer comes well within the time that a command waits. */
export const CLEANED_AT_ONCE = 500;
