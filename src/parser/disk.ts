/**
 * Names and metadata of everything below a provider's roots. Requires read on the paths that are asked for. Files
 * vanish and folders lose their rights at any moment; that is never an error here.
 */
import { SMALL_JSON_BYTES } from "../protocol/limits.ts";
import { codeForNow, systemCode } from "../protocol/system_words.ts";
import { parseJson } from "./json_text.ts";

/** How often the system refused for now. Each role has its own. */
let refusals = 0;

/**
 * How often the system has refused something for now. A look during which this number rises has not seen everything.
 * That is so on a network file system whose handles are stale, or where a disk cannot read.
 */
export function refusedForNow(): number {
  return refusals;
}

/** Regular files below `top`, in the folder's order. Links are not followed. */
export function* walkFiles(top: string): Generator<string> {
  for (const entry of listFolder(top) ?? []) {
    const path = `${top}/${entry.name}`;
    if (entry.isFile) yield path;
    else if (entry.isDirectory) yield* walkFiles(path);
  }
}

/** The entries of a folder; null when it cannot be read. */
export function listFolder(path: string): Deno.DirEntry[] | null {
  return unlessUnreadable(() => [...Deno.readDirSync(path)]);
}

/** Metadata of `path` itself: a link is not followed. Null when nothing is there, or it cannot be read. */
export function lstat(path: string): Deno.FileInfo | null {
  return unlessUnreadable(() => Deno.lstatSync(path));
}

/** Whether the system says that nothing is at `path`. False where it cannot say. */
export function isAbsent(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return error instanceof Deno.errors.NotFound;
  }
}

/** Metadata behind the links at `path`: a root may be a link. */
export function stat(path: string): Deno.FileInfo | null {
  return unlessUnreadable(() => Deno.statSync(path));
}

/** The answer of `look`; `unreadable` when the system refused something for now meanwhile. */
export function unlessForNow<Answer>(look: () => Answer): Answer | "unreadable" {
  const before = refusals;
  const answer = look();
  return refusals > before ? "unreadable" : answer;
}

/** `size`: when it was opened. `isForNow`: it may be there, and the system refuses for now. */
export type Opened = { readonly file: Deno.FsFile; readonly size: number } | Unopened;

interface Unopened {
  readonly why: string;
  readonly isForNow: boolean;
}

/** Opens a regular file, and nothing else: opening a FIFO waits for a writer, and opening a device acts on it. */
export function openRegular(path: string): Opened {
  try {
    const info = Deno.lstatSync(path);
    if (!info.isFile) return NOT_REGULAR;
    const file = Deno.openSync(path, { read: true });
    const opened = file.statSync();
    // Another file may have taken its place in between.
    if (opened.isFile && opened.dev === info.dev && opened.ino === info.ino) {
      return { file, size: opened.size };
    }
    file.close();
    return NOT_REGULAR;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { why: error instanceof Error ? error.name : String(error), isForNow: isForNow(error) };
  }
}

const NOT_REGULAR: Opened = { why: "not a regular file", isForNow: false };

/** The text of a small file; null when there is none, or when it is longer than `most` bytes. */
export function readSmall(path: string, most: number): string | null {
  const opened = openRegular(path);
  if (!("file" in opened)) return null;
  using file = opened.file;
  return unlessUnreadable(() => {
    const bytes = readFull(file, new Uint8Array(most + 1));
    return bytes.length > most ? null : new TextDecoder().decode(bytes);
  });
}

/** Reads until `buffer` is full or the file ends: one read may give less. */
export function readFull(file: Pick<Deno.FsFile, "readSync">, buffer: Uint8Array): Uint8Array {
  let filled = 0;
  while (filled < buffer.length) {
    const count = file.readSync(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** A small JSON file; null while it is being written, or when it is gone. The next look finds it. */
export function readJson(path: string): unknown {
  const text = readSmall(path, SMALL_JSON_BYTES);
  const parsed = text === null ? null : parseJson(text);
  return parsed !== null && "value" in parsed ? parsed.value : null;
}

/** The answer of `look`; null when the system refused it. */
export function unlessUnreadable<Answer>(look: () => Answer): Answer | null {
  try {
    return look();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    isForNow(error);
    return null;
  }
}

/** Whether the system refused. Any other error is a bug. */
export function isUnreadable(error: unknown): boolean {
  return systemCode(error) !== null;
}

/** Whether the system refuses for now. Counts it. */
export function isForNow(error: unknown): boolean {
  if (codeForNow(error) === null) return false;
  refusals += 1;
  return true;
}
