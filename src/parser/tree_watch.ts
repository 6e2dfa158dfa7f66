/**
 * Notices that files below the roots changed: by inotify where the kernel has room, else by looking. A slow look
 * at everything stays on in both cases, because events can be lost. Requires read on the roots.
 * Room: parser; edge.
 */
import { after } from "../hosts/timers.ts";
import { CALM_POLL_MS, FULL_SCAN_MS, HOT_POLL_MS } from "../protocol/limits.ts";
import { stat } from "./disk.ts";

export interface TreeWatchOptions {
  readonly roots: readonly string[];
  /** Something at this path was written, created or moved. */
  readonly changed: (path: string) => void;
  /** Look at the files that changed lately; whether there are any. */
  readonly pollHot: () => boolean;
  /** Look at everything: events were lost, or it is time. */
  readonly scanAll: () => void;
  readonly how: (how: "inotify" | "poll", why: string) => void;
}

export interface TreeWatch {
  close(): void;
}

/** A root that does not exist yet is waited for. Nothing is scanned before the first change. */
export function watchTrees({ roots, changed, pollHot, scanAll, how }: TreeWatchOptions): TreeWatch {
  const watchers = new Map<string, Deno.FsWatcher>();
  let closed = false;
  let started = false;
  let lastScan = performance.now();

  function watchMissingRoots(): void {
    for (const root of roots) {
      if (watchers.has(root) || stat(root) === null) continue;
      try {
        const watcher = Deno.watchFs(root, { recursive: true });
        watchers.set(root, watcher);
        void follow(root, watcher);
        how("inotify", `watching ${root}`);
        // What came before the watch; at the start the caller scans itself, once everything is watched.
        if (started) scanAll();
      } catch (error) {
        // The kernel's limit on watches (fs.inotify.max_user_watches), most likely: looking goes on without it.
        how("poll", `cannot watch ${root}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  async function follow(root: string, watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const event of watcher) {
        if (event.flag === "rescan") scanAll();
        // Reading a log is reported too, and would wake us for our own reading.
        if (event.kind === "access") continue;
        for (const path of event.paths) {
          changed(path);
          // The root itself went away: its watch is dead, and a new one may come.
          if (event.kind === "remove" && path === root) watcher.close();
        }
      }
    } finally {
      watchers.delete(root);
    }
  }

  watchMissingRoots();
  started = true;
  let stop = after(HOT_POLL_MS, look);

  function look(): void {
    if (closed) return;
    watchMissingRoots();
    const unwatched = watchers.size < roots.filter((root) => stat(root) !== null).length;
    const isHot = pollHot();
    if (performance.now() - lastScan >= (unwatched ? HOT_POLL_MS : FULL_SCAN_MS)) {
      lastScan = performance.now();
      scanAll();
    }
    stop = after(isHot || unwatched ? HOT_POLL_MS : CALM_POLL_MS, look);
  }

  return {
    close() {
      closed = true;
      stop();
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
