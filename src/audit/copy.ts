/**
 * Checks a copy of an audit log that was collected on another machine. A network may repeat records or change their
 * order, and a collector may give its files any name. The copy is whole when its records, sorted by sequence, form one
 * chain. Requires read on the copy; writes nothing.
 */
import { basename, join } from "@std/path";
import { type Link, readLine, START, whyNotNext } from "./chain.ts";
import type { AuditRecord } from "./record.ts";
import { AUDIT_COPY_RECORDS } from "../protocol/limits.ts";
import { readLines, type Verification, type VerifyOptions } from "./verify.ts";

export interface CopyVerification extends Verification {
  /** Lines that repeat another line. They do not break the chain. */
  readonly repeated: number;
}

interface Found extends Pick<AuditRecord, "sequence" | "previous" | "hash"> {
  readonly file: string;
  readonly line: number;
}

/**
 * Throws the system's error for a path that cannot be read.
 *
 * @param paths Files of one person's log, and folders of such files (every `*.jsonl` directly in them).
 */
export function verifyAuditCopy(
  paths: readonly string[],
  { head, archived = false }: VerifyOptions = {},
): CopyVerification {
  const found: Found[] = [];
  const known = new Set<string>();
  let torn = 0;
  let repeated = 0;
  let last: Link = START;
  let first: number | null = null;
  let records = 0;
  const result = (at: Pick<Found, "file" | "line"> | null, why = ""): CopyVerification => ({
    records,
    first,
    last: first === null ? null : last.sequence,
    head: last.hash,
    torn,
    repeated,
    broken: at === null ? null : { file: at.file, line: at.line, why, sequence: last.sequence + 1 },
  });

  for (const path of paths.flatMap(filesAt)) {
    let line = 0;
    for (const text of linesOf(path)) {
      line += 1;
      // A collector may write empty lines, to keep a record apart from a torn line before it.
      if (text === "") continue;
      const read = readLine(text);
      const at = { file: basename(path), line };
      if (read.line === "bad") return result(at, read.why);
      if (read.line === "torn") {
        torn += 1;
      } else if (known.has(read.record.hash)) {
        repeated += 1;
      } else {
        const { sequence, previous, hash } = read.record;
        known.add(hash);
        found.push({ sequence, previous, hash, ...at });
        if (found.length > AUDIT_COPY_RECORDS) return result(at, TOO_MANY);
      }
    }
  }

  found.sort((a, b) => a.sequence - b.sequence);
  for (const record of found) {
    const mayStart = archived && first === null;
    const why = mayStart ? null : whyNotAfter(last, record);
    if (why !== null) return result(record, why);
    last = { sequence: record.sequence, hash: record.hash };
    first ??= record.sequence;
    records += 1;
  }
  // An empty copy is an error: the person named the wrong folder, or the records never arrived.
  if (records === 0) return result({ file: basename(paths[0] ?? ""), line: 1 }, "there is no record in it");
  if (head === undefined || known.has(head)) return result(null);
  return result(
    found.at(-1) ?? null,
    `the record with the hash ${head} is not in the copy: records are missing at its end`,
  );
}

const TOO_MANY =
  `these are more than ${AUDIT_COPY_RECORDS} records; check fewer files at once, with --archived`;

function whyNotAfter(last: Link, record: Found): string | null {
  // The records are sorted, so a second record of one sequence comes right after the first.
  return record.sequence === last.sequence
    ? `there are two different records ${record.sequence}: the log was rewritten after one of them was collected`
    : whyNotNext(last, record);
}

function filesAt(path: string): string[] {
  if (!Deno.statSync(path).isDirectory) return [path];
  const names = [...Deno.readDirSync(path)].filter(({ isFile }) => isFile).map(({ name }) => name);
  return names.filter((name) => name.endsWith(".jsonl")).sort().map((name) => join(path, name));
}

function* linesOf(path: string): Generator<string> {
  using file = Deno.openSync(path);
  yield* readLines(file, file.statSync().size);
}
