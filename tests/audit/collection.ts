/** A collection of audit records and journals, in a folder of its own. */
import { dirname, join } from "@std/path";
import { recordLine } from "../../src/audit/chain.ts";
import type { AuditOrigin, AuditRecord } from "../../src/audit/record.ts";
import type { CollectionOptions } from "../../src/audit/verify_all.ts";
import { writeJournal } from "./write_journal.ts";

export const LAPTOP = { machine: "a".repeat(32), host: "laptop", uid: 1000, user: "ada" };
export const BOB = { ...LAPTOP, uid: 1001, user: "bob" };
export const DESK = { ...LAPTOP, machine: "d".repeat(32), host: "desk" };
export const NOW = Date.UTC(2026, 10, 27);

/** A head in the journal: its record, who wrote it, and its age in milliseconds (a day by default). */
export type Head = readonly [record: AuditRecord | undefined, by: AuditOrigin, age?: number];

/** `files`: the records of each file, by its path; a text stands for a line as it is. */
export function withCollection(
  files: Readonly<Record<string, readonly (AuditRecord | string)[]>>,
  heads: readonly Head[],
  test: (top: string) => void,
): void {
  const top = Deno.makeTempDirSync();
  try {
    for (const [name, records] of Object.entries(files)) {
      const path = join(top, "records", name);
      Deno.mkdirSync(dirname(path), { recursive: true });
      const lines = records.map((record) => typeof record === "string" ? record : recordLine(record));
      Deno.writeTextFileSync(path, lines.map((line) => `${line}\n`).join(""));
    }
    Deno.mkdirSync(join(top, "journals"));
    writeJournal(
      join(top, "journals", "remote.journal"),
      heads.map(([record, by, age = 86_400_000]) => ({
        time: NOW - age,
        fields: [
          "SYSLOG_IDENTIFIER=kato",
          `MESSAGE=head of the audit log event=audit-head head=${record?.hash}`,
          `_UID=${by.uid}`,
          `_MACHINE_ID=${by.machine}`,
          `_HOSTNAME=${by.host}`,
        ],
      })),
    );
    test(top);
  } finally {
    Deno.removeSync(top, { recursive: true });
  }
}

/** All of it is checked. */
export function wholeOf(top: string): CollectionOptions {
  const folders = { folder: join(top, "records"), journals: join(top, "journals") };
  return { ...folders, now: NOW, host: null, uid: null, archived: false };
}
