/** Bounds of what is read of a collector's, and of other people's files, each with its reason. Pure. */

/** Of collected copies of audit logs, whose records are sorted in memory: a decade of a person's, or a fleet's month. */
export const AUDIT_COPY_RECORDS = 1_000_000;

/** Folders of a collector, one in another: machine, person, and what it likes besides. */
export const COLLECTED_DEPTH = 4;

/** A field of a journal that kato looks at: systemd compresses what is longer. */
export const JOURNAL_FIELD_BYTES = 512;

/** Fields of kato's in one journal file, which has 128 MiB at most. */
export const JOURNAL_FIELDS = 500_000;

/** Heads of all collected journals: one each quarter of an hour, of a hundred people for a quarter of a year. */
export const JOURNAL_HEADS = 1_000_000;

/** A head is in the journal before its record is collected: for so long, nothing is missing yet. */
export const HEAD_SETTLE_MS = 15 * 60_000;

/** How long one look at another person's file may take: a file system of theirs may never answer. Milliseconds. */
export const LOOK_MS = 3_000;

/** Of another person's status file: what a daemon writes is far smaller. */
export const STATUS_BYTES = 4 * 1024 * 1024;

/** Accounts that `kato fleet status` looks at; a plan with more paths is refused by the launcher. */
export const PEOPLE_SHOWN = 150;
