/**
 * Which folders the runtime's watcher watches, and whether it can be trusted, as one record. Each function is a step on
 * it, and tree_watch.ts carries out the answer.
 */
import {
  CALM_POLL_MS,
  EVENT_PAUSE_MS,
  EVENTS_IN_A_ROW,
  FULL_SCAN_MS,
  HOT_MS,
  HOT_POLL_MS,
  SCAN_SHARE,
  WARM_POLL_MS,
  WATCHED_FOLDERS,
} from "../protocol/limits.ts";

export interface WatchState {
  readonly roots: readonly string[];
  readonly watched: Set<string>;
  readonly toWatch: Set<string>;
  /** Names of folders that are gone. The watcher would not watch a new folder under such a name. */
  readonly stale: Set<string>;
  /** All folders are being watched anew; they must be, as soon as possible. */
  isReplacing: boolean;
  mustReplace: boolean;
  events: number;
  /** Events since the latest pause, and when the last one came: milliseconds of `performance.now()`. */
  inARow: number;
  eventAt: number;
  /** Events may have been lost since the last look at everything. */
  mayLack: boolean;
  /** Number of events when a change without an event was seen; null while the watcher is trusted. */
  distrusted: number | null;
  /**
   * The watcher hangs, or may at any event, because a watched folder holds a FIFO. It is not called until it delivers an
   * event and the FIFO is gone.
   */
  deaf: boolean;
  /** When the kernel had no room for more watches; null when it has. */
  limitedAt: number | null;
  /** The last report of how changes are noticed. */
  said: string;
}

/** What is known of a folder now. */
export interface FolderFacts {
  isThere(path: string): boolean;
  /** It held nothing that must not be opened when it was listed. */
  mayWatch(path: string): boolean;
  /** It holds something that must not be opened now. */
  hasSpecial(path: string): boolean;
}

/** Groups of watches before they are merged into one. */
const GROUPS = 8;

export function beginWatching(roots: readonly string[]): WatchState {
  const sets = { watched: new Set<string>(), toWatch: new Set<string>(), stale: new Set<string>() };
  const events = { events: 0, inARow: 0, eventAt: -Infinity, mayLack: false };
  const trust = { ...events, distrusted: null, deaf: false, limitedAt: null };
  return { roots, ...sets, isReplacing: false, mustReplace: false, ...trust, said: "" };
}

export function forgetFolder({ watched, toWatch, stale }: WatchState, path: string): void {
  toWatch.delete(path);
  if (watched.delete(path)) stale.add(path);
}

/** Whether a watched folder was seen to hold something that must not be opened, and still does. */
function mayHang({ watched }: WatchState, { isThere, mayWatch, hasSpecial }: FolderFacts): boolean {
  return [...watched].some((path) => isThere(path) && !mayWatch(path) && hasSpecial(path));
}

/** Counts an event. True when it shows that the watcher no longer hangs. */
export function countEvent(state: WatchState, facts: FolderFacts, now: number): boolean {
  state.events += 1;
  state.inARow = now - state.eventAt < EVENT_PAUSE_MS ? state.inARow + 1 : 1;
  state.eventAt = now;
  state.mayLack ||= state.inARow >= EVENTS_IN_A_ROW;
  if (!state.deaf || mayHang(state, facts)) return false;
  state.deaf = false;
  state.mustReplace = true;
  return true;
}

/** A look found a change that no event had reported. */
export function missEvent(state: WatchState): void {
  if (!state.deaf && !state.isReplacing && state.watched.size > 0) state.distrusted ??= state.events;
}

/**
 * Decides whether the watcher hangs: it does if no event has come since it missed a change. With a FIFO in a watched folder
 * an event proves nothing, because it may have been on its way before the FIFO was made. True when the trust ends.
 */
export function judge(state: WatchState, facts: FolderFacts): boolean {
  const before = state.distrusted;
  state.distrusted = null;
  if (state.deaf) return false;
  state.deaf = (before !== null && state.events <= before) || mayHang(state, facts);
  return state.deaf;
}

export function mayWatchMore(state: WatchState, now: number, facts: FolderFacts): boolean {
  const isLimited = state.limitedAt !== null && now - state.limitedAt < HOT_MS;
  if (state.deaf || state.distrusted !== null || isLimited) return false;
  return state.mustReplace || watchable(state, facts).length > 0;
}

function watchable({ watched, toWatch }: WatchState, { mayWatch }: FolderFacts): string[] {
  return [...toWatch].filter(mayWatch).slice(0, WATCHED_FOLDERS - watched.size);
}

/** The folders to watch in addition, which may be none; or that all are watched anew. */
export function chooseWatches(
  state: WatchState,
  groups: number,
  facts: FolderFacts,
): readonly string[] | "anew" {
  if (state.deaf || state.distrusted !== null || state.isReplacing) return [];
  // The watcher may be about to hang, and a call would hang with it.
  if ([...state.watched].some(facts.hasSpecial)) return [];
  const some = watchable(state, facts);
  if (some.length === 0 && !state.mustReplace) return [];
  for (const path of some) {
    state.toWatch.delete(path);
    state.watched.add(path);
  }
  // Every group gets the same events, except below a root that must not be watched.
  const isBelowWatched = state.roots.every((root) => state.watched.has(root) || !facts.isThere(root));
  const mustBeAnew = (path: string) => !isBelowWatched || state.roots.includes(path) || state.stale.has(path);
  const isMuch = groups >= GROUPS || state.mustReplace;
  return isMuch || (groups > 0 && some.some(mustBeAnew)) ? "anew" : some;
}

/** The folders to watch instead of all that are watched. `isReplacing` until that is done. */
export function beginAnew(state: WatchState): readonly string[] {
  state.isReplacing = true;
  state.mustReplace = false;
  state.stale.clear();
  return [...state.watched];
}

export function unwatch(
  { watched, toWatch, stale }: WatchState,
  paths: readonly string[],
  facts: FolderFacts,
): void {
  for (const path of paths) {
    watched.delete(path);
    stale.add(path);
    if (facts.isThere(path)) toWatch.add(path);
  }
}

/** How changes are noticed, where that is news; null where it is not. */
export function takeNews(state: WatchState): "inotify" | "poll" | null {
  const how = state.deaf || state.limitedAt !== null ? "poll" : "inotify";
  const said = `${how} ${state.roots.filter((root) => state.watched.has(root)).length}`;
  if (said === state.said) return null;
  state.said = said;
  return how;
}

/** Until the next look. `age`: of the latest change, null when nothing changed lately. */
export function lookPause(state: WatchState, age: number | null): number {
  const mustLook = state.deaf || state.limitedAt !== null || state.distrusted !== null;
  if (mustLook || (age !== null && age < HOT_MS)) return HOT_POLL_MS;
  return age !== null || state.toWatch.size > 0 || state.mayLack ? WARM_POLL_MS : CALM_POLL_MS;
}

/** Between two looks at everything, of which the last took `tookMs`. */
export function scanPause({ deaf, limitedAt, toWatch, mayLack }: WatchState, tookMs: number): number {
  const isPartly = deaf || limitedAt !== null || toWatch.size > 0 || mayLack;
  return isPartly ? Math.max(WARM_POLL_MS, tookMs * SCAN_SHARE) : FULL_SCAN_MS;
}
