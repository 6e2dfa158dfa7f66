/**
 * Finds a session's title and project without reading all of it. It reads the first records until both are known, and
 * the short records at the end, because people name a session late. Requires read on the log.
 */
import { isUnreadable, openRegular, readFull } from "../../parser/disk.ts";
import { formOf, openLog } from "../../parser/open_log.ts";
import { readBeside } from "../../parser/session_files.ts";
import { type GatheredMeta, gatherMeta } from "../../parser/session_meta.ts";
import { createLineSplitter, splitAll } from "../../parser/split_lines.ts";
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import type { SessionMeta } from "../../protocol/session.ts";
import type { Provider } from "../../providers/provider.ts";
import type { FoundSession } from "./find_sessions.ts";

/** At most this much of the beginning is read. Bytes. */
const HEAD_BYTES = 256 * 1024;
/** One read; most sessions are known after it, and a name that their clients gave them soon is in it. Bytes. */
const CHUNK_BYTES = 64 * 1024;
const TAIL_BYTES = 64 * 1024;
/** A record that names its session is short; the long ones at the end are conversation. Bytes. */
const NAMING_BYTES = 2 * 1024;

const decoder = new TextDecoder();

/** For the pieces of all logs, one after the other: ten thousand buffers would be as many pieces of garbage. */
const buffer = new Uint8Array(Math.max(CHUNK_BYTES, TAIL_BYTES));

/** A log that vanished meanwhile is a session without a name. */
export function peekSession(
  { provider, session, path, latest }: FoundSession,
  redaction: Redaction,
): SessionMeta {
  const known = gatherMeta(null, redaction);
  if (formOf(path) === "lines") {
    peekLog(path, (file, size) => {
      const read = readHead(provider, file, known);
      if (latest === path) readTail(provider, file, read, size, known);
    });
  } else {
    readOther(provider, path, known);
  }
  if (latest !== path && formOf(latest) === "lines") {
    peekLog(latest, (file, size) => readTail(provider, file, 0, size, known));
  }
  return known.show({ provider: provider.id, session }, readBeside(provider, path, known.state()));
}

/** One opening for all of a look: a person may have ten thousand logs. */
function peekLog(path: string, look: (file: Deno.FsFile, size: number) => void): void {
  const opened = openRegular(path);
  if (!("file" in opened)) return;
  using file = opened.file;
  try {
    look(file, opened.size);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
}

/** Whether later records can only give the session a better name. */
function isFound(known: GatheredMeta): boolean {
  const { title, project, started } = known.state();
  return title !== null && project !== null && started !== null;
}

/** Whether a record cannot add to what is known, as its text shows. */
function addsNothing(provider: Provider, text: string, known: GatheredMeta): boolean {
  return isFound(known) && known.state().client !== null && provider.mayName?.(text) === false;
}

/** How many bytes of whole lines were read. */
function readHead(provider: Provider, file: Deno.FsFile, known: GatheredMeta): number {
  const fold = provider.begin(MAIN_AGENT);
  const splitter = createLineSplitter(0);
  let number = 0;
  for (let read = 0;;) {
    const count = file.readSync(buffer.subarray(0, CHUNK_BYTES));
    const lines = count === null ? [splitter.rest()] : splitAll(splitter, buffer.subarray(0, count));
    for (const line of lines) {
      if (line === null) continue;
      const { bytes, end } = line;
      // Once everything is known, a long record cannot add to it.
      const isOfUse = bytes !== null && (bytes.length <= NAMING_BYTES || !isFound(known));
      if (isOfUse) takeLine(provider, fold, bytes, number, known, 0);
      number += 1;
      read = end;
    }
    if (count === null || read >= HEAD_BYTES || isFound(known)) return read;
  }
}

/** A log that is compressed, or one document: it is read as its reader can. */
function readOther(provider: Provider, path: string, known: GatheredMeta): void {
  const fold = provider.begin(MAIN_AGENT);
  const file = openLog(provider, path, null);
  let number = 0;
  for (let read = 0;;) {
    const result = file.read(path);
    const last = result.result === "end" ? file.rest() : null;
    for (const { bytes, end } of result.result === "lines" ? result.lines : last === null ? [] : [last]) {
      if (bytes !== null) takeLine(provider, fold, bytes, number, known, 0);
      number += 1;
      read = end;
    }
    if (result.result !== "lines" || read >= HEAD_BYTES || isFound(known)) return;
  }
}

/** Reads the last of a log of `size` bytes, but nothing before byte `least`. */
function readTail(
  provider: Provider,
  file: Deno.FsFile,
  least: number,
  size: number,
  known: GatheredMeta,
): void {
  if (size <= least) return;
  const from = Math.max(least, size - TAIL_BYTES);
  file.seekSync(from, Deno.SeekMode.Start);
  const bytes = readFull(file, buffer.subarray(0, TAIL_BYTES));
  const splitter = createLineSplitter(from);
  // The first piece is the end of a line, unless the head ended just there; half a record is no JSON.
  const lines = [...splitAll(splitter, bytes), splitter.rest()];
  const fold = provider.begin(MAIN_AGENT);
  for (const [at, line] of lines.entries()) {
    const bytes = line?.bytes ?? null;
    if (bytes === null || bytes.length > NAMING_BYTES) continue;
    // Rank 0 is the first words typed, and these are not the first.
    takeLine(provider, fold, bytes, at, known, 1);
  }
}

function takeLine(
  provider: Provider,
  fold: unknown,
  bytes: Uint8Array,
  line: number,
  known: GatheredMeta,
  leastRank: number,
): void {
  const text = decoder.decode(bytes);
  if (addsNothing(provider, text, known)) return;
  if (provider.isState?.(text, 0, text.length) === true && (provider.passesState?.(fold) ?? true)) return;
  const value = parse(text);
  if (value === undefined) return;
  for (const out of provider.read(fold, { value, line }).outs) {
    if (out.out !== "meta") continue;
    const { title, ...rest } = out;
    known.take(title !== undefined && title.rank < leastRank ? rest : out);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half a line, or no JSON. It names no session.
    return undefined;
  }
}
