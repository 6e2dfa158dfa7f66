/**
 * Reads the records of a security log that was collected elsewhere, from files that a collector names as it likes.
 * Requires read on the copy; writes nothing.
 */
import { basename, dirname, join, relative } from "@std/path";
import { AUDIT_COPY_RECORDS, COLLECTED_DEPTH } from "../protocol/collector_limits.ts";
import { readLine } from "./chain.ts";
import type { CollectedRecord } from "./chains.ts";
import { readLines } from "./verify.ts";

export interface Collected {
  readonly records: readonly CollectedRecord[];
  /** Hashes of all of them. */
  readonly known: ReadonlySet<string>;
  /** Lines that a crash left half written. They break nothing. */
  readonly torn: number;
  /** Lines that say what another line said already. They break nothing. */
  readonly repeated: number;
  readonly bad: readonly BadLine[];
}

export interface BadLine extends Pick<CollectedRecord, "folder" | "file" | "line"> {
  readonly why: string;
}

const TOO_MANY =
  `these are more than ${AUDIT_COPY_RECORDS} records; check fewer files at once, with --archived`;

/** @param top Files are named from here; null: by their last name. */
export function readCollected(paths: readonly string[], top: string | null): Collected {
  const records: CollectedRecord[] = [];
  const known = new Set<string>();
  const bad: BadLine[] = [];
  let torn = 0;
  let repeated = 0;
  const done = () => ({ records, known, torn, repeated, bad });
  for (const path of paths) {
    const folder = dirname(path);
    const file = top === null ? basename(path) : relative(top, path);
    let line = 0;
    for (const text of linesOf(path)) {
      line += 1;
      // A collector may begin each record on a new line, so that none continues what a crash left half written.
      if (text === "") continue;
      const read = readLine(text);
      const at = { folder, file, line };
      if (read.line === "bad") {
        bad.push({ ...at, why: read.why });
        // One is enough to know that the file is not as kato wrote it.
        break;
      }
      if (read.line === "torn") {
        torn += 1;
      } else if (known.has(read.record.hash)) {
        repeated += 1;
      } else {
        const { sequence, previous, hash, origin = null } = read.record;
        known.add(hash);
        records.push({ sequence, previous, hash, origin, ...at });
        if (records.length > AUDIT_COPY_RECORDS) {
          bad.push({ ...at, why: TOO_MANY });
          return done();
        }
      }
    }
  }
  return done();
}

/** `path` itself, or every `*.jsonl` directly in it. Throws what the system says of one that cannot be read. */
export function filesAt(path: string): string[] {
  if (!Deno.statSync(path).isDirectory) return [path];
  return entriesOf(path).flatMap(({ name, isFile }) =>
    isFile && name.endsWith(".jsonl") ? [join(path, name)] : []
  );
}

/** Every `*.jsonl` below `folder`. Links are not followed. */
export function filesBelow(folder: string, ending: RegExp, depth = COLLECTED_DEPTH): string[] {
  return entriesOf(folder).flatMap(({ name, isFile, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return depth > 0 ? filesBelow(path, ending, depth - 1) : [];
    return isFile && ending.test(name) ? [path] : [];
  });
}

function entriesOf(folder: string): Deno.DirEntry[] {
  return [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
}

function* linesOf(path: string): Generator<string> {
  using file = Deno.openSync(path);
  yield* readLines(file, file.statSync().size);
}
