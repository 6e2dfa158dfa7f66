/**
 * Which sessions the orchestrator knows, and which of them changed lately, as one record. Each function is a step on it, and
 * parser.ts sends the answer.
 */
import { HOT_MS, WARM_MS, WARM_POLL_MS, WARM_SESSIONS } from "../protocol/limits.ts";
import type { SeenSession } from "../protocol/parser_messages.ts";
import type { Follower } from "./follower.ts";
import type { FoundSession } from "./looks.ts";
import { formOf } from "./open_log.ts";
import type { SessionOnDisk } from "./session_logs.ts";
import type { HotFiles } from "./tree_watch.ts";

export interface ReportedSessions {
  /** Sessions as the orchestrator knows them. */
  readonly known: Map<string, SessionOnDisk>;
  /** Sessions that changed lately: a small part of all. */
  readonly hot: Map<string, SessionOnDisk>;
  /** Sessions of the first scan that were not reported yet; null once the scan is over. */
  first: SeenSession[] | null;
  /** Documents that could not be read during the first scan. */
  late: ReadonlySet<string>;
  /** When the hot sessions were last looked at: milliseconds of `performance.now()`. */
  warmAt: number;
}

/** Sessions in one `seen` message of the first scan. */
export const SEEN_BATCH = 1000;

export function beginReporting(): ReportedSessions {
  return { known: new Map(), hot: new Map(), first: [], late: new Set(), warmAt: -Infinity };
}

/** The sessions to report now. */
export function takeFound(
  state: ReportedSessions,
  found: readonly FoundSession[],
  follower: Pick<Follower, "wake" | "isGone">,
): readonly SeenSession[] {
  const seen = found.flatMap((one) => takeOne(state, one, follower) ?? []);
  if (state.first === null) return seen;
  state.first.push(...seen);
  return state.first.length >= SEEN_BATCH ? state.first.splice(0) : [];
}

function takeOne(
  state: ReportedSessions,
  { session: found, parent }: FoundSession,
  follower: Pick<Follower, "wake" | "isGone">,
): SeenSession | null {
  const { session, path, dev, ino, size, modified } = found;
  const before = state.known.get(session);
  state.known.set(session, found);
  // The first scan may find thousands of files. Only a handful grows while kato watches.
  if (state.first === null && modified >= Date.now() - WARM_MS) heat(state, found);
  // A log that could not be read may be readable now, although it looks the same.
  const same = isSame(before, found) && !follower.isGone(session);
  if (same || follower.wake(session)) return null;
  const late = before === undefined && state.late.has(path);
  return { session, path, dev, ino, size, modified, parent, late };
}

/** Has the session looked at for a while even without an event. The oldest session gives way. */
function heat({ hot }: ReportedSessions, found: SessionOnDisk): void {
  hot.delete(found.session);
  hot.set(found.session, found);
  const [oldest] = hot.keys();
  if (hot.size > WARM_SESSIONS && oldest !== undefined) hot.delete(oldest);
}

/** The first scan is over. Answers with the sessions that it has not reported yet. */
export function endFirstScan(
  state: ReportedSessions,
  halfWritten: readonly string[],
): readonly SeenSession[] {
  const rest = state.first ?? [];
  state.first = null;
  state.late = new Set(halfWritten);
  return rest;
}

/** Looks at the logs of hot sessions. `look` brings what it finds to `takeFound`. */
export function pollHot(state: ReportedSessions, look: (path: string) => void): HotFiles {
  const { hot, known } = state;
  let newest = 0;
  let missed = false;
  const isWarmDue = performance.now() - state.warmAt >= WARM_POLL_MS;
  if (isWarmDue) state.warmAt = performance.now();
  // A copy, because taking a log moves it to the end.
  for (const [session, { latest, modified }] of [...hot]) {
    const age = Date.now() - modified;
    if (age > WARM_MS) hot.delete(session);
    if (age > HOT_MS && !isWarmDue) continue;
    look(latest);
    const now = known.get(session);
    missed ||= now !== undefined && now.modified !== modified;
    newest = Math.max(newest, now?.modified ?? 0);
  }
  return { missed, age: hot.size === 0 ? null : Math.max(0, Date.now() - newest) };
}

/** The time counts for documents only: a document may change and keep its length. */
function isSame(before: SessionOnDisk | undefined, found: SessionOnDisk): boolean {
  return before !== undefined && before.path === found.path && before.ino === found.ino &&
    before.size === found.size &&
    (before.modified === found.modified || formOf(found.latest) !== "document");
}
