/** A file whose text is compared with what it should be, piece by piece. Requires read on the file. */
import { openRegular, readFull } from "../../parser/disk.ts";
import { READ_CHUNK } from "../../protocol/limits.ts";

export interface CheckedFile {
  readonly size: number;
  /** At most so many bytes, from `at` on. */
  bytesAt(at: number, bytes: number): Uint8Array;
  /** The same as text. */
  textAt(at: number, bytes: number): string;
  /** Whether `bytes` stand at `at`. */
  has(at: number, bytes: Uint8Array): boolean;
  /** How many of `bytes` stand at `at`, from the first on. */
  common(at: number, bytes: Uint8Array): number;
  /** The first place of one of `words` at `from` or behind it; the file's size where there is none. */
  find(from: number, words: string): number;
  /** The line that holds the byte at `at`: its number from 1 on, and its text. Null: the file ends before it. */
  lineAt(at: number): { readonly line: number; readonly text: string | null };
  /** Lines in all. */
  lines(): number;
  close(): void;
}

/** Of a line that is shown. */
const LINE_BYTES = 4 * 1024;

const NEWLINE = 0x0a;

export function openChecked(path: string): CheckedFile | { readonly why: string } {
  const opened = openRegular(path);
  if ("why" in opened) return opened;
  const { file } = opened;
  const size = file.statSync().size;
  const read = (at: number, length: number) => {
    file.seekSync(at, Deno.SeekMode.Start);
    return readFull(file, new Uint8Array(Math.max(0, Math.min(length, size - at))));
  };
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const encoder = new TextEncoder();

  /** Where newlines stand before `end`: how many, and the latest of them. */
  function countLines(end: number): { readonly newlines: number; readonly latest: number } {
    let newlines = 0;
    let latest = -1;
    for (let at = 0; at < end; at += READ_CHUNK) {
      const bytes = read(at, Math.min(READ_CHUNK, end - at));
      for (let found = bytes.indexOf(NEWLINE); found >= 0; found = bytes.indexOf(NEWLINE, found + 1)) {
        newlines += 1;
        latest = at + found;
      }
    }
    return { newlines, latest };
  }

  return {
    size,
    bytesAt: read,
    textAt: (at, bytes) => decoder.decode(read(at, bytes)),
    // As text, because without a JIT loops over bytes are slow.
    has: (at, bytes) => at + bytes.length <= size && textOf(read(at, bytes.length)) === textOf(bytes),
    common(at, bytes) {
      const [there, wanted] = [textOf(read(at, bytes.length)), textOf(bytes)];
      let same = 0;
      for (let most = there.length; same < most;) {
        const middle = Math.ceil((same + most) / 2);
        if (there.slice(same, middle) === wanted.slice(same, middle)) same = middle;
        else most = middle - 1;
      }
      return same;
    },
    find(from, words) {
      const wanted = encoder.encode(words).length;
      for (let at = from; at < size; at += READ_CHUNK) {
        const found = textOf(read(at, READ_CHUNK + wanted)).indexOf(words);
        if (found >= 0) return at + found;
      }
      return size;
    },
    lineAt(at) {
      const { newlines, latest } = countLines(at);
      const bytes = read(latest + 1, LINE_BYTES);
      const end = bytes.indexOf(NEWLINE);
      const text = at >= size ? null : decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
      return { line: newlines + 1, text };
    },
    lines() {
      const { newlines, latest } = countLines(size);
      return newlines + (latest + 1 < size ? 1 : 0);
    },
    close: () => file.close(),
  };
}

const latin1 = new TextDecoder("latin1");

/** One character a byte, so that equal texts are equal bytes and places are places. */
function textOf(bytes: Uint8Array): string {
  return latin1.decode(bytes);
}
