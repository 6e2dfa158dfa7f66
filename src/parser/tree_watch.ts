/**
 * Notices changes of files below the roots: through events where the kernel has room for them, and always through
 * regular looks at recent files, because events can be lost. The runtime's watcher can also hang for ever: it opens
 * every path that an event names, and opening a FIFO waits. A hanging watcher shows in a change without an event,
 * followed by no event at all, and a FIFO in a watched folder makes it hang sooner or later. From then on kato only looks,
 * and calls no function of the watcher, because the call would hang too. Requires read on the roots.
 */
import { dirname } from "@std/path";
import { after } from "../hosts/timers.ts";
import { HOT_POLL_MS } from "../protocol/limits.ts";
import { plainWords } from "../protocol/system_words.ts";
import { lstat } from "./disk.ts";
import { goRound } from "./folder_rounds.ts";
import { knowFolders, type Oddity } from "./folders.ts";
import { makeWatchGroups } from "./watch_groups.ts";
import * as watching from "./watch_state.ts";

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

/** New folders that come faster than this are watched together. Milliseconds. */
const GATHER_MS = 50;

/** Watches at once. The first look comes after the caller's own first scan. */
export function watchTrees(options: TreeWatchOptions): TreeWatch {
  const { roots, changed, isKnown, pollHot, scanAll, odd, how } = options;
  const state = watching.beginWatching(roots);
  let closed = false;
  let started = false;
  let isGathering = false;
  /** `mustRepeat`: events were lost during the scan, after it may have passed their files. */
  let scan = { isUnderWay: false, mustRepeat: false, at: performance.now(), tookMs: 0 };

  const groups = makeWatchGroups(() => roots.filter((root) => state.watched.has(root)), takeEvent);
  const folders = knowFolders({
    roots,
    file(path, isCertain) {
      if (started && (isCertain || !isKnown(path))) changed(path);
    },
    added({ path }) {
      state.toWatch.add(path);
      if (started) watchSoon();
    },
    gone: ({ path }) => watching.forgetFolder(state, path),
    odd,
  });
  const facts: watching.FolderFacts = {
    isThere: (path) => folders.get(path) !== undefined,
    mayWatch: (path) => folders.get(path)?.hasSpecial === false,
    hasSpecial: folders.hasSpecial,
  };
  const rounds = goRound(roots, folders);

  function takeEvent({ kind, flag, paths }: Deno.FsEvent): void {
    if (watching.countEvent(state, facts, performance.now())) {
      say("events arrive again");
      watchSoon();
    }
    if (flag === "rescan") return recheck();
    // Reading a log causes events too, and kato must not wake for its own reading.
    if (kind === "access") return;
    for (const path of paths) takeChange(path, kind !== "modify");
  }

  function takeChange(path: string, isOfFolder: boolean): void {
    if (facts.isThere(path)) return void folders.look(path);
    const folder = dirname(path);
    if (!facts.isThere(folder)) return;
    const info = lstat(path);
    if (info === null || info.isFile) changed(path);
    else if (info.isDirectory) folders.look(path);
    else if (info.isSymlink) odd("link", path);
    // Lists the folder, which reports the file.
    else facts.hasSpecial(folder);
    if (isOfFolder) folders.noteEvent(folder);
  }

  /** Watches new folders now, or together with those that come next. */
  function watchSoon(): void {
    if (isGathering) return;
    isGathering = true;
    watchNew();
    after(GATHER_MS, () => {
      isGathering = false;
      watchMore();
    });
  }

  function watchMore(): void {
    if (!closed && watching.mayWatchMore(state, performance.now(), facts)) watchSoon();
  }

  function watchNew(): void {
    const chosen = closed ? [] : watching.chooseWatches(state, groups.count(), facts);
    if (chosen === "anew") return void watchAnew();
    if (chosen.length === 0) return;
    attempt(chosen, () => groups.add(chosen));
    // Changes before the watch began.
    for (const path of started ? chosen : []) folders.relook(path);
  }

  /** Watches all folders anew, except those that must not be watched. */
  async function watchAnew(): Promise<void> {
    const all = watching.beginAnew(state);
    let failure: unknown = null;
    await groups.replace(all).catch((error: unknown) => failure = error);
    state.isReplacing = false;
    attempt(all, () => {
      if (failure !== null) throw failure;
    });
    if (started) recheck();
  }

  /** A failure is most likely the kernel's limit (fs.inotify.max_user_watches). Looking goes on without the watch. */
  function attempt(paths: readonly string[], watch: () => void): void {
    try {
      watch();
      state.limitedAt = null;
      say("folders are watched");
    } catch (error) {
      watching.unwatch(state, paths, facts);
      // A folder that vanished just now is reported at its next look.
      if (error instanceof Deno.errors.NotFound) return recheckSoon();
      state.limitedAt = performance.now();
      say(`cannot watch folders: ${plainWords(error instanceof Error ? error.message : String(error))}`);
    }
  }

  function say(why: string): void {
    const news = watching.takeNews(state);
    if (news !== null) how(news, why);
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

  function startScan(): void {
    if (scan.isUnderWay) return;
    const start = performance.now();
    scan = { ...scan, isUnderWay: true };
    state.mayLack = false;
    scanAll(() => {
      const now = performance.now();
      const { mustRepeat } = scan;
      scan = { isUnderWay: false, mustRepeat: false, at: now, tookMs: now - start };
      if (mustRepeat && !closed) startScan();
    });
  }

  function look(): void {
    if (closed) return;
    if (watching.judge(state, facts)) {
      say("the runtime's watcher stopped, or may stop, because of a FIFO or a device in a watched folder");
    }
    const { age, missed } = pollHot();
    const isWatched = (path: string) => state.watched.has(path);
    let isMissed = missed;
    for (const path of rounds.next(isWatched, state.deaf)) {
      const wasWatched = isWatched(path);
      if (folders.look(path) === "changed" && wasWatched) isMissed = true;
    }
    if (isMissed) watching.missEvent(state);
    watchMore();
    if (performance.now() - scan.at >= watching.scanPause(state, scan.tookMs)) startScan();
    after(watching.lookPause(state, age), look);
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
      if (!state.deaf) groups.close();
    },
  };
}
