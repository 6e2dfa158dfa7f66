/** Folders on the disk: what was made, renamed or removed in them lasts only when they are flushed. Room: system; edge. */
import { dirname } from "@std/path";

/**
 * Flushes the entries of folder `path`: a file that was made or renamed in it is there after a power failure, by
 * that name. Requires read, or list in the kernel's sandbox.
 */
export function flushFolder(path: string): void {
  using folder = Deno.openSync(path);
  try {
    folder.syncSync();
  } catch (error) {
    // A file system that cannot flush a folder has no promise to keep.
    if (!(error instanceof Error && "code" in error && error.code === "EINVAL")) throw error;
  }
}

/** Flushes the folders in which `paths` were made. */
export function flushFoldersOf(paths: readonly string[]): void {
  for (const folder of new Set(paths.map((path) => dirname(path)))) flushFolder(folder);
}
