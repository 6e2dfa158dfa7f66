/**
 * The current file of the audit log. It is opened only when it is kato's own plain file, and read from its end.
 * Requires read and write on the log folder.
 */
import { AUDIT_LINE_BYTES } from "../protocol/limits.ts";
import { type Link, readLine } from "./chain.ts";
import { AuditLogError, OddFile } from "./error.ts";
import type { ReasonOf } from "./reasons.ts";
import { listRotated, lockFile } from "./files.ts";
import { flushFolder } from "../disk/flush_folder.ts";
import { entryAt, reasonOf } from "../disk/entry_at.ts";

/** The current file, as this process saw it last. */
export interface Seen {
  readonly file: Deno.FsFile;
  readonly dev: number;
  readonly ino: number | null;
  size: number;
  /** Whether the file ends with a whole line. */
  whole: boolean;
}

/** The first search for the last record reads so many bytes. Few records are longer than a tenth of it. */
const LAST_BYTES = 16 * 1024;

const EXCHANGED = "it was exchanged while it was opened";

const APPENDING = { read: true, append: true } as const;

/**
 * `named`: the entry at `path`, links not followed; null where there is none. The runtime follows links when it opens, so
 * both are compared.
 */
export function openLog(path: string, directory: string, named: Deno.FileInfo | null): Seen {
  const odd = named === null ? null : whyOdd(named);
  if (odd !== null) throw new OddFile(`it ${odd}; move it away, and look into how that came about`);
  const making = { ...APPENDING, createNew: true, mode: 0o600 };
  const file = openChecked(path, named === null ? making : APPENDING, (file) => {
    const { dev, ino } = file.statSync();
    if (named !== null && (dev !== named.dev || ino !== named.ino)) throw new OddFile(EXCHANGED);
    makePrivate(file, path);
    // An empty file may be of an earlier try, whose flush failed.
    if (named === null || named.size === 0) flushFolder(directory);
  });
  const { dev, ino } = file.statSync();
  return { file, dev, ino, size: 0, whole: true };
}

/** Opens a file and closes it again when `check` throws: kato tries again for days. */
function openChecked(
  path: string,
  options: Deno.OpenOptions,
  check: (file: Deno.FsFile) => void,
): Deno.FsFile {
  const file = Deno.openSync(path, options);
  try {
    check(file);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Sets mode 0600 on this file and no other. The umask may have taken more, or somebody may have given more. */
function makePrivate(file: Deno.FsFile, path: string): void {
  const { dev, ino, mode } = file.statSync();
  if (((mode ?? 0) & 0o777) === 0o600) return;
  const named = Deno.lstatSync(path);
  if (named.dev !== dev || named.ino !== ino) throw new OddFile(EXCHANGED);
  Deno.chmodSync(path, 0o600);
}

function whyOdd(named: Deno.FileInfo): string | null {
  if (named.isSymlink) return "is a symbolic link";
  if (!named.isFile) return "is not a regular file";
  if (named.nlink !== 1) return "has several names (hard links)";
  return named.uid === Deno.uid() ? null : `belongs to user ${named.uid}`;
}

export function openLock(directory: string): Deno.FsFile {
  const path = lockFile(directory);
  const named = entryAt(path);
  const odd = named === null ? null : whyOdd(named);
  if (odd !== null) throw new AuditLogError(`Cannot open the audit log: ${path} ${odd}; move it away`, true);
  try {
    // Another process may create the file at the same moment; both then use that one.
    return openChecked(path, { write: true, create: true, mode: 0o600 }, (lock) => makePrivate(lock, path));
  } catch (error) {
    const why = `Cannot open the audit log: ${reasonOf(error)}`;
    throw new AuditLogError(why, error instanceof OddFile, { cause: error });
  }
}

export function endsWhole(file: Deno.FsFile, size: number): boolean {
  return size === 0 || readText(file, size - 1, 1) === "\n";
}

/** The last record that is whole and unchanged; null when the file has none. */
export function findLast(file: Deno.FsFile, size: number): Link | null {
  for (let window = LAST_BYTES;; window *= 4) {
    const from = Math.max(0, size - window);
    // The window may begin inside a line: the rest of a record is none.
    for (const text of readText(file, from, size - from).split("\n").reverse()) {
      const line = readLine(text);
      if (line.line === "record") return line.record;
    }
    if (from === 0) return null;
  }
}

/** After a crash in the middle of a rotation, the end of the chain is in a rotated file. */
export function findLastRotated(directory: string): Link | null {
  for (const path of listRotated(directory).reverse()) {
    if (whyOdd(Deno.lstatSync(path)) !== null) continue;
    using file = Deno.openSync(path);
    const found = findLast(file, file.statSync().size);
    if (found !== null) return found;
  }
  return null;
}

/** The sequence of the first whole record of a full file. */
export function findFirst(file: Deno.FsFile): number | null {
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

/** A record that this process wrote, with its place in the file. */
export interface Written {
  readonly dev: number;
  readonly ino: number | null;
  readonly line: string;
  /** The offset after the line end. */
  readonly end: number;
}

/** Whether `written` stands at its place in `file`. */
export function holds(file: Deno.FsFile, { line, end }: Written): boolean {
  const length = new TextEncoder().encode(line).length;
  return readText(file, end - length, length) === line;
}

/** Why the record that this process wrote last is not in its place; null when it is. */
export function whyNotInPlace(
  written: Written,
  now: Seen,
  directory: string,
): ReasonOf<"audit-log-changed"> | null {
  if (isSame(written, now)) {
    if (holds(now.file, written)) return null;
    return now.size < written.end ? "log-cut" : "log-altered";
  }
  for (const path of listRotated(directory)) {
    const rotated = entryAt(path);
    if (rotated === null || !isSame(written, rotated)) continue;
    // Another process has rotated the file.
    using file = Deno.openSync(path);
    return holds(file, written) ? null : "log-altered";
  }
  return now.size === 0 ? "log-removed" : "log-replaced";
}

function isSame(one: Pick<Written, "dev" | "ino">, other: Pick<Written, "dev" | "ino">): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
