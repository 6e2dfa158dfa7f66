/** Where a path leads when its links are followed. Requires list on the path. */
import { basename, dirname, join } from "@std/path";
import { isSystemError } from "../../disk/entry_at.ts";

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
