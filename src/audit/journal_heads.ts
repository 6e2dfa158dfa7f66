/**
 * The heads of audit chains that collected journals hold, with who wrote them: a head's machine and person are fields
 * that journald itself adds, which no process of a person can choose. Requires read on the journals.
 */
import { basename } from "@std/path";
import { JOURNAL_HEADS } from "../protocol/collector_limits.ts";
import { filesBelow } from "./collected.ts";
import { OddJournal, readJournal } from "./journal_file.ts";

export interface JournalHead {
  readonly hash: string;
  readonly time: number;
  readonly machine: string | null;
  readonly host: string | null;
  readonly uid: number;
  /** The journal file that has it. */
  readonly journal: string;
}

export interface JournalHeads {
  readonly heads: readonly JournalHead[];
  readonly journals: number;
  readonly bad: readonly { readonly journal: string; readonly why: string }[];
}

const IDENTIFIER = "SYSLOG_IDENTIFIER=kato";
/** As daemon/log_events.ts says them. */
const HEAD = /^MESSAGE=.* event=(?:started|stopped|audit-head) (?:.* )?head=([0-9a-f]{64})(?: |$)/;
const WANTED = [
  IDENTIFIER,
  "MESSAGE=kato runs event=",
  "MESSAGE=kato has stopped event=",
  "MESSAGE=head of the audit log event=",
  "_UID=",
  "_MACHINE_ID=",
  "_HOSTNAME=",
];

/** @param folder One with journals, or with folders of journals. */
export function readJournalHeads(folder: string): JournalHeads {
  const heads = new Map<string, JournalHead>();
  const bad: { journal: string; why: string }[] = [];
  // A journal that was not closed in good order is renamed to end in `~`.
  const files = filesBelow(folder, /\.journal~?$/);
  for (const path of files) {
    const journal = basename(path);
    try {
      for (const { time, fields } of readJournal(path, WANTED)) {
        const head = headOf(fields, time, journal);
        if (head === null) continue;
        heads.set(`${head.machine} ${head.uid} ${head.hash}`, head);
        if (heads.size > JOURNAL_HEADS) throw new OddJournal(`there are more than ${JOURNAL_HEADS} heads`);
      }
    } catch (error) {
      if (!(error instanceof OddJournal)) throw error;
      bad.push({ journal, why: error.message });
    }
  }
  return { heads: [...heads.values()], journals: files.length, bad };
}

function headOf(fields: readonly string[], time: number, journal: string): JournalHead | null {
  if (!fields.includes(IDENTIFIER)) return null;
  const valueOf = (name: string) =>
    fields.find((field) => field.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
  const hash = fields.map((field) => HEAD.exec(field)?.[1]).find((found) => found !== undefined);
  const uid = valueOf("_UID");
  if (hash === undefined || uid === null || !/^\d{1,10}$/.test(uid)) return null;
  return {
    hash,
    time,
    machine: valueOf("_MACHINE_ID"),
    host: valueOf("_HOSTNAME"),
    uid: Number(uid),
    journal,
  };
}
