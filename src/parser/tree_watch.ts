/**
 * Notices changes of files below the roots: through events where the kernel has room for them, and always through
 * regular looks at recent files, because events can be lost. The runtime's watcher can also hang for ever: it opens
 * every path that an event names, and opening a FIFO waits. A hanging watcher shows in a change without an event,
 * followed by no event at all. From then on kato only looks, and calls no function of the watcher, because the call
 * would hang too. Requires read on the roots.
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
  /** Whether the path is remembered. */
  readonly isKnown: (path: string) => boolean;
  /** Looks at the files that changed lately. */
  readonly pollHot: () => HotFiles;
  /** Looks at everything in slices, then calls `done`. */
  readonly scanAll: (done: () => void) => void;
  readonly odd: (kind: Oddity, path: string) => void;
  readonly how: (how: "inotify" | "poll", why: string) => void;
}

export interface HotFiles {
  /** Milliseconds since the latest change; null when nothing changed lately. */
  readonly age: number | null;
  /** A file had changed, and no event had said so. */
  readonly missed: boolean;
}

export interface TreeWatch {
  /** Everything in the folders at this time was reported, in milliseconds since 1970. */
  lookedAt(): number;
  close(): void;
}

/** Groups of watches before they are merged into one. */
const GROUPS = 8;

/** New folders that come faster than this are watched together. Milliseconds. */
const GATHER_MS = 50;

/** Watches at once. The first look comes after the caller's own first scan. */
export function watchTrees(options: TreeWatchOptions): TreeWatch {
  const { roots, changed, isKnown, pollHot, scanAll, odd, how } = options;
  const watched = new Set<string>();
  const toWatch = new Set<string>();
  /** Names of folders that are gone. The watcher would not watch a new folder under such a name. */
  const stale = new Set<string>();
  let closed = false;
  let started = false;
  let isReplacing = false;
  let mustReplace = false;
  let isGathering = false;
  let events = 0;
  /** Number of events when a change without an event was seen. */
  let distrusted: number | null = null;
  let deaf = false;
  /** The kernel has no room for more watches. */
  let isLimited = false;
  let limitedAt = -Infinity;
  /** The last report of how changes are noticed. */
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
    // Reading a log causes events too, and kato must not wake for its own reading.
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

  /** Watches new folders now, or together with those that come next. */
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
    // The watcher may be about to hang, and a call would hang with it. It must deliver another event first.
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
    // Every group gets the same events, except below a root that must not be watched.
    const isBelowWatched = roots.every((root) => watched.has(root) || folders.get(root) === undefined);
    const mustBeAnew = (path: string) => !isBelowWatched || roots.includes(path) || stale.has(path);
    const isMuch = groups.count() >= GROUPS || mustReplace;
    if (isMuch || (groups.count() > 0 && some.some(mustBeAnew))) return void watchAnew();
    attempt(some, () => groups.add(some));
    // Changes before the watch began.
    for (const path of started ? some : []) folders.relook(path);
  }

  /** Watches all folders anew, except those that must not be watched. */
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

  /** A failure is most likely the kernel's limit (fs.inotify.max_user_watches). Looking goes on without the watch. */
  function attempt(paths: readonly string[], watch: () => void): void {
    try {
      watch();
      isLimited = false;
      say("folders are watched");
    } catch (error) {
      for (const path of paths) unwatch(path);
      // A folder that vanished just now is reported at its next look.
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
    say("events arrive again");
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

  /** Decides whether the watcher hangs: it does if no event came since the change that it missed. */
  function judge(before: number): void {
    distrusted = null;
    if (events > before) return;
    deaf = true;
    say("the runtime's watcher stopped, most likely because a FIFO or a device was made below a root");
  }

  for (const root of roots) folders.look(root);
  watchNew();
  started = true;
  after(HOT_POLL_MS, look);

  return {
    lookedAt: rounds.lookedAt,
    close() {
      closed = true;
      // Closing a hanging watcher would hang, too.
      if (!deaf) groups.close();
    },
  };
}
