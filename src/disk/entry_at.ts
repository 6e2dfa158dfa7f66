/** Looks at the entry at a path, or removes it, where a missing entry is no error. */
import { pathIn, plainWords, systemCode } from "../protocol/system_words.ts";

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

/** Whether the system refused it. A permission that the plan should have granted is a bug of kato. */
export function isSystemError(error: unknown): error is Error {
  return systemCode(error) !== null && !(error instanceof Deno.errors.NotCapable);
}

/**
 * The system's words, and the path that it said them of, when `error` is a refusal of the system; null for every other
 * error. The runtime does not name every error of a file system; the number of the error tells the others.
 */
export function systemWords(error: unknown): string | null {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof Deno.errors.NotCapable) {
    return null;
  }
  const isSystems = "code" in error || /\(os error \d+\)/.test(error.message);
  if (!isSystems) return null;
  const path = pathIn(error.message);
  return path === null ? plainWords(error.message) : `${plainWords(error.message)}: ${path}`;
}

/** Why something failed, for a message that names the path itself: the system's words, or those of kato's own error. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "this run of kato may not look there";
  return plainWords(error instanceof Error ? error.message : String(error));
}
