/**
 * Forks: a session whose log began as a copy of another's. What it inherited was said, and obeyed, elsewhere.
 * Requires read on the logs. Room: parser; edge through LogWalker.
 */
import { MAIN_AGENT } from "../protocol/event.ts";
import type { Provider } from "../providers/provider.ts";
import { walkLog } from "./log_walker.ts";
import type { SessionPart } from "./session_files.ts";

/** A log's first record with an identity is within its first few; the rest is not read for it. */
const HEAD_RECORDS = 64;

/** The identity that copies of this log would share; null for a log that has none yet. */
export function headIdentity(provider: Provider, path: string): string | null {
  const walker = walkLog(provider, MAIN_AGENT, path, null);
  for (let count = 0; count < HEAD_RECORDS; count += 1) {
    const next = walker.peek(() => {});
    if (next.peek === "more") continue;
    if (next.peek !== "record") return null;
    const identity = provider.identity(next.record);
    if (identity !== null) return identity;
    walker.take();
  }
  return null;
}

/** Ids of all events of the session whose logs are `parts`. */
export function eventIds(provider: Provider, parts: readonly SessionPart[]): Set<string> {
  const ids = new Set<string>();
  for (const { part, path } of parts) {
    const walker = walkLog(provider, MAIN_AGENT, path, null, { part });
    for (;;) {
      const next = walker.peek(() => {});
      if (next.peek === "more") continue;
      if (next.peek !== "record") break;
      for (const out of provider.read(walker.fold, next.record).outs) {
        if (out.out === "event") ids.add(out.event.id);
      }
      walker.take();
    }
  }
  return ids;
}
