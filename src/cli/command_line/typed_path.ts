/** Paths that a person types, as every command-line tool takes them: relative to the working directory. Pure. */
import { join, normalize } from "@std/path";

/** Absolute and normalised; no slash at its end. A shell expands `~` unless it was quoted. */
export function absolutePath(typed: string, cwd: string, home: string): string {
  const joined = typed === "~"
    ? home
    : typed.startsWith("~/")
    ? join(home, typed.slice(2))
    : typed.startsWith("/")
    ? typed
    : join(cwd, typed);
  const path = normalize(joined);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
