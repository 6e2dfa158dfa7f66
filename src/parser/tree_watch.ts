/**
 * Notices changes of files below the roots: through events where the kernel has room for them, and always through
 * regular looks at recent files, because events can be lost. The runtime's watcher can also hang for ever: it opens
 * every path that an event names, and opening a FIFO waits. A hanging watcher shows in a change without an event,
 * followed by no event at all, and a FIFO in a watched folder makes it hang sooner or later. From then on kato only looks,
 * and calls no function of the watcher, because the call would hang too. Requires read on the roots.
 */
import { dirname } from "@std/path";
import { after } from "../hosts/timers.ts";
import { CALM_POLL_MS, HOT_POLL_MS } from "../protocol/limits.ts";
import { plainWords } from "../protocol/system_words.ts";
import { lstat, refusedForNow } from "./disk.ts";
import { goRound, type Rounds } from "./folder_rounds.ts";
import { type Folders, knowFolders, type Oddity } from "./folders.ts";
import { makeWatchGroups, type WatchGroups } from "./watch_groups.ts";
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
  /** The system refused to look at something. It is tried again soon. */
  readonly refused: () => void;
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

/** The state of the watcher is in `state`; these carry it out. */
interface Own {
  readonly options: TreeWatchOptions;
  readonly state: watching.WatchState;
  readonly facts: watching.FolderFacts;
  readonly folders: Folders;
  readonly groups: WatchGroups;
  readonly rounds: Rounds;
  closed: boolean;
  started: boolean;
  isGathering: boolean;
  /** How often the system had refused something for now, and what was whole before it last did. */
  refusals: number;
  wholeBefore: number | null;
  /** In milliseconds of `performance.now()`. */
  readonly began: number;
  nextLook: { readonly at: number; readonly cancel: () => void } | null;
  /** `mustRepeat`: events were lost during the scan, after it may have passed their files. */
  scan: { isUnderWay: boolean; mustRepeat: boolean; at: number; tookMs: number };
}

/** Watches at once. The first look comes after the caller's own first scan. */
export function watchTrees(options: TreeWatchOptions): TreeWatch {
  const { roots, changed, isKnown, odd } = options;
  const state = watching.beginWatching(roots);
  const watchedRoots = () => roots.filter((root) => state.watched.has(root));
  const groups = makeWatchGroups(watchedRoots, (event) => takeEvent(own, event));
  const folders = knowFolders({
    roots,
    file(path, isCertain) {
      if (own.started && (isCertain || !isKnown(path))) changed(path);
    },
    added({ path }) {
      state.toWatch.add(path);
      if (own.started) watchSoon(own);
    },
    gone: ({ path }) => watching.forgetFolder(state, path),
    odd,
  });
  const facts: watching.FolderFacts = {
    isThere: (path) => folders.get(path) !== undefined,
    mayWatch: (path) => folders.get(path)?.hasSpecial === false,
    hasSpecial: folders.hasSpecial,
  };
  const scan = { isUnderWay: false, mustRepeat: false, at: performance.now(), tookMs: 0 };
  const flags = {
    closed: false,
    started: false,
    isGathering: false,
    refusals: refusedForNow(),
    wholeBefore: null,
    began: performance.now(),
    nextLook: null,
  };
  const own: Own = {
    options,
    state,
    facts,
    folders,
    groups,
    rounds: goRound(roots, folders),
    ...flags,
    scan,
  };

  for (const root of roots) folders.look(root);
  watchNew(own);
  own.started = true;
  lookWithin(own, HOT_POLL_MS);

  return {
    lookedAt() {
      noteRefusals(own);
      return own.wholeBefore ?? own.rounds.lookedAt();
    },
    close() {
      own.closed = true;
      // Closing a hanging watcher would hang, too.
      if (!state.deaf) groups.close();
    },
  };
}

function takeEvent(own: Own, { kind, flag, paths }: Deno.FsEvent): void {
  if (watching.countEvent(own.state, own.facts, performance.now())) {
    say(own, "events arrive again");
    watchSoon(own);
  }
  if (flag === "rescan") return recheck(own);
  // Reading a log causes events too, and kato must not wake for its own reading.
  if (kind === "access") return;
  // Where something happens, more may follow, and the watcher may lose it.
  lookWithin(own, HOT_POLL_MS);
  for (const path of paths) takeChange(own, path, kind !== "modify");
}

function takeChange({ options, facts, folders }: Own, path: string, isOfFolder: boolean): void {
  if (facts.isThere(path)) return void folders.look(path);
  const folder = dirname(path);
  if (!facts.isThere(folder)) return;
  const info = lstat(path);
  if (info === null || info.isFile) options.changed(path);
  else if (info.isDirectory) folders.look(path);
  else if (info.isSymlink) options.odd("link", path);
  // Lists the folder, which reports the file.
  else facts.hasSpecial(folder);
  if (isOfFolder) folders.noteEvent(folder);
}

/** Watches new folders now, or together with those that come next. */
function watchSoon(own: Own): void {
  if (own.isGathering) return;
  own.isGathering = true;
  watchNew(own);
  after(GATHER_MS, () => {
    own.isGathering = false;
    watchMore(own);
  });
}

function watchMore(own: Own): void {
  if (!own.closed && watching.mayWatchMore(own.state, performance.now(), own.facts)) watchSoon(own);
}

function watchNew(own: Own): void {
  const { state, facts, folders, groups } = own;
  const chosen = own.closed ? [] : watching.chooseWatches(state, groups.count(), facts);
  if (chosen === "anew") return void watchAnew(own);
  if (chosen.length === 0) return;
  attempt(own, chosen, () => groups.add(chosen));
  // Changes before the watch began.
  for (const path of own.started ? chosen : []) folders.relook(path);
}

/** Watches all folders anew, except those that must not be watched. */
async function watchAnew(own: Own): Promise<void> {
  const all = watching.beginAnew(own.state);
  let failure: unknown = null;
  await own.groups.replace(all).catch((error: unknown) => failure = error);
  own.state.isReplacing = false;
  attempt(own, all, () => {
    if (failure !== null) throw failure;
  });
  if (own.started) recheck(own);
}

/** A failure is most likely the kernel's limit (fs.inotify.max_user_watches). Looking goes on without the watch. */
function attempt(own: Own, paths: readonly string[], watch: () => void): void {
  const { state, facts } = own;
  try {
    watch();
    state.limitedAt = null;
    say(own, "folders are watched");
  } catch (error) {
    watching.unwatch(state, paths, facts);
    // A folder that vanished just now is reported at its next look.
    if (error instanceof Deno.errors.NotFound) return recheckSoon(own);
    state.limitedAt = performance.now();
    say(own, `cannot watch folders: ${plainWords(error instanceof Error ? error.message : String(error))}`);
  }
}

function say({ options, state }: Own, why: string): void {
  const news = watching.takeNews(state);
  if (news !== null) options.how(news, why);
}

function recheckSoon(own: Own): void {
  after(GATHER_MS, () => {
    if (!own.closed) recheck(own);
    if (!own.closed) watchNew(own);
  });
}

/** Events may have been lost. */
function recheck(own: Own): void {
  const { options, folders } = own;
  for (const { path } of [...folders.all()]) folders.look(path);
  options.pollHot();
  if (own.scan.isUnderWay) own.scan.mustRepeat = true;
  else startScan(own);
}

/** Where the system refused something, there may be more than was seen. A look at everything comes soon. */
function noteRefusals(own: Own): void {
  const now = refusedForNow();
  if (now === own.refusals) return;
  own.refusals = now;
  own.wholeBefore ??= own.rounds.lookedAt();
  own.state.mayLack = true;
  own.options.refused();
}

function startScan(own: Own): void {
  if (own.scan.isUnderWay) return;
  noteRefusals(own);
  const { refusals } = own;
  const start = performance.now();
  own.scan = { ...own.scan, isUnderWay: true };
  own.state.mayLack = false;
  own.options.scanAll(() => {
    const now = performance.now();
    const { mustRepeat } = own.scan;
    noteRefusals(own);
    if (own.refusals === refusals) own.wholeBefore = null;
    own.scan = { isUnderWay: false, mustRepeat: false, at: now, tookMs: now - start };
    if (mustRepeat && !own.closed) startScan(own);
  });
}

/** Has the next look come in `ms` milliseconds at the latest. */
function lookWithin(own: Own, ms: number): void {
  const at = performance.now() + ms;
  if (own.nextLook !== null && own.nextLook.at <= at) return;
  own.nextLook?.cancel();
  const cancel = after(ms, () => {
    own.nextLook = null;
    look(own);
  });
  own.nextLook = { at, cancel };
}

function look(own: Own): void {
  const { options, state, facts, folders, rounds } = own;
  if (own.closed) return;
  if (watching.judge(state, facts)) {
    say(own, "the runtime's watcher stopped, or may stop, because of a FIFO or a device in a watched folder");
  }
  const { age, missed } = options.pollHot();
  const isWatched = (path: string) => state.watched.has(path);
  let isMissed = missed;
  for (const path of rounds.next(isWatched, state.deaf)) {
    const wasWatched = isWatched(path);
    if (folders.look(path) === "changed" && wasWatched) isMissed = true;
  }
  if (isMissed) watching.missEvent(state);
  noteRefusals(own);
  watchMore(own);
  if (performance.now() - own.scan.at >= watching.scanPause(state, own.scan.tookMs)) startScan(own);
  const isYoung = performance.now() - own.began < CALM_POLL_MS;
  lookWithin(own, isYoung ? HOT_POLL_MS : watching.lookPause(state, age));
}
