/** Where a path leads when its links are followed. Requires list on the path. */
import { basename, dirname, join } from "@std/path";

/** Where `path` is, or would be if it were made. Without permission to look, `path` itself. */
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

/** Whether the system raised it. A permission that the plan should have granted is a bug of kato. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && !(error instanceof Deno.errors.NotCapable);
}
