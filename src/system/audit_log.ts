/**
 * Appends to the security log. A record is on the disk when `append()` returns, so that no decision takes effect
 * without one. Several processes may append: each takes the lock, reads what the others added, and continues the
 * chain. Requires read and write on the log folder; writes nothing else. What is in the log is never changed or
 * removed: half a line that a crash left stays where it is, as evidence, and the chain goes on after it.
 */
import type { AuditBody, AuditRecord } from "../protocol/audit_record.ts";
import { AUDIT_FILE_BYTES, AUDIT_LINE_BYTES } from "../protocol/limits.ts";
import { type Link, makeRecord, readLine, recordLine, START } from "../policy/audit_chain.ts";
import { AuditLogError, OddFile } from "./audit_error.ts";
import { currentFile, listRotated, lockFile, rotatedFile } from "./audit_files.ts";
import { flushFolder } from "./flush_folder.ts";
import { lookAt } from "./look.ts";

export interface AuditLogOptions {
  /** `~/.kato/logs`; it exists. */
  readonly directory: string;
  readonly policyVersion: number;
  readonly policyHash: string;
  /** Who writes: `orchestrator`, `export`, … */
  readonly actor: { readonly role: string; readonly pid: number };
  /** When the file is rotated, in bytes: AUDIT_FILE_BYTES, except in tests. */
  readonly rotateAt?: number;
}

export interface AuditLog {
  /** Writes one record and flushes it. `worker`: the role that it is about or from, if any. Throws what the disk says. */
  append(body: AuditBody, worker?: string | null): AuditRecord;
  /** Hash of the last record that this process wrote or saw. */
  head(): string;
  close(): void;
}

/** The current file as it was last seen. */
interface Seen {
  readonly file: Deno.FsFile;
  readonly dev: number;
  readonly ino: number | null;
  size: number;
  /** Whether it ends with a whole line. */
  whole: boolean;
}

/** Throws an AuditLogError when the log cannot be trusted or written: `Cannot open the audit log …`. */
export function openAuditLog(options: AuditLogOptions): AuditLog {
  const { directory, policyVersion, policyHash, actor, rotateAt = AUDIT_FILE_BYTES } = options;
  const path = currentFile(directory);
  const lock = openLock(directory);
  let seen: Seen | null = null;
  let last: Link = START;

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
    const named = lookAt(path);
    if (seen !== null && named !== null && named.dev === seen.dev && named.ino === seen.ino) {
      if (named.size === seen.size) return seen;
    } else {
      seen?.file.close();
      seen = null;
      seen = named === null ? createLog(path, directory) : openLog(path, named);
    }
    seen.size = seen.file.statSync().size;
    seen.whole = endsWhole(seen.file, seen.size);
    last = findLast(seen.file, seen.size) ?? findLastRotated(directory) ?? START;
    return seen;
  };

  const rotate = (now: Seen): Seen => {
    const first = findFirst(now.file);
    // A file without any record is no part of the chain yet.
    if (first === null) return now;
    Deno.renameSync(path, rotatedFile(directory, first));
    flushFolder(directory);
    return catchUp();
  };

  locked("open", catchUp);
  return {
    append(body, worker = null) {
      return locked("append to", () => {
        let now = catchUp();
        if (now.size >= rotateAt) now = rotate(now);
        const stamp = {
          time: new Date().toISOString(),
          policyVersion,
          policyHash,
          actor: { ...actor, worker },
        };
        const record = makeRecord(last, body, stamp);
        const bytes = new TextEncoder().encode(`${now.whole ? "" : "\n"}${recordLine(record)}\n`);
        if (now.file.writeSync(bytes) !== bytes.length) {
          throw new Error("the disk took a part of the record only");
        }
        now.file.syncSync();
        now.size += bytes.length;
        now.whole = true;
        last = record;
        return record;
      });
    },
    head: () => last.hash,
    close() {
      seen?.file.close();
      seen = null;
      lock.close();
    },
  };
}

/** The last record is looked for in so many bytes at first: few are longer than a tenth of it. */
const LAST_BYTES = 16 * 1024;

const APPENDING = { read: true, append: true } as const;

function createLog(path: string, directory: string): Seen {
  const file = Deno.openSync(path, { ...APPENDING, createNew: true, mode: 0o600 });
  makePrivate(file, path);
  flushFolder(directory);
  const { dev, ino } = file.statSync();
  return { file, dev, ino, size: 0, whole: true };
}

/** `named`: what stands at `path`, not followed. The runtime follows links while opening, so both are compared. */
function openLog(path: string, named: Deno.FileInfo): Seen {
  const odd = whyOdd(named);
  if (odd !== null) throw new OddFile(`it ${odd}; move it away, and look into how that came about`);
  const file = Deno.openSync(path, APPENDING);
  const { dev, ino } = file.statSync();
  if (dev !== named.dev || ino !== named.ino) {
    file.close();
    throw new OddFile("it was exchanged while it was opened");
  }
  makePrivate(file, path);
  return { file, dev, ino, size: 0, whole: true };
}

/** Mode 0600, where the umask took more than group and others, or somebody gave more; of this file and no other. */
function makePrivate(file: Deno.FsFile, path: string): void {
  const { dev, ino, mode } = file.statSync();
  if (((mode ?? 0) & 0o777) === 0o600) return;
  const named = Deno.lstatSync(path);
  if (named.dev !== dev || named.ino !== ino) throw new OddFile("it was exchanged while it was opened");
  Deno.chmodSync(path, 0o600);
}

function whyOdd(named: Deno.FileInfo): string | null {
  if (named.isSymlink) return "is a symbolic link";
  if (!named.isFile) return "is not a regular file";
  if (named.nlink !== 1) return "has several names (hard links)";
  return named.uid === Deno.uid() ? null : `belongs to user ${named.uid}`;
}

function openLock(directory: string): Deno.FsFile {
  const path = lockFile(directory);
  const named = lookAt(path);
  const odd = named === null ? null : whyOdd(named);
  if (odd !== null) throw new AuditLogError(`Cannot open the audit log: ${path} ${odd}; move it away`, true);
  // Another process may make it at the same moment, which is as good.
  const lock = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  if (named === null) makePrivate(lock, path);
  return lock;
}

function endsWhole(file: Deno.FsFile, size: number): boolean {
  return size === 0 || readText(file, size - 1, 1) === "\n";
}

/** The last record that is whole and its own; null when the file has none. */
function findLast(file: Deno.FsFile, size: number): Link | null {
  for (let window = LAST_BYTES;; window *= 4) {
    const from = Math.max(0, size - window);
    const lines = readText(file, from, size - from).split("\n");
    // The first may be half a line.
    if (from > 0) lines.shift();
    for (const text of lines.reverse()) {
      const line = readLine(text);
      if (line.line === "record") return line.record;
    }
    if (from === 0) return null;
  }
}

/** A crash between renaming the current file and making a new one leaves the end of the chain in a rotated one. */
function findLastRotated(directory: string): Link | null {
  for (const path of listRotated(directory).reverse()) {
    if (whyOdd(Deno.lstatSync(path)) !== null) continue;
    using file = Deno.openSync(path);
    const found = findLast(file, file.statSync().size);
    if (found !== null) return found;
  }
  return null;
}

/** Sequence of the first whole record of a file that is full. */
function findFirst(file: Deno.FsFile): number | null {
  for (const text of readText(file, 0, 4 * AUDIT_LINE_BYTES).split("\n")) {
    const line = readLine(text);
    if (line.line === "record") return line.record.sequence;
  }
  return null;
}

function readText(file: Deno.FsFile, from: number, most: number): string {
  const bytes = new Uint8Array(most);
  let length = 0;
  file.seekSync(from, Deno.SeekMode.Start);
  while (length < most) {
    const count = file.readSync(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
