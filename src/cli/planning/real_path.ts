/** Where a path leads, links followed. Requires a look at it. Room: cli; edge. */
import { basename, dirname, join } from "@std/path";

/** Where `path` is, or would be if it were made. Where this process may not look, the name is all that is known. */
export function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return path;
    if (!isSystemError(error)) throw error;
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}

/** What the file system says; permissions that are missing are a bug of ours. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && !(error instanceof Deno.errors.NotCapable);
}
