/**
 * Reads a journal file of systemd, as far as finding kato's own lines needs it: kato starts no program, so it cannot ask
 * journalctl. The format is systemd's JOURNAL_FILE_FORMAT. Fields that are compressed are passed over, for systemd
 * compresses none that is shorter than 512 bytes, and every field that kato looks for is. Requires read on the file.
 */
import { JOURNAL_FIELD_BYTES, JOURNAL_FIELDS } from "../protocol/collector_limits.ts";

export interface JournalEntry {
  /** Milliseconds since 1970, as the machine's clock said. */
  readonly time: number;
  /** Those of the wanted fields that it has: `_UID=1000`. */
  readonly fields: readonly string[];
}

const SIGNATURE = "LPKSHHRH";
/** Of incompatible_flags: entries and data have another layout. */
const COMPACT = 16;
/** xz, lz4, keyed hashes, zstd, and the above. A later format may have more, and then nothing can be said. */
const KNOWN_FLAGS = 31;
const DATA = 1;
const ENTRY = 3;
const COMPRESSED = 7;
const OBJECT_HEADER = 16;
const HEADER = 160;

/** What a window of the file holds at once. */
const WINDOW = 1024 * 1024;

/** Why nothing can be read from a file. */
export class OddJournal extends Error {}

/** @param wanted What a field that is kept begins with, such as `_UID=`. Throws an OddJournal. */
export function* readJournal(path: string, wanted: readonly string[]): Generator<JournalEntry> {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  const at = openWindow(file, size);
  const header = at(0, HEADER);
  if (header === null || latin1(header, 0, 8) !== SIGNATURE) throw new OddJournal("this is no journal file");
  const flags = header.getUint32(12, true);
  if ((flags & ~KNOWN_FLAGS) !== 0) throw new OddJournal("this journal has a format that kato does not know");
  const isCompact = (flags & COMPACT) !== 0;
  const last = Number(header.getBigUint64(136, true));
  const payload = isCompact ? 72 : 64;
  const fields = new Map<number, string>();
  for (let offset = Number(header.getBigUint64(88, true)); offset <= last;) {
    const object = at(offset, OBJECT_HEADER);
    const length = object === null ? 0 : Number(object.getBigUint64(8, true));
    // What was being written when the machine went down ends here.
    if (object === null || length < OBJECT_HEADER) return;
    const type = object.getUint8(0);
    const isCompressed = (object.getUint8(1) & COMPRESSED) !== 0;
    if (type === DATA && !isCompressed && length > payload && length - payload <= JOURNAL_FIELD_BYTES) {
      const text = readField(at(offset + payload, length - payload));
      if (wanted.some((prefix) => text.startsWith(prefix))) fields.set(offset, text);
      if (fields.size > JOURNAL_FIELDS) throw new OddJournal("this journal has more fields than kato reads");
    } else if (type === ENTRY) {
      const entry = readEntry(at(offset, length), isCompact, fields);
      if (entry !== null) yield entry;
    }
    offset += Math.ceil(length / 8) * 8;
  }
}

function readEntry(
  view: DataView | null,
  isCompact: boolean,
  fields: ReadonlyMap<number, string>,
): JournalEntry | null {
  if (view === null || view.byteLength < 64) return null;
  const time = Math.floor(Number(view.getBigUint64(24, true)) / 1000);
  const found: string[] = [];
  const step = isCompact ? 4 : 16;
  for (let item = 64; item + step <= view.byteLength; item += step) {
    const data = isCompact ? view.getUint32(item, true) : Number(view.getBigUint64(item, true));
    const text = fields.get(data);
    if (text !== undefined) found.push(text);
  }
  return found.length === 0 ? null : { time, fields: found };
}

type Window = (offset: number, length: number) => DataView | null;

/** Reads forward, a window at a time; null past the end. */
function openWindow(file: Deno.FsFile, size: number): Window {
  const bytes = new Uint8Array(WINDOW);
  let from = 0;
  let held = 0;
  return (offset, length) => {
    if (length > WINDOW || offset + length > size) return null;
    if (offset < from || offset + length > from + held) {
      file.seekSync(offset, Deno.SeekMode.Start);
      from = offset;
      held = 0;
      while (held < WINDOW) {
        const count = file.readSync(bytes.subarray(held));
        if (count === null) break;
        held += count;
      }
      if (length > held) return null;
    }
    return new DataView(bytes.buffer, offset - from, length);
  };
}

const decoder = new TextDecoder();

function readField(view: DataView | null): string {
  return view === null ? "" : decoder.decode(view);
}

function latin1(view: DataView, from: number, length: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + from, length));
}
