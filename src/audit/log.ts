/**
 * Appends to the audit log. A record is on the disk when `append()` returns, so that no decision takes effect without
 * one. Several processes may append: each takes the lock, reads the records of the others, and continues the chain.
 * When the last record of this process is not in its place any more, the next record says so. The chain then continues
 * from the record that was written, so that a check finds the gap. Nothing in the log is changed or removed: a torn
 * line stays as evidence, and the chain continues after it. Requires read and write on the log folder.
 */
import { auditLogChanged } from "./events.ts";
import type { AuditBody, AuditOrigin, AuditRecord } from "./record.ts";
import { AUDIT_FILE_BYTES } from "../protocol/limits.ts";
import { type Link, makeRecord, recordLine, START } from "./chain.ts";
import { AuditLogError, OddFile } from "./error.ts";
import {
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
import { entryAt, reasonOf } from "../disk/entry_at.ts";

export interface AuditLogOptions {
  /** `~/.kato/logs`. It must exist. */
  readonly directory: string;
  readonly policyVersion: number;
  readonly policyHash: string;
  readonly organisationHash?: string | null;
  /** Whose log it is. */
  readonly origin?: AuditOrigin;
  /** The writing process: `orchestrator`, `export`, … */
  readonly actor: { readonly role: string; readonly pid: number };
  /** The size at which the file is rotated, in bytes: AUDIT_FILE_BYTES, except in tests. */
  readonly rotateAt?: number;
  /** Receives the record about a change of the log by somebody else, after that record is on the disk. */
  readonly changed?: (record: AuditRecord) => void;
}

export interface AuditLog {
  /** Writes one record and flushes it. `worker`: the role that the record is about, if any. Throws an AuditLogError. */
  append(body: AuditBody, worker?: string | null): AuditRecord;
  /** Writes several records, in this order, with one flush. */
  appendAll(bodies: readonly AuditBody[], worker?: string | null): AuditRecord[];
  /** The hash of the last record that this process wrote or saw. */
  head(): string;
  close(): void;
}

/** Throws an AuditLogError when the log cannot be trusted or written. */
export function openAuditLog(options: AuditLogOptions): AuditLog {
  const { directory } = options;
  const path = currentFile(directory);
  const log: Open = { options, path, lock: openLock(directory), seen: null, last: START, own: null };
  try {
    locked(log, "open", () => catchUp(log));
  } catch (error) {
    log.lock.close();
    throw error;
  }
  const append = (bodies: readonly AuditBody[], worker: string | null) =>
    locked(log, "append to", () => appendAll(log, bodies, worker));
  return {
    append(body, worker = null) {
      const [record] = append([body], worker);
      if (record === undefined) throw new Error("internal error: no record of a body");
      return record;
    },
    appendAll: (bodies, worker = null) => append(bodies, worker),
    head: () => log.last.hash,
    close() {
      log.seen?.file.close();
      log.lock.close();
    },
  };
}

/** The log, as this process saw it last. */
interface Open {
  readonly options: AuditLogOptions;
  /** The current file. */
  readonly path: string;
  readonly lock: Deno.FsFile;
  seen: Seen | null;
  last: Link;
  /** The record that this process wrote last. */
  own: Written & Link | null;
}

function locked<Result>({ lock, path }: Open, action: string, work: () => Result): Result {
  lock.lockSync(true);
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("internal error")) throw error;
    const why = `Cannot ${action} the audit log ${path}: ${reasonOf(error)}`;
    throw new AuditLogError(why, error instanceof OddFile, { cause: error });
  } finally {
    lock.unlockSync();
  }
}

/** Updates `seen` and `last` to the records of all processes. */
function catchUp(log: Open): Seen {
  const { path, seen, options: { directory } } = log;
  const named = entryAt(path);
  if (seen !== null && named !== null && named.dev === seen.dev && named.ino === seen.ino) {
    return named.size === seen.size ? seen : readEnd(log, seen);
  }
  const opened = openLog(path, directory, named);
  log.seen = opened;
  // The old file is closed last: a new file could get its inode otherwise, and pass for it.
  seen?.file.close();
  return readEnd(log, opened);
}

function readEnd(log: Open, seen: Seen): Seen {
  seen.size = seen.file.statSync().size;
  seen.whole = endsWhole(seen.file, seen.size);
  log.last = findLast(seen.file, seen.size) ?? findLastRotated(log.options.directory) ?? START;
  return seen;
}

function rotate(log: Open, now: Seen): Seen {
  const { path, last, options: { directory } } = log;
  const first = findFirst(now.file);
  // A file without a record is not part of the chain yet.
  if (first === null) return now;
  Deno.renameSync(path, rotatedFile(directory, first));
  flushFolder(directory);
  const next = catchUp(log);
  log.last = last;
  return next;
}

/** The record about a change by somebody else, if there was one. The chain continues from this process's own record. */
function findChange(log: Open, now: Seen): AuditBody[] {
  const { own, last, path, options } = log;
  if (own === null) return [];
  const reason = whyNotInPlace(own, now, options.directory);
  if (reason === null) return [];
  const { sequence, hash } = own;
  // A whole copy in its place is reported, but the chain does not break.
  if (!holds(now.file, own)) log.last = { sequence: Math.max(sequence, last.sequence), hash };
  const detail = `record ${sequence}, written last by this process, had hash ${hash}`;
  return [auditLogChanged(path, reason, detail)];
}

function appendAll(log: Open, bodies: readonly AuditBody[], worker: string | null): AuditRecord[] {
  if (bodies.length === 0) return [];
  const { rotateAt = AUDIT_FILE_BYTES, changed } = log.options;
  let now = catchUp(log);
  const changes = findChange(log, now);
  if (now.size >= rotateAt) now = rotate(log, now);
  const { policyVersion, policyHash, organisationHash, origin, actor } = log.options;
  const stamp = { time: new Date().toISOString(), policyVersion, policyHash, organisationHash, origin };
  const records: AuditRecord[] = [];
  for (const [index, body] of [...changes, ...bodies].entries()) {
    const about = index < changes.length ? null : worker;
    records.push(
      makeRecord(records.at(-1) ?? log.last, body, { ...stamp, actor: { ...actor, worker: about } }),
    );
  }
  write(log, now, records);
  for (const change of records.splice(0, changes.length)) changed?.(change);
  return records;
}

function write(log: Open, now: Seen, records: readonly AuditRecord[]): void {
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
  log.last = record;
  const { sequence, hash } = record;
  log.own = { sequence, hash, line, dev: now.dev, ino: now.ino, end: now.size };
}
