/**
 * A log that is one JSON document. Its client rewrites it at each change, in several steps, so a document that is no
 * JSON yet is read again after its next change. Its records are handed out as lines, so that no other file needs to
 * know the difference; offsets count bytes of those lines. Requires read on the log.
 */
import type { FileCursor } from "../protocol/cursor.ts";
import {
  CLOCK_TICK_MS,
  DOCUMENT_BYTES,
  JSON_VALUES,
  REMEMBERED_RECORDS,
  WHOLE_DOCUMENT,
} from "../protocol/limits.ts";
import { openRegular, readFull, unlessUnreadable } from "./disk.ts";
import { createElider } from "./elide.ts";
import { FINGERPRINT_DIGITS, fingerprintOf } from "../protocol/fingerprint.ts";
import { parseJson } from "./json_text.ts";
import { type LogFile, lookInto, type ReadResult } from "./log_file.ts";
import type { Line } from "./split_lines.ts";

const PIECE = 1024 * 1024;
const QUOTE = 0x22;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

type RecordsOf = (document: unknown) => readonly unknown[];

/**
 * Size of such a log: the bytes of the lines that its records become. Null while the document is not whole, or cannot be
 * read.
 */
export function measureDocument(recordsOf: RecordsOf, path: string): number | null {
  const opened = openRegular(path);
  if (!("file" in opened)) return null;
  using file = opened.file;
  const read = unlessUnreadable(() => readRecords(file, file.statSync(), recordsOf));
  return read !== null && "records" in read ? read.records.reduce(endOf, 0) : null;
}

export function openDocumentLog(recordsOf: RecordsOf, from: FileCursor | null): LogFile {
  /** Records that were handed out. */
  let count = from?.line ?? 0;
  /** Fingerprints of the latest records, from record `marksFrom` on: a client changes those in place. */
  let marks = marksIn(from?.tail ?? "");
  let marksFrom = count - marks.length;
  /** Identity of the file at the last read. */
  let identity = { dev: 0, ino: 0 };
  let seen: string | null = null;
  let total = from?.offset ?? 0;

  function readOpened(file: Deno.FsFile): ReadResult {
    const info = file.statSync();
    const { dev, ino, mtime } = info;
    // The cursor of a log of lines that was at this path before.
    if (from !== null && from.headBytes > 0) return { result: "rewritten", how: "replaced" };
    const modified = mtime?.getTime() ?? 0;
    const version = versionOf(info);
    const read = version !== null && version === seen ? NOTHING_NEW : readRecords(file, info, recordsOf);
    if (!("records" in read)) {
      const damage = read.damage === null ? {} : { damage: read.damage };
      return { result: "end", size: total, modified, ...damage };
    }
    const { records, elided } = read;
    seen = version;
    identity = { dev, ino: ino ?? 0 };
    if (records.length < count) return { result: "rewritten", how: "truncated" };
    // No further back than a cursor remembers, so that a restart finds the same changes.
    const before = Math.max(marksFrom, count - REMEMBERED_RECORDS);
    const changed = marks.slice(before - marksFrom, count - marksFrom).findIndex((mark, at) =>
      mark !== markOf(records[before + at])
    );
    const first = changed < 0 ? count : before + changed;
    marksFrom = Math.max(0, first - REMEMBERED_RECORDS);
    marks = records.slice(marksFrom).map(markOf);
    const lines = placeLines(records, first, elided);
    count = records.length;
    total = lines.at(-1)?.end ?? total;
    return lines.length === 0 ? { result: "end", size: total, modified } : { result: "lines", lines, first };
  }

  return {
    read: (path) => lookInto(path, readOpened),
    rest: () => null,
    cursorAfter(line, number) {
      const known = marks.slice(0, number + 1 - marksFrom).slice(-REMEMBERED_RECORDS);
      const place = { offset: line.end, line: number + 1 };
      return { ...identity, head: "", headBytes: 0, tail: known.join(""), ...place };
    },
  };
}

/** The records of a document, as lines. */
interface Records {
  readonly records: readonly Uint8Array[];
  readonly elided: Line["elided"];
}

/** `damage`: why it can never be read; null while the document is not whole and will change again. */
interface NoRecords {
  readonly damage: string | null;
}

const NOTHING_NEW: NoRecords = { damage: null };

/** The last document that was read: several readers look at each change, one after another, and parsing costs memory. */
let latest: { readonly version: string; readonly read: WeakRef<Records> | NoRecords } | null = null;

function readRecords(file: Deno.FsFile, info: Deno.FileInfo, recordsOf: RecordsOf): Records | NoRecords {
  const version = versionOf(info);
  if (version !== null && latest?.version === version) {
    const known = latest.read instanceof WeakRef ? latest.read.deref() : latest.read;
    if (known !== undefined) return known;
  }
  const read = parseRecords(file, info.size, recordsOf);
  if (version !== null) latest = { version, read: "records" in read ? new WeakRef(read) : read };
  return read;
}

function parseRecords(file: Deno.FsFile, size: number, recordsOf: RecordsOf): Records | NoRecords {
  if (size > DOCUMENT_BYTES) return { damage: `a document of ${size} bytes is too long` };
  if (!endsWhole(file, size)) return NOTHING_NEW;
  const { text, elided } = readDocument(file, size);
  if (text === null) return { damage: "a document with too many values" };
  const parsed = parseJson(text);
  if ("value" in parsed) return { records: recordsOf(parsed.value).map(lineOf), elided };
  return { damage: parsed.why === "not JSON" ? null : parsed.why };
}

/** Distinguishes states of a file; null while a later change could still get the same time. */
function versionOf({ dev, ino, size, mtime }: Deno.FileInfo): string | null {
  const modified = mtime?.getTime() ?? 0;
  return Math.abs(Date.now() - modified) < CLOCK_TICK_MS ? null : `${dev} ${ino} ${size} ${modified}`;
}

/** A document's last bracket stands within its last bytes. */
const END_BYTES = 16;

/** Whether the document may be whole. If not, the rest need not be read. */
function endsWhole(file: Deno.FsFile, size: number): boolean {
  const end = new Uint8Array(Math.min(END_BYTES, size));
  file.seekSync(size - end.length, Deno.SeekMode.Start);
  readFull(file, end);
  file.seekSync(0, Deno.SeekMode.Start);
  return /[}\]]\s*$/.test(decoder.decode(end));
}

/** Null when too much is left after the long strings are cut. */
function readDocument(
  file: Deno.FsFile,
  size: number,
): { readonly text: string | null; readonly elided: Line["elided"] } {
  if (size <= WHOLE_DOCUMENT) return { text: readText(file, size), elided: null };
  const elider = createElider(WHOLE_DOCUMENT);
  const piece = new Uint8Array(PIECE);
  let quotes = 0;
  for (let got = file.readSync(piece); got !== null; got = file.readSync(piece)) {
    const bytes = piece.slice(0, got);
    // Cutting takes time for each string.
    for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) quotes += 1;
    if (quotes > 2 * JSON_VALUES) return { text: null, elided: null };
    elider.push(bytes);
  }
  const { bytes, values, dropped } = elider.finish();
  return { text: bytes === null ? null : decoder.decode(bytes), elided: { values, bytes: dropped } };
}

/** A function of its own, so that the bytes are freed before the text is parsed. */
function readText(file: Deno.FsFile, size: number): string {
  return decoder.decode(readFull(file, new Uint8Array(size)));
}

function lineOf(record: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(record) ?? "null");
}

/**
 * End of the line that begins at `start`. The first line counts as one byte: it describes the document and changes
 * with it, and the offsets of later records must not move when it does.
 */
function endOf(start: number, bytes: Uint8Array): number {
  return start === 0 ? 1 : start + bytes.length + 1;
}

/** The lines from record `first` on, at their offsets in a file of lines. */
function placeLines(records: readonly Uint8Array[], first: number, elided: Line["elided"]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const [index, bytes] of records.entries()) {
    const end = endOf(start, bytes);
    const line = { bytes, isState: null, start, end, isPart: false };
    if (index >= first) lines.push({ ...line, elided: lines.length === 0 ? elided : null });
    start = end;
  }
  return lines;
}

function markOf(record: Uint8Array | undefined): string {
  return record === undefined ? "" : fingerprintOf(record);
}

function marksIn(text: string): string[] {
  return text.match(new RegExp(`.{${FINGERPRINT_DIGITS}}`, "g")) ?? [];
}
