/**
 * Finds a session's title and project without reading all of it. It reads the first records until both are known, and
 * the short records at the end, because people name a session late. Requires read on the log.
 */
import { formOf, openLog } from "../../parser/open_log.ts";
import { readProjectBeside } from "../../parser/session_files.ts";
import { type GatheredMeta, gatherMeta } from "../../parser/session_meta.ts";
import { createLineSplitter, splitAll } from "../../parser/split_lines.ts";
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { SessionMeta } from "../../protocol/session.ts";
import type { Provider } from "../../providers/provider.ts";
import type { FoundSession } from "./find_sessions.ts";

/** At most this much of the beginning is read. Bytes. */
const HEAD_BYTES = 256 * 1024;
/** One read; most sessions are known after it. Bytes. */
const CHUNK_BYTES = 64 * 1024;
const TAIL_BYTES = 64 * 1024;
/** A record that names its session is short; the long ones at the end are conversation. Bytes. */
const NAMING_BYTES = 2 * 1024;

const decoder = new TextDecoder();

/** A log that vanished meanwhile is a session without a name. */
export function peekSession({ provider, session, path, latest }: FoundSession): SessionMeta {
  const known = gatherMeta(null);
  const read = readHead(provider, path, known);
  try {
    if (formOf(latest) === "lines") readTail(provider, latest, latest === path ? read : 0, known);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)) {
      throw error;
    }
  }
  const meta = known.show({ provider: provider.id, session });
  return { ...meta, project: meta.project ?? readProjectBeside(provider, path) };
}

/** How many bytes were read. */
function readHead(provider: Provider, path: string, known: GatheredMeta): number {
  const fold = provider.begin(MAIN_AGENT);
  const file = openLog(provider, path, null, { most: CHUNK_BYTES });
  let line = 0;
  for (let read = 0;;) {
    const result = file.read(path);
    const last = result.result === "end" ? file.rest() : null;
    for (const { bytes, end } of result.result === "lines" ? result.lines : last === null ? [] : [last]) {
      if (bytes !== null) takeLine(provider, fold, bytes, line, known, 0);
      line += 1;
      read = end;
    }
    if (result.result !== "lines" || read >= HEAD_BYTES) return read;
    const { title, project, started } = known.state();
    if (title !== null && project !== null && started !== null) return read;
  }
}

/** Reads the last of the log, but nothing before byte `least`. */
function readTail(provider: Provider, path: string, least: number, known: GatheredMeta): void {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  if (size <= least) return;
  const from = Math.max(least, size - TAIL_BYTES);
  const bytes = new Uint8Array(TAIL_BYTES);
  file.seekSync(from, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < bytes.length) {
    const got = file.readSync(bytes.subarray(filled));
    if (got === null) break;
    filled += got;
  }
  const splitter = createLineSplitter(from);
  // The first piece is the end of a line, unless the head ended just there; half a record is no JSON.
  const lines = [...splitAll(splitter, bytes.subarray(0, filled)), splitter.rest()];
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
