/** Bounds of what is read of a collector's, and of other people's files, each with its reason. Pure. */

/** Of collected copies of audit logs, whose records are sorted in memory: a decade of a person's, or a fleet's month. */
export const AUDIT_COPY_RECORDS = 1_000_000;

/** Folders of a collector, one in another: machine, person, and what it likes besides. */
export const COLLECTED_DEPTH = 4;
