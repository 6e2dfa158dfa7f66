/**
 * What is on disk below a provider's roots: names and metadata. Requires read on what it is asked about. Files vanish
 * and folders are closed to us at any moment; that is no error of anybody's. Room: parser; edge.
 */
import { SMALL_JSON_BYTES } from "../protocol/limits.ts";
import { parseJson } from "./json_text.ts";

/** Regular files below `top`, folders before what they hold; links are not followed. */
export function* walkFiles(top: string): Generator<string> {
  for (const entry of listFolder(top) ?? []) {
    const path = `${top}/${entry.name}`;
    if (entry.isFile) yield path;
    else if (entry.isDirectory) yield* walkFiles(path);
  }
}

/** What is in a folder; null where it cannot be read. */
export function listFolder(path: string): Deno.DirEntry[] | null {
  return unlessUnreadable(() => [...Deno.readDirSync(path)]);
}

/** What is at `path` itself: a link is not followed. Null where nothing is, or nothing that we may look at. */
export function lstat(path: string): Deno.FileInfo | null {
  return unlessUnreadable(() => Deno.lstatSync(path));
}

/** What is at `path`, behind the links that lead there: of a root, which may be one. */
export function stat(path: string): Deno.FileInfo | null {
  return unlessUnreadable(() => Deno.statSync(path));
}

export type Opened = { readonly file: Deno.FsFile } | { readonly why: string };

/**
 * Opens a regular file for reading. Nothing else is ever opened: to open a FIFO is to wait for a writer, and to open a
 * device is to act on it.
 */
export function openRegular(path: string): Opened {
  try {
    const info = Deno.lstatSync(path);
    if (!info.isFile) return NOT_REGULAR;
    const file = Deno.openSync(path, { read: true });
    const opened = file.statSync();
    // Something else was put in its place meanwhile.
    if (opened.isFile && opened.dev === info.dev && opened.ino === info.ino) return { file };
    file.close();
    return NOT_REGULAR;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { why: error instanceof Error ? error.name : String(error) };
  }
}

const NOT_REGULAR: Opened = { why: "not a regular file" };

/** The text of a small file; null where it is not there, or longer than `most` bytes. */
export function readSmall(path: string, most: number): string | null {
  const opened = openRegular(path);
  if (!("file" in opened)) return null;
  using file = opened.file;
  return unlessUnreadable(() => {
    const bytes = readFull(file, new Uint8Array(most + 1));
    return bytes.length > most ? null : new TextDecoder().decode(bytes);
  });
}

/** Fills `buffer` from where the file stands. One read may give less; only the end of the file ends it. */
export function readFull(file: Pick<Deno.FsFile, "readSync">, buffer: Uint8Array): Uint8Array {
  let filled = 0;
  while (filled < buffer.length) {
    const count = file.readSync(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** A small JSON file; null while it is being written, or when it is gone: the next look finds it. */
export function readJson(path: string): unknown {
  const text = readSmall(path, SMALL_JSON_BYTES);
  const parsed = text === null ? null : parseJson(text);
  return parsed !== null && "value" in parsed ? parsed.value : null;
}

/** The answer of `look`; null where the system did not let us look. */
function unlessUnreadable<Answer>(look: () => Answer): Answer | null {
  try {
    return look();
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}

/**
 * The system's own errors, which have a name for a code: the file is gone, closed to us, or on a share that failed just
 * now. Everything else is a bug.
 */
export function isUnreadable(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
