/**
 * The folders below the roots and their changes. A folder with unchanged times still has the same entries. Links are
 * not followed; an entry that is neither file nor folder is only reported. Requires read on the roots.
 */
import { CLOCK_TICK_MS } from "../protocol/limits.ts";
import { listFolder, lstat, stat, unlessForNow } from "./disk.ts";

/** Something that kato neither enters nor opens. */
export type Oddity = "link" | "special-file";

export interface Folder {
  readonly path: string;
  /** The folder's times and inode when it was listed; null when it could not be listed. */
  version: string | null;
  /** The same for the entries that are known; null when more may have come in the same tick of the clock. */
  listed: string | null;
  /** It holds a FIFO or a device: whoever opens that would wait. */
  hasSpecial: boolean;
  links: number;
  /** When its last change was seen: milliseconds of `performance.now()`. */
  changed: number;
}

export interface FoldersOptions {
  readonly roots: readonly string[];
  /** `isCertain`: the file may have changed, even when it looks as it did. */
  readonly file: (path: string, isCertain: boolean) => void;
  /** A new folder, or another folder under a known name. */
  readonly added: (folder: Folder) => void;
  readonly gone: (folder: Folder) => void;
  readonly odd: (kind: Oddity, path: string) => void;
}

export interface Folders {
  get(path: string): Folder | undefined;
  all(): Iterable<Folder>;
  count(): number;
  /** Lists a folder that changed, and new ones below it. `links`: only links came or went; no event reports those. */
  look(path: string): "changed" | "links" | "same";
  /** Lists it again, and reports everything in it. */
  relook(path: string): void;
  /** Whether it holds something that must not be opened. Lists it again after any change, even a reported one. */
  hasSpecial(path: string): boolean;
  /** An event reported the change. The next look lists the folder again, but does not call it changed. */
  noteEvent(path: string): void;
}

export function knowFolders({ roots, file, added, gone, odd }: FoldersOptions): Folders {
  const known = new Map<string, Folder>();
  const isRoot = new Set(roots);

  function forget(folder: Folder): void {
    known.delete(folder.path);
    gone(folder);
  }

  /** A root may be a link. */
  const infoOf = (path: string) => isRoot.has(path) ? stat(path) : lstat(path);

  function look(path: string): ReturnType<Folders["look"]> {
    const info = unlessForNow(() => infoOf(path));
    const before = known.get(path);
    // It is most likely still there. The next look tells.
    if (info === "unreadable") return "same";
    if (info === null || !info.isDirectory) {
      if (before !== undefined) forget(before);
      return before === undefined ? "same" : "changed";
    }
    const version = versionOf(info);
    if (before !== undefined && before.version === version) {
      // An event reported a change, but there may have been others that no event reported.
      if (before.listed !== version) list(before, info);
      return "same";
    }
    const isSame = before !== undefined && inodeOf(before.version) === inodeOf(version);
    if (before !== undefined && !isSame) forget(before);
    const folder = isSame && before !== undefined
      ? before
      : { path, version: null, listed: null, hasSpecial: false, links: 0, changed: performance.now() };
    const { links } = folder;
    list(folder, info);
    known.set(path, folder);
    if (!isSame) added(folder);
    return links === folder.links ? "changed" : "links";
  }

  function list(folder: Folder, info: Deno.FileInfo): void {
    const { path } = folder;
    const version = versionOf(info);
    const entries = listFolder(path);
    const wasClosed = isClosed(folder);
    folder.changed = performance.now();
    folder.version = entries === null ? `${inodeOf(version)}${CLOSED}` : version;
    folder.listed = isSettled(info) ? version : null;
    let hasSpecial = false;
    let links = 0;
    for (const { name, isFile, isDirectory, isSymlink } of entries ?? []) {
      const inside = `${path}/${name}`;
      if (isFile) file(inside, wasClosed);
      else if (isDirectory) {
        if (!known.has(inside)) look(inside);
      } else if (isSymlink) {
        links += 1;
        odd("link", inside);
      } else {
        hasSpecial ||= canKeepWaiting(inside);
        odd("special-file", inside);
      }
    }
    folder.hasSpecial = hasSpecial;
    folder.links = links;
  }

  return {
    get: (path) => known.get(path),
    all: () => known.values(),
    count: () => known.size,
    look,
    relook(path) {
      const folder = known.get(path);
      if (folder === undefined) return;
      if (!isClosed(folder)) folder.version += CLOSED;
      look(path);
    },
    hasSpecial(path) {
      const folder = known.get(path);
      const info = folder === undefined ? null : infoOf(path);
      if (folder === undefined || info === null) return false;
      if (folder.listed !== versionOf(info)) list(folder, info);
      return folder.hasSpecial;
    },
    noteEvent(path) {
      const folder = known.get(path);
      const info = folder === undefined ? null : infoOf(path);
      if (folder === undefined || info === null || isClosed(folder)) return;
      folder.version = versionOf(info);
      folder.changed = performance.now();
    },
  };
}

const CLOSED = " closed";

/** Whether the folder could not be listed. */
function isClosed({ version }: Folder): boolean {
  return version === null || version.endsWith(CLOSED);
}

/** Opening a FIFO or a terminal waits for its other end. Opening a socket is refused at once. */
function canKeepWaiting(path: string): boolean {
  const info = lstat(path);
  return info?.isFifo === true || info?.isCharDevice === true;
}

/** Whether the next change will show in the folder's times. Within one tick of the clock it does not. */
function isSettled({ mtime, ctime }: Deno.FileInfo): boolean {
  const latest = Math.max(mtime?.getTime() ?? 0, ctime?.getTime() ?? 0);
  return Math.abs(Date.now() - latest) >= CLOCK_TICK_MS;
}

function versionOf({ dev, ino, mtime, ctime }: Deno.FileInfo): string {
  return `${dev}:${ino} ${mtime?.getTime()} ${ctime?.getTime()}`;
}

function inodeOf(version: string | null): string | undefined {
  return version?.split(" ")[0];
}
