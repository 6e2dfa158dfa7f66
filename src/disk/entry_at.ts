/** What stands at a path by itself, where it is no error that nothing does. Room: system; edge. */

/** Not followed; null when nothing is there. Requires read, or list in the kernel's sandbox. */
export function entryAt(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

/** Whether it was there. Requires write. */
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
 * The system's own words for why it refused, and null for whatever is no refusal of the system's. Not every error that
 * a file system can give has a name in the runtime; then there is the number.
 */
export function systemWords(error: unknown): string | null {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof Deno.errors.NotCapable) {
    return null;
  }
  const isSystems = "code" in error || /\(os error \d+\)/.test(error.message);
  return isSystems ? error.message : null;
}
