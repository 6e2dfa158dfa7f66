/**
 * Takes the recordings into the index: the files below the roots of policy that kato began. Requires read on the roots; the
 * indexer writes.
 */
import * as z from "zod/mini";
import { lstat, openRegular, readFull, walkFiles } from "../../parser/disk.ts";
import { createLineSplitter, splitAll } from "../../parser/split_lines.ts";
import { fingerprintOf } from "../../protocol/fingerprint.ts";
import type { Indexer, SessionWork } from "../../search/indexer.ts";
import type { KnownSession } from "../../search/rows.ts";
import type { IsForgotten } from "./forgotten_sessions.ts";
import { beginSlices } from "../slices.ts";
import {
  formatOf,
  headOf,
  passagesOf,
  type RecordingHead,
  type RecordingLine,
  type RecordingPassage,
} from "./recording_text.ts";

/** The beginning of a file has its head in this. Bytes. */
const HEAD_BYTES = 16 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** What is compared of the bytes before the place where reading goes on. */
const TAIL_BYTES = 256;

/** Where reading goes on: kato only appends, but a person may edit the file. */
const place = z.strictObject({ offset: z.int(), line: z.int(), tail: z.string() });
type Place = z.infer<typeof place>;

export interface FoundRecording {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
}

/** The files below `roots` that have the name of a recording. Links are not followed. */
export function findRecordings(roots: readonly string[]): FoundRecording[] {
  const paths = new Set(
    roots.flatMap((root) => [...walkFiles(root)]).filter((path) => formatOf(path) !== null),
  );
  return [...paths].flatMap((path) => {
    const info = lstat(path);
    return info === null ? [] : [{ path, size: info.size, modified: info.mtime?.getTime() ?? 0 }];
  }).sort((a, b) => a.modified - b.modified);
}

export interface RecordingsUpdate {
  /** At most this many bytes. */
  readonly most: number;
  readonly stopped: () => boolean;
  readonly isForgotten: IsForgotten;
}

/**
 * What a recording got since is taken in; a recording that is gone is taken out.
 *
 * @returns Bytes that were read.
 */
export async function updateRecordings(
  indexer: Indexer,
  recordings: readonly FoundRecording[],
  { most, stopped, isForgotten }: RecordingsUpdate,
): Promise<{ readonly read: number; readonly bytes: number; readonly left: number }> {
  const known = new Map(
    indexer.known().filter(({ recorded }) => recorded !== null).map((row) => [row.session, row]),
  );
  const there = new Set(recordings.map(({ path }) => path));
  for (const gone of known.values()) if (!there.has(gone.session)) indexer.drop(gone);
  let [read, bytes, left] = [0, 0, 0];
  for (const found of recordings) {
    const before = known.get(found.path);
    if (before?.size === found.size && before.modified === found.modified) continue;
    const its = Math.max(0, found.size - (before?.size ?? 0));
    if (stopped() || (read > 0 && bytes + its > most)) {
      left += its;
      continue;
    }
    if (!await takeIn(indexer, found, before, { stopped, isForgotten })) continue;
    read += 1;
    bytes += its;
  }
  indexer.commit();
  return { read, bytes, left };
}

/** False: it is no recording, its session is forgotten, or reading was stopped. */
async function takeIn(
  indexer: Indexer,
  found: FoundRecording,
  before: KnownSession | undefined,
  { stopped, isForgotten }: Omit<RecordingsUpdate, "most">,
): Promise<boolean> {
  const opened = openRegular(found.path);
  if (!("file" in opened)) return false;
  using file = opened.file;
  const format = formatOf(found.path);
  const start = new TextDecoder().decode(readFull(file, new Uint8Array(HEAD_BYTES)));
  const head = format === null ? null : headOf(format, start);
  if (before !== undefined && head?.provider !== before.provider) indexer.drop(before);
  if (head === null || isForgotten(head)) return false;
  const work = indexer.begin({ provider: head.provider, session: found.path });
  try {
    const from = place.safeParse(work.from).data ?? null;
    const goesOn = from !== null && tailBefore(file, from.offset) === from.tail;
    if (!goesOn) work.restart();
    const end = await readInto(work, file, head, goesOn ? from : null, stopped);
    if (end === "stopped") return false;
    if (end === "blocked") work.abandon();
    work.finish({ ...found, title: head.title, project: head.project }, {
      blocked: end === "blocked" ? "redaction" : null,
      recorded: head.session,
    });
    return true;
  } finally {
    work.abandon();
  }
}

async function readInto(
  work: SessionWork,
  file: Deno.FsFile,
  head: RecordingHead,
  from: Place | null,
  stopped: () => boolean,
): Promise<"end" | "stopped" | "blocked"> {
  const slices = beginSlices();
  /** The latest passage is taken with the next one: it may become longer. */
  let held: { readonly passage: RecordingPassage; readonly at: Omit<Place, "tail"> } | null = null;
  let at = { offset: from?.offset ?? 0, line: from?.line ?? 1 };
  for (const passage of passagesOf(readLines(file, at), head, from !== null && from.offset > 0)) {
    if (held !== null && !work.take(held.passage.event)) return "blocked";
    held = { passage, at };
    if (work.isFull()) work.keep({ ...at, tail: tailBefore(file, at.offset) });
    at = { offset: passage.end, line: passage.nextLine };
    if (!slices.isOver()) continue;
    await slices.pause();
    if (stopped()) return "stopped";
  }
  const settled = held?.at ?? at;
  work.keep({ ...settled, tail: tailBefore(file, settled.offset) });
  work.beginRest();
  return held === null || work.take(held.passage.event) ? "end" : "blocked";
}

/** Each piece at its own place in the file: others read from it meanwhile. */
function* readLines(
  file: Deno.FsFile,
  { offset, line }: { readonly offset: number; readonly line: number },
): Generator<RecordingLine> {
  const splitter = createLineSplitter(offset);
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(CHUNK_BYTES);
  let number = line;
  for (let at = offset;;) {
    file.seekSync(at, Deno.SeekMode.Start);
    const count = file.readSync(chunk);
    const rest = count === null ? splitter.rest() : null;
    const lines = count === null ? rest === null ? [] : [rest] : splitAll(splitter, chunk.slice(0, count));
    for (const { bytes, end } of lines) {
      yield { text: bytes === null ? "" : decoder.decode(bytes), line: number, end };
      number += 1;
    }
    if (count === null) return;
    at += count;
  }
}

function tailBefore(file: Deno.FsFile, offset: number): string {
  const from = Math.max(0, offset - TAIL_BYTES);
  file.seekSync(from, Deno.SeekMode.Start);
  return fingerprintOf(readFull(file, new Uint8Array(offset - from)));
}
