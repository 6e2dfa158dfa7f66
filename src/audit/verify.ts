/**
 * Checks the chain of the audit log over all its files. Requires read on the log folder; writes nothing. The files alone
 * cannot show that the last records were removed: for that, `head` must come from the journal.
 */
import { basename } from "@std/path";
import { reasonOf } from "../disk/entry_at.ts";
import { AUDIT_LINE_BYTES, READ_CHUNK } from "../protocol/limits.ts";
import { type Link, readLine, START, whyNotNext } from "./chain.ts";
import { currentFile, listRotated, lockFile } from "./files.ts";

export interface Verification {
  readonly records: number;
  /** Sequences of the first and last record; null when there is none. */
  readonly first: number | null;
  readonly last: number | null;
  /** The hash of the last record that is in order; 64 zeros where there is none. */
  readonly head: string;
  /** Lines that a crash left half written. They do not break the chain. */
  readonly torn: number;
  /** The first place where the chain is broken; null when it is whole. */
  readonly broken: Broken | null;
}

export interface Broken {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The sequence of the record that belongs there. */
  readonly sequence: number;
  /** A sentence. */
  readonly why: string;
}

export interface VerifyOptions {
  /** A hash from the journal, which the chain must contain. */
  readonly head?: string;
  /** The oldest files were moved away, so the chain may begin after record 1. */
  readonly archived?: boolean;
}

export function verifyAudit(directory: string, { head, archived = false }: VerifyOptions = {}): Verification {
  const files = openAll(directory);
  let last: Link = START;
  let first: number | null = null;
  let records = 0;
  let torn = 0;
  let hasHead = head === undefined;
  const result = (broken: Omit<Broken, "sequence"> | null): Verification => ({
    records,
    first,
    last: first === null ? null : last.sequence,
    head: last.hash,
    torn,
    broken: broken === null ? null : { ...broken, sequence: last.sequence + 1 },
  });

  try {
    let end = { file: basename(currentFile(directory)), line: 1 };
    for (const { path, file, size } of files) {
      let line = 0;
      for (const text of readLines(file, size)) {
        line += 1;
        const read = readLine(text);
        if (read.line === "torn") {
          torn += 1;
          continue;
        }
        const mayStart = archived && first === null;
        const why = read.line === "bad" ? read.why : mayStart ? null : whyNotNext(last, read.record);
        if (why !== null) return result({ file: basename(path), line, why });
        if (read.line !== "record") throw new Error("internal error: a bad line without a reason");
        last = read.record;
        first ??= last.sequence;
        records += 1;
        hasHead ||= last.hash === head;
      }
      end = { file: basename(path), line: line + 1 };
    }
    if (hasHead) return result(null);
    return result({
      ...end,
      why: `the record with the hash ${head} is not in the log: records were removed`,
    });
  } finally {
    for (const { file } of files) file.close();
  }
}

interface Opened {
  readonly path: string;
  readonly file: Deno.FsFile;
  readonly size: number;
}

/** Opens all files, oldest first. Under the lock, no process appends or rotates. */
export function openAll(directory: string): Opened[] {
  const lock = openIfThere(lockFile(directory));
  lock?.lockSync(false);
  try {
    return [...listRotated(directory), currentFile(directory)].flatMap((path) => {
      const file = openIfThere(path);
      return file === null ? [] : [{ path, file, size: file.statSync().size }];
    });
  } finally {
    lock?.close();
  }
}

function openIfThere(path: string): Deno.FsFile | null {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new Error(`Cannot read the audit log ${path}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** The lines of the first `size` bytes; the last one may lack its line end. */
export function* readLines(file: Deno.FsFile, size: number): Generator<string> {
  // A byte-order mark is kept: kato writes none, so it must break the first line.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const bytes = new Uint8Array(READ_CHUNK);
  let carry = "";
  for (let left = size; left > 0;) {
    const count = file.readSync(bytes.subarray(0, Math.min(left, bytes.length))) ?? 0;
    if (count === 0) break;
    left -= count;
    const lines = (carry + decoder.decode(bytes.subarray(0, count), { stream: true })).split("\n");
    carry = lines.pop() ?? "";
    yield* lines;
    // No record is that long. The parts of such a line are reported as lines of their own.
    if (carry.length > AUDIT_LINE_BYTES) {
      yield carry;
      carry = "";
    }
  }
  if (carry !== "") yield carry;
}
