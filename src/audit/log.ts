/**
 * Appends to the security log. A record is on the disk when `append()` returns, so that no decision takes effect
 * without one. Several processes may append: each takes the lock, reads what the others added, and continues the
 * chain. What this process wrote last must still be in its place, or that is the next record: the chain then goes on
 * from what was written and not from what is left, so that whoever checks it finds the gap. Requires read and write
 * on the log folder; writes nothing else. What is in the log is never changed or removed: half a line that a crash
 * left stays where it is, as evidence, and the chain goes on after it.
 */
import { auditLogChanged } from "./events.ts";
import type { AuditBody, AuditRecord } from "./record.ts";
import { AUDIT_FILE_BYTES } from "../protocol/limits.ts";
import { type Link, makeRecord, recordLine, START } from "./chain.ts";
import { AuditLogError, OddFile } from "./error.ts";
import {
  createLog,
  endsWhole,
  findFirst,
  findLast,
  findLastRotated,
  holds,
  openLock,
  openLog,
  type Seen,
  whyNotInPlace,
  type Written,
} from "./file.ts";
import { currentFile, rotatedFile } from "./files.ts";
import { flushFolder } from "../disk/flush_folder.ts";
import { entryAt } from "../disk/entry_at.ts";

export interface AuditLogOptions {
  /** `~/.kato/logs`; it exists. */
  readonly directory: string;
  readonly policyVersion: number;
  readonly policyHash: string;
  /** Who writes: `orchestrator`, `export`, … */
  readonly actor: { readonly role: string; readonly pid: number };
  /** When the file is rotated, in bytes: AUDIT_FILE_BYTES, except in tests. */
  readonly rotateAt?: number;
  /** Told of the record that says that somebody else changed the log, once that is in it. */
  readonly changed?: (record: AuditRecord) => void;
}

export interface AuditLog {
  /** Writes one record and flushes it. `worker`: the role that it is about or from, if any. Throws what the disk says. */
  append(body: AuditBody, worker?: string | null): AuditRecord;
  /** The same for several: one after the other in the chain, all of them with one flush. */
  appendAll(bodies: readonly AuditBody[], worker?: string | null): AuditRecord[];
  /** Hash of the last record that this process wrote or saw. */
  head(): string;
  close(): void;
}

/** Throws an AuditLogError when the log cannot be trusted or written: `Cannot open the audit log …`. */
export function openAuditLog(options: AuditLogOptions): AuditLog {
  const { directory, policyVersion, policyHash, actor, rotateAt = AUDIT_FILE_BYTES, changed } = options;
  const path = currentFile(directory);
  const lock = openLock(directory);
  let seen: Seen | null = null;
  let last: Link = START;
  let own: Written & Link | null = null;

  const locked = <Result>(action: string, work: () => Result): Result => {
    lock.lockSync(true);
    try {
      return work();
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("internal error")) throw error;
      const why = `Cannot ${action} the audit log ${path}: ${message(error)}`;
      throw new AuditLogError(why, error instanceof OddFile, { cause: error });
    } finally {
      lock.unlockSync();
    }
  };

  /** Brings `seen` and `last` up to what all processes wrote. */
  const catchUp = (): Seen => {
    const named = entryAt(path);
    if (seen !== null && named !== null && named.dev === seen.dev && named.ino === seen.ino) {
      if (named.size === seen.size) return seen;
    } else {
      const before = seen;
      seen = named === null ? createLog(path, directory) : openLog(path, named);
      // Not earlier: a new file could be given its inode, and pass for it.
      before?.file.close();
    }
    seen.size = seen.file.statSync().size;
    seen.whole = endsWhole(seen.file, seen.size);
    last = findLast(seen.file, seen.size) ?? findLastRotated(directory) ?? START;
    return seen;
  };

  const rotate = (now: Seen, end: Link): Seen => {
    const first = findFirst(now.file);
    // A file without any record is no part of the chain yet.
    if (first === null) return now;
    Deno.renameSync(path, rotatedFile(directory, first));
    flushFolder(directory);
    const next = catchUp();
    last = end;
    return next;
  };

  /** What somebody else did to the log, as the record to come; the chain goes on from what this process wrote. */
  const findChange = (now: Seen): AuditBody[] => {
    if (own === null) return [];
    const reason = whyNotInPlace(own, now, directory);
    if (reason === null) return [];
    const { sequence, hash } = own;
    // A copy in its place that has all of it is odd, and breaks nothing.
    if (!holds(now.file, own)) last = { sequence: Math.max(sequence, last.sequence), hash };
    const detail = `record ${sequence}, written last by this process, had hash ${hash}`;
    return [auditLogChanged(path, reason, detail)];
  };

  const appendAll = (bodies: readonly AuditBody[], worker: string | null): AuditRecord[] => {
    if (bodies.length === 0) return [];
    let now = catchUp();
    const changes = findChange(now);
    if (now.size >= rotateAt) now = rotate(now, last);
    const time = new Date().toISOString();
    const records: AuditRecord[] = [];
    for (const [index, body] of [...changes, ...bodies].entries()) {
      const stamp = {
        time,
        policyVersion,
        policyHash,
        actor: { ...actor, worker: index < changes.length ? null : worker },
      };
      records.push(makeRecord(records.at(-1) ?? last, body, stamp));
    }
    const lines = records.map((record) => `${recordLine(record)}\n`);
    const bytes = new TextEncoder().encode((now.whole ? "" : "\n") + lines.join(""));
    if (now.file.writeSync(bytes) !== bytes.length) {
      throw new Error("the disk took a part of the record only");
    }
    now.file.syncSync();
    now.size += bytes.length;
    now.whole = true;
    const [record, line] = [records.at(-1), lines.at(-1)];
    if (record === undefined || line === undefined) throw new Error("internal error: no record of a body");
    last = record;
    const { sequence, hash } = record;
    own = { sequence, hash, line, dev: now.dev, ino: now.ino, end: now.size };
    for (const change of records.splice(0, changes.length)) changed?.(change);
    return records;
  };

  locked("open", catchUp);
  return {
    append(body, worker = null) {
      const [record] = locked("append to", () => appendAll([body], worker));
      if (record === undefined) throw new Error("internal error: no record of a body");
      return record;
    },
    appendAll: (bodies, worker = null) => locked("append to", () => appendAll(bodies, worker)),
    head: () => last.hash,
    close() {
      seen?.file.close();
      seen = null;
      lock.close();
    },
  };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
