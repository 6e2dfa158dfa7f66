/** Protects readers that recurse into structured values. */
import { JSON_DEPTH } from "../protocol/limits.ts";

/** Whether a value nests deeper than any client writes. `left`: levels that are still allowed; it looks no deeper. */
export function nestsTooDeeply(value: unknown, left = JSON_DEPTH): boolean {
  if (left < 0) return true;
  if (typeof value !== "object" || value === null) return false;
  for (const item of Object.values(value)) {
    if (nestsTooDeeply(item, left - 1)) return true;
  }
  return false;
}
