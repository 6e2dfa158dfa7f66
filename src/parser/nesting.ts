/** A guard for the readers of structured values that recurse. Room: parser; this file is pure. */
import { JSON_DEPTH } from "../protocol/limits.ts";

/** Whether a value nests deeper than any client writes; looks no deeper itself. `left`: how many more levels are allowed. */
export function nestsTooDeeply(value: unknown, left = JSON_DEPTH): boolean {
  if (left < 0) return true;
  if (typeof value !== "object" || value === null) return false;
  for (const item of Object.values(value)) {
    if (nestsTooDeeply(item, left - 1)) return true;
  }
  return false;
}
