/**
 * Notices that files below the roots changed: by events where the kernel has room for them, and always by looking now
 * and then at what changed lately, because events can be lost, and the runtime's watcher can stop for ever: it
 * opens what an event is about, and whoever opens a FIFO waits. Such a watcher is known by a change that no event told of,
 * and by no event after it; then looking is all that is left, and the watcher is not asked for anything, for
 * that would wait as well. Requires read on the roots. Room: parser; edge.
 */
import { dirname } from "@std/path";
import { after } from "../hosts/timers.ts";
import {
  CALM_POLL_MS,
  FULL_SCAN_MS,
  HOT_MS,
  HOT_POLL_MS,
  SCAN_SHARE,
  WARM_POLL_MS,
  WATCHED_FOLDERS,
} from "../protocol/limits.ts";
import { lstat } from "./disk.ts";
import { goRound } from "./folder_rounds.ts";
import { knowFolders, type Oddity } from "./folders.ts";
import { makeWatchGroups } from "./watch_groups.ts";

export interface TreeWatchOptions {
  readonly roots: readonly string[];
  /** Something at this path was written, created, moved or removed. */
  readonly changed: (path: string) => void;
  /** Whether what is at this path is remembered. */
  readonly isKnown: (path: string) => boolean;
  /** Looks at the files that changed lately. */
  readonly pollHot: () => HotFiles;
  /** Looks at everything, in its turn; then calls `done`. */
  readonly scanAll: (done: () => void) => void;
  readonly odd: (kind: Oddity, path: string) => void;
  readonly how: (how: "inotify" | "poll", why: string) => void;
}

export interface HotFiles {
  /** Milliseconds since the latest change; null: nothing changed lately. */
  readonly age: number | null;
  /** One had changed, and no event had told of it. */
  readonly missed: boolean;
}

export interface TreeWatch {
  /** What was in the folders then was told, in milliseconds since 1970. */
  lookedAt(): number;
  close(): void;
}

/** Groups of watches before they are made one. */
const GROUPS = 8;

/** New folders are watched together when they come faster than this. Milliseconds. */
const GATHER_MS = 50;

/** Watches at once; looks for the first time when the caller has looked at everything itself. */
export function watchTrees(options: TreeWatchOptions): TreeWatch {
  const { roots, changed, isKnown, pollHot, scanAll, odd, how } = options;
  const watched = new Set<string>();
  const toWatch = new Set<string>();
  /** Names of folders that are gone, under which the watcher would not watch others. */
  const stale = new Set<string>();
  let closed = false;
  let started = false;
  let isReplacing = false;
  let mustReplace = false;
  let isGathering = false;
  let events = 0;
  /** How many events there were when a change was seen of which none had told. */
  let distrusted: number | null = null;
  let deaf = false;
  /** The kernel has no room for more. */
  let isLimited = false;
  let limitedAt = -Infinity;
  /** What was said last of how changes are noticed. */
  let said = "";
  /** `mustRepeat`: events were lost while it was under way, and it may have passed what they told of. */
  let scan = { isUnderWay: false, mustRepeat: false, at: performance.now(), tookMs: 0 };

  const groups = makeWatchGroups(() => roots.filter((root) => watched.has(root)), takeEvent);
  const folders = knowFolders({
    roots,
    file(path, isCertain) {
      if (started && (isCertain || !isKnown(path))) changed(path);
    },
    added({ path }) {
      toWatch.add(path);
      if (started) watchSoon();
    },
    gone({ path }) {
      toWatch.delete(path);
      if (watched.delete(path)) stale.add(path);
    },
    odd,
  });

  const rounds = goRound(folders);

  function takeEvent({ kind, flag, paths }: Deno.FsEvent): void {
    events += 1;
    if (deaf) revive();
    if (flag === "rescan") return recheck();
    // Reading a log is reported too, and would wake us for our own reading.
    if (kind === "access") return;
    for (const path of paths) takeChange(path, kind !== "modify");
  }

  function takeChange(path: string, isOfFolder: boolean): void {
    if (folders.get(path) !== undefined) return void folders.look(path);
    const folder = dirname(path);
    if (folders.get(folder) === undefined) return;
    const info = lstat(path);
    if (info === null || info.isFile) changed(path);
    else if (info.isDirectory) folders.look(path);
    else odd(info.isSymlink ? "link" : "special-file", path);
    if (isOfFolder) folders.noteEvent(folder);
  }

  /** At once, or with those that come after it. */
  function watchSoon(): void {
    if (isGathering) return;
    isGathering = true;
    watchNew();
    after(GATHER_MS, () => {
      isGathering = false;
      if (mayWatchMore()) watchSoon();
    });
  }

  function mayWatchMore(): boolean {
    if (closed || deaf || distrusted !== null || (isLimited && performance.now() - limitedAt < HOT_MS)) {
      return false;
    }
    return mustReplace || watchable().length > 0;
  }

  function watchable(): string[] {
    const free = WATCHED_FOLDERS - watched.size;
    return [...toWatch].filter((path) => folders.get(path)?.hasSpecial === false).slice(0, free);
  }

  function watchNew(): void {
    if (closed || deaf || distrusted !== null || isReplacing) return;
    // The watcher may be about to wait for ever, and would have us wait: first it must tell of something again.
    for (const path of [...watched].filter(folders.hasSpecial)) {
      unwatch(path);
      mustReplace = true;
      distrusted ??= events;
    }
    if (distrusted !== null) return;
    const some = watchable();
    if (some.length === 0 && !mustReplace) return;
    for (const path of some) {
      toWatch.delete(path);
      watched.add(path);
    }
    // One group is told what the others are, but for what is below a root that must not be watched.
    const isBelowWatched = roots.every((root) => watched.has(root) || folders.get(root) === undefined);
    const mustBeAnew = (path: string) => !isBelowWatched || roots.includes(path) || stale.has(path);
    const isMuch = groups.count() >= GROUPS || mustReplace;
    if (isMuch || (groups.count() > 0 && some.some(mustBeAnew))) return void watchAnew();
    attempt(some, () => groups.add(some));
    // What came before they were watched.
    for (const path of started ? some : []) folders.relook(path);
  }

  /** All of them anew, without those that nobody must watch. */
  async function watchAnew(): Promise<void> {
    isReplacing = true;
    mustReplace = false;
    stale.clear();
    const all = [...watched];
    let failure: unknown = null;
    await groups.replace(all).catch((error: unknown) => failure = error);
    isReplacing = false;
    attempt(all, () => {
      if (failure !== null) throw failure;
    });
    if (started) recheck();
  }

  /** The kernel's limit on watches (fs.inotify.max_user_watches), most likely: looking goes on without it. */
  function attempt(paths: readonly string[], watch: () => void): void {
    try {
      watch();
      isLimited = false;
      say("folders are watched");
    } catch (error) {
      for (const path of paths) unwatch(path);
      // One that vanished just now is told of when it is looked at again.
      if (error instanceof Deno.errors.NotFound) return recheckSoon();
      isLimited = true;
      limitedAt = performance.now();
      say(`cannot watch folders: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  function unwatch(path: string): void {
    watched.delete(path);
    stale.add(path);
    if (folders.get(path) !== undefined) toWatch.add(path);
  }

  function say(why: string): void {
    const now = deaf || isLimited ? "poll" : "inotify";
    const rootsNow = roots.filter((root) => watched.has(root)).length;
    if (said === `${now} ${rootsNow}`) return;
    said = `${now} ${rootsNow}`;
    how(now, why);
  }

  function recheckSoon(): void {
    after(GATHER_MS, () => {
      if (!closed) recheck();
      if (!closed) watchNew();
    });
  }

  /** Events may have been lost. */
  function recheck(): void {
    for (const { path } of [...folders.all()]) folders.look(path);
    pollHot();
    if (scan.isUnderWay) scan.mustRepeat = true;
    else startScan();
  }

  function revive(): void {
    deaf = false;
    distrusted = null;
    say("events are told again");
    mustReplace = true;
    watchSoon();
  }

  function startScan(): void {
    if (scan.isUnderWay) return;
    const start = performance.now();
    scan = { ...scan, isUnderWay: true };
    scanAll(() => {
      const now = performance.now();
      const { mustRepeat } = scan;
      scan = { isUnderWay: false, mustRepeat: false, at: now, tookMs: now - start };
      if (mustRepeat && !closed) startScan();
    });
  }

  function look(): void {
    if (closed) return;
    if (distrusted !== null) judge(distrusted);
    const hot = pollHot();
    let missed = hot.missed;
    for (const path of rounds.next({ roots, isWatched: (path) => watched.has(path), isHurried: deaf })) {
      const isWatched = watched.has(path);
      if (folders.look(path) === "changed" && isWatched) missed = true;
    }
    if (missed && !deaf && !isReplacing && watched.size > 0) distrusted ??= events;
    if (mayWatchMore()) watchSoon();
    const mustLook = deaf || isLimited;
    const isPartly = mustLook || toWatch.size > 0;
    const every = isPartly ? Math.max(WARM_POLL_MS, scan.tookMs * SCAN_SHARE) : FULL_SCAN_MS;
    if (performance.now() - scan.at >= every) startScan();
    const isHot = (hot.age !== null && hot.age < HOT_MS) || distrusted !== null || mustLook;
    after(isHot ? HOT_POLL_MS : hot.age !== null || isPartly ? WARM_POLL_MS : CALM_POLL_MS, look);
  }

  /** Whether the watcher has told of anything since a change was seen that it had not told of. */
  function judge(before: number): void {
    distrusted = null;
    if (events > before) return;
    deaf = true;
    say("the runtime's watcher tells of nothing any more: something other than a file was made, most likely");
  }

  for (const root of roots) folders.look(root);
  watchNew();
  started = true;
  after(HOT_POLL_MS, look);

  return {
    lookedAt: rounds.lookedAt,
    close() {
      closed = true;
      // A watcher that waits for ever would have us wait, too.
      if (!deaf) groups.close();
    },
  };
}
