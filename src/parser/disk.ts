/**
 * What is on disk below a provider's roots: names and metadata. Requires read on what it is asked about. Files vanish
 * and folders are closed to us at any moment; that is no error of anybody's. Room: parser; edge.
 */

/** Regular files below `top`, folders before what they hold; links are not followed. */
export function* walkFiles(top: string): Generator<string> {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(top)];
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  for (const entry of entries) {
    const path = `${top}/${entry.name}`;
    if (entry.isFile) yield path;
    else if (entry.isDirectory) yield* walkFiles(path);
  }
}

export function stat(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** A small JSON file; null while it is being written, or when it is gone: the next look finds it. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof SyntaxError || isAbsent(error)) return null;
    throw error;
  }
}

export function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.FilesystemLoop;
}
