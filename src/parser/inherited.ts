/**
 * Forks: a session whose log began as a copy of another's. What it inherited was said, and obeyed, elsewhere.
 * Requires read on the logs. Room: parser; edge through LogWalker.
 */
import { MAIN_AGENT } from "../protocol/event.ts";
import type { Provider } from "../providers/provider.ts";
import { readRecords } from "./introduction.ts";
import { walkLog } from "./log_walker.ts";
import type { SessionPart } from "./session_files.ts";

/** The identity that copies of this log would share; null for a log that has none yet. It is within the first few records. */
export function headIdentity(provider: Provider, path: string): string | null {
  let line = 0;
  for (const value of readRecords(provider, path)) {
    const identity = provider.identity({ value, line });
    if (identity !== null) return identity;
    line += 1;
  }
  return null;
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** Whether no two sessions can have this id by chance: who has it as well has a copy. */
export function isUnique(id: string): boolean {
  return UUID.test(id);
}

/** Stands among a session's ids for its record that it goes on in the session `target`. */
export function continuationId(target: string): string {
  return `continues:${target}`;
}

/**
 * Adds the ids of all events of the session whose logs are `parts`, and of where it goes on. They may be long: each step
 * reads a little.
 */
export function* gatherEventIds(
  provider: Provider,
  parts: readonly SessionPart[],
  ids: Set<string>,
): Generator<void, void> {
  for (const { part, path } of parts) {
    const walker = walkLog(provider, MAIN_AGENT, path, null, { part });
    for (;;) {
      const next = walker.peek(() => {});
      yield;
      if (next.peek === "more") continue;
      if (next.peek !== "record") break;
      for (const out of provider.read(walker.fold, next.record).outs) {
        if (out.out === "event") ids.add(out.event.id);
        if (out.out === "meta" && out.continues !== undefined) ids.add(continuationId(out.continues));
      }
      walker.take();
    }
  }
}
