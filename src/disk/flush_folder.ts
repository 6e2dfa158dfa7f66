/** Flushes folders: a file that was made, renamed or removed may come back after a power failure otherwise. */
import { dirname } from "@std/path";

/**
 * Flushes folder `path`, so that its entries survive a power failure. Requires read, or list in the kernel's sandbox.
 */
export function flushFolder(path: string): void {
  using folder = Deno.openSync(path);
  try {
    folder.syncSync();
  } catch (error) {
    // Some file systems cannot flush a folder, and promise nothing about its entries.
    if (!(error instanceof Error && "code" in error && error.code === "EINVAL")) throw error;
  }
}

/** Flushes the folders that hold `paths`. */
export function flushFoldersOf(paths: readonly string[]): void {
  for (const folder of new Set(paths.map((path) => dirname(path)))) flushFolder(folder);
}
