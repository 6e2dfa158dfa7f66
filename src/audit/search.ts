/** Looks for records in the audit log. Requires read on the log folder; writes nothing and checks no chain: verify.ts does. */
import { readLine } from "./chain.ts";
import type { AuditRecord } from "./record.ts";
import { openAll, readLines } from "./verify.ts";

/** The records whose line holds one of `words`, oldest first. A line that is no record is passed over. */
export function* findRecords(directory: string, words: readonly string[]): Generator<AuditRecord> {
  const files = openAll(directory);
  try {
    for (const { file, size } of files) {
      for (const text of readLines(file, size)) {
        if (!words.some((word) => text.includes(word))) continue;
        const read = readLine(text);
        if (read.line === "record") yield read.record;
      }
    }
  } finally {
    for (const { file } of files) file.close();
  }
}

/** How a file began, as the log has it. */
export interface Beginning {
  readonly record: AuditRecord;
  /** The kato whose daemon wrote it; null where the log does not say. */
  readonly version: string | null;
}

const BEGINNINGS: ReadonlySet<string> = new Set(["created", "created-again", "replaced"]);

/** The latest record that a file was begun at `path`. Null: there is none. */
export function findBeginning(directory: string, path: string): Beginning | null {
  let found: Beginning | null = null;
  const versions = new Map<number, string>();
  for (const record of findRecords(directory, [JSON.stringify(path), '"daemon-started"'])) {
    const { event, decision, reason, actor, detail } = record;
    if (event === "daemon-started") {
      const version = /^kato ([^,]{1,64}),/.exec(detail ?? "")?.[1];
      if (version !== undefined) versions.set(actor.pid, version);
    } else if (
      event === "destination-opened" && decision === "allow" && record.path === path && BEGINNINGS.has(reason)
    ) {
      const version = actor.role === "orchestrator" ? versions.get(actor.pid) ?? null : null;
      found = { record, version };
    }
  }
  return found;
}
