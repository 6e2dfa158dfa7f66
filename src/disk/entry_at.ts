/** Looks at the entry at a path, or removes it, where a missing entry is no error. */

/** The entry at `path`, links not followed; null when there is none. Requires read, or list in the kernel's sandbox. */
export function entryAt(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

/** Removes the entry at `path`, and says whether it was there. Requires write. */
export function removeIfThere(path: string): boolean {
  try {
    Deno.removeSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * The system's words when `error` is a refusal of the system; null for every other error. The runtime does not name
 * every error of a file system; the number of the error tells the others.
 */
export function systemWords(error: unknown): string | null {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof Deno.errors.NotCapable) {
    return null;
  }
  const isSystems = "code" in error || /\(os error \d+\)/.test(error.message);
  return isSystems ? error.message : null;
}
