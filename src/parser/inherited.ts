/**
 * What a forked session inherited: its log began as a copy of another session's log, and the copied part was said and
 * obeyed there. Requires read on the logs.
 */
import { MAIN_AGENT } from "../protocol/event.ts";
import type { Provider } from "../providers/provider.ts";
import { readRecords } from "./introduction.ts";
import { walkLog } from "./log_walker.ts";
import type { SessionPart } from "./session_files.ts";

/**
 * The identity that all copies of this log share, from its first records; null when it has none yet. `unreadable`: the
 * system refuses to read them for now.
 */
export function headIdentity(provider: Provider, path: string): string | null | "unreadable" {
  let line = 0;
  const records = readRecords(provider, path);
  for (let next = records.next();; next = records.next()) {
    if (next.done === true) return next.value === "unreadable" ? next.value : null;
    const identity = provider.identity({ value: next.value, line });
    if (identity !== null) return identity;
    line += 1;
  }
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
/** A time and 80 random bits. */
const ULID = /(?:^|_)[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether the id is unique by itself: another session can have it only through a copy. */
export function isUnique(id: string): boolean {
  return UUID.test(id) || ULID.test(id);
}

/** Listed with a session's ids when one of its records says that it goes on in session `target`. */
export function continuationId(target: string): string {
  return `continues:${target}`;
}

/**
 * Adds the ids of all events of a session, and its continuations. Logs may be long, so each step reads a little. A step
 * that yields `unreadable` is to be tried again.
 */
export function* gatherEventIds(
  provider: Provider,
  parts: readonly SessionPart[],
  ids: Set<string>,
): Generator<"unreadable" | undefined, void> {
  for (const { part, path } of parts) {
    const walker = walkLog(provider, MAIN_AGENT, path, null, { part });
    for (;;) {
      const next = walker.peek(() => {});
      yield next.peek === "unreadable" ? next.peek : undefined;
      if (next.peek === "more" || next.peek === "unreadable") continue;
      if (next.peek !== "record") break;
      for (const out of provider.read(walker.fold, next.record).outs) {
        if (out.out === "event") ids.add(out.event.id);
        if (out.out === "meta" && out.continues !== undefined) ids.add(continuationId(out.continues));
      }
      walker.take();
    }
  }
}

/** The same in one go. False when the system refuses to read one of them. */
export function gatherAtOnce(provider: Provider, parts: readonly SessionPart[], ids: Set<string>): boolean {
  for (const step of gatherEventIds(provider, parts, ids)) if (step === "unreadable") return false;
  return true;
}
