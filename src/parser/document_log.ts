/**
 * A log that is one JSON document, which its client writes anew at each change, and not at one stroke: what is no JSON
 * yet is looked at again when it has changed. Its records are handed out as lines, so that nothing behind this file
 * knows; offsets count bytes of those lines. Requires read on the log. Room: parser; edge.
 */
import type { FileCursor } from "../protocol/cursor.ts";
import {
  CLOCK_TICK_MS,
  DOCUMENT_BYTES,
  JSON_VALUES,
  REMEMBERED_RECORDS,
  WHOLE_DOCUMENT,
} from "../protocol/limits.ts";
import { openRegular, readFull } from "./disk.ts";
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
 * Bytes of the lines that the document at `path` would be handed out as: the size of such a log. Null while it is not
 * whole.
 */
export function measureDocument(recordsOf: RecordsOf, path: string): number | null {
  const opened = openRegular(path);
  if (!("file" in opened)) return null;
  using file = opened.file;
  const read = readRecords(file, file.statSync(), recordsOf);
  return "records" in read ? read.records.reduce(endOf, 0) : null;
}

export function openDocumentLog(recordsOf: RecordsOf, from: FileCursor | null): LogFile {
  /** Records that were handed out. */
  let count = from?.line ?? 0;
  /** Marks of records, the first of them of record `marksFrom`: a client changes its latest records in place. */
  let marks = marksIn(from?.tail ?? "");
  let marksFrom = count - marks.length;
  /** What the file was when it was read last. */
  let identity = { dev: 0, ino: 0 };
  let seen: string | null = null;
  let total = from?.offset ?? 0;

  function readOpened(file: Deno.FsFile): ReadResult {
    const info = file.statSync();
    const { dev, ino, mtime } = info;
    // The cursor of a log of lines, which was here before.
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
    // Not further back than a cursor remembers: reading that began anew finds the same.
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

/** `damage`: why it can never be read; null while it is no whole document, and will change once more. */
interface NoRecords {
  readonly damage: string | null;
}

const NOTHING_NEW: NoRecords = { damage: null };

/** What was read last: a change is looked at by several readers, one after another, and costs memory each time. */
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

/** What tells one state of the file from another; null while another could still get the same time. */
function versionOf({ dev, ino, size, mtime }: Deno.FileInfo): string | null {
  const modified = mtime?.getTime() ?? 0;
  return Math.abs(Date.now() - modified) < CLOCK_TICK_MS ? null : `${dev} ${ino} ${size} ${modified}`;
}

/** Bytes at the end of a document in which its last bracket must be. */
const END_BYTES = 16;

/** Whether it may be whole: of one that is being written, the rest need not be read. */
function endsWhole(file: Deno.FsFile, size: number): boolean {
  const end = new Uint8Array(Math.min(END_BYTES, size));
  file.seekSync(size - end.length, Deno.SeekMode.Start);
  readFull(file, end);
  file.seekSync(0, Deno.SeekMode.Start);
  return /[}\]]\s*$/.test(decoder.decode(end));
}

/** Null where too much is left when its long strings are cut. */
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
    // Cutting strings takes its time for each of them.
    for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) quotes += 1;
    if (quotes > 2 * JSON_VALUES) return { text: null, elided: null };
    elider.push(bytes);
  }
  const { bytes, values, dropped } = elider.finish();
  return { text: bytes === null ? null : decoder.decode(bytes), elided: { values, bytes: dropped } };
}

/** By itself, so that the bytes are gone before the text is parsed. */
function readText(file: Deno.FsFile, size: number): string {
  return decoder.decode(readFull(file, new Uint8Array(size)));
}

function lineOf(record: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(record) ?? "null");
}

/**
 * Where the line ends that begins at `start`. The first one counts as one byte: it tells of the document itself and
 * changes with it, and what was read, or was history, must not move when it does.
 */
function endOf(start: number, bytes: Uint8Array): number {
  return start === 0 ? 1 : start + bytes.length + 1;
}

/** The lines from record `first` on, where they would stand in a file of lines. */
function placeLines(records: readonly Uint8Array[], first: number, elided: Line["elided"]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const [index, bytes] of records.entries()) {
    const end = endOf(start, bytes);
    if (index >= first) {
      lines.push({
        bytes,
        isState: null,
        start,
        end,
        elided: lines.length === 0 ? elided : null,
        isPart: false,
      });
    }
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
