/** A guard for the readers of structured values that recurse. Room: parser; this file is pure. */
import { JSON_DEPTH } from "../protocol/limits.ts";

/** Whether a value nests deeper than any client writes; walks without recursion, for what it guards against. */
export function nestsTooDeeply(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > JSON_DEPTH) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
}
