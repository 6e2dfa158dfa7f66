/**
 * Looks at logs to learn which session each belongs to. A known log needs a look at its metadata only, which is done
 * at once. A log that must be opened waits for its slice, and is marked first, together with a few others. Logs that
 * may have ended a parser come last, one by one. Requires read on the roots.
 */
import type { InHand, LogInHand } from "../protocol/in_hand.ts";
import { LOOKS, SLICE_MS } from "../protocol/limits.ts";
import { isAbsent, lstat, unlessForNow } from "./disk.ts";
import type { Forks, KnownLog } from "./forks.ts";
import { makeTwoEndedQueue } from "./two_ended_queue.ts";
import type { Job, Schedule, Tier } from "./schedule.ts";
import type { SessionIndex } from "./session_index.ts";
import type { SessionOnDisk } from "./session_logs.ts";

export interface LooksOptions {
  readonly index: SessionIndex;
  readonly forks: Forks;
  readonly schedule: Schedule;
  readonly suspects: readonly string[];
  readonly quarantined: readonly LogInHand[];
  /** Whether the session was reported to the orchestrator. */
  readonly isKnown: (session: string) => boolean;
  readonly take: (found: readonly FoundSession[]) => void;
  /** Something that belongs to this session changed. */
  readonly wake: (session: string) => void;
}

export interface FoundSession {
  readonly session: SessionOnDisk;
  readonly parent: string | null;
}

export interface Looks {
  /** Something is, or was, at this path. */
  want(path: string): void;
  /** Looks at all of these in slices, then calls `done`. Everything else waits until the first such scan is over. */
  wantAll(paths: Iterator<string>, done: () => void): void;
  /** The last moment when no new log was waiting or refused, in milliseconds since 1970. */
  idleAt(): number;
}

/** An event reports a log no later than this after its creation. */
const PUSHED_LATE_MS = 1000;

/**
 * Where a path waits, by its kind: logs of known sessions, new logs (there may be ten thousand at once, so the newest
 * and the oldest alternate), and suspects.
 */
const KINDS = { known: "live", new: "finding", suspect: "last" } as const satisfies Record<string, Tier>;
type Kind = keyof typeof KINDS;

/** What waits for a look, and what is known of logs that must be handled with care. */
interface Own {
  readonly options: LooksOptions;
  readonly suspects: Set<string>;
  /** Sizes of the logs that stay unread. */
  readonly quarantined: Map<string, number>;
  readonly jobs: Map<Kind, LookJob>;
  /** Paths that wait for the end of the first scan: everything that the scan finds is history, and these are news. */
  held: Set<string> | null;
  /** New logs that are not reported yet, for the system refuses for now: kato has not looked at them. */
  readonly refused: Set<string>;
  idleAt: number;
}

export function createLooks(options: LooksOptions): Looks {
  const own: Own = {
    options,
    suspects: new Set(options.suspects),
    quarantined: new Map(options.quarantined.map(({ path, size }) => [path, size])),
    jobs: new Map(),
    held: new Set(),
    refused: new Set(),
    idleAt: Date.now(),
  };
  return {
    want: (path) => want(own, path),
    wantAll(paths, done) {
      const tier = own.held === null ? "busy" : "last";
      options.schedule.want(makeScan(own, paths, tier, done), tier);
    },
    idleAt() {
      for (const path of own.refused) {
        if (isAbsent(path)) own.refused.delete(path);
      }
      const waits = own.held !== null || newWait(own) || own.refused.size > 0;
      if (!waits) own.idleAt = Date.now();
      return own.idleAt;
    },
  };
}

function newWait({ jobs }: Own): boolean {
  return jobs.get("new")?.waits() ?? false;
}

function look(
  { options: { index, forks, isKnown, wake }, held, refused }: Own,
  path: string,
  found: FoundSession[],
): void {
  const examined = index.examine(path);
  if (examined.is !== "unreadable") refused.delete(path);
  else if (!index.isKnown(path)) refused.add(path);
  if (examined.is === "part-of") wake(examined.session);
  if (examined.is !== "session") return;
  const { found: session } = examined;
  const isNew = !isKnown(session.session);
  if (held !== null && isNew) forks.add(session);
  const parent = held === null && isNew ? forks.parentOf(session) : { session: null };
  // Unreadable for now: what it inherited would be obeyed again. The next look reports it.
  if (parent === "unreadable") return void refused.add(path);
  found.push({ session, parent: parent.session });
}

/** Whether the log must stay unread: it is unchanged since it ended a parser. */
function isBarred({ quarantined, suspects }: Own, path: string): boolean {
  const size = quarantined.get(path);
  if (size === undefined) return false;
  const info = unlessForNow(() => lstat(path));
  if (info === "unreadable" || info?.size === size) return true;
  quarantined.delete(path);
  suspects.add(path);
  return false;
}

/** Looks at once if nothing must be opened; else the path waits for its slice. */
function want(own: Own, path: string): void {
  const { options: { index, take }, held, suspects } = own;
  if (held !== null) return void held.add(path);
  if (!index.isLog(path) || isBarred(own, path)) return;
  if (suspects.has(path)) return push(own, "suspect", path);
  if (isNews(own, path)) return push(own, "new", path);
  if (index.reads(path)) return push(own, "known", path);
  const found: FoundSession[] = [];
  look(own, path, found);
  take(found);
}

/**
 * Whether the log waits with the new ones: it is new, it had not said what it is, or new ones wait and its session
 * was not reported yet. They may be logs of one session, which is reported with all of them.
 */
function isNews(own: Own, path: string): boolean {
  const { index, isKnown } = own.options;
  if (!index.isKnown(path)) return true;
  if (index.isSilent(path)) return index.reads(path);
  if (!newWait(own)) return false;
  const session = index.sessionOf(path);
  return session !== null && !isKnown(session);
}

function push(own: Own, kind: Kind, path: string): void {
  const job = own.jobs.get(kind) ?? makeLookJob(own, kind);
  own.jobs.set(kind, job);
  if (kind === "new" && !job.waits() && own.refused.size === 0) own.idleAt = Date.now() - PUSHED_LATE_MS;
  job.push(path);
  own.options.schedule.want(job, KINDS[kind]);
}

function makeLookJob(own: Own, kind: Kind): LookJob {
  const { options: { index, forks, take }, suspects } = own;
  const queue = makeTwoEndedQueue<string>();
  const waiting = new Set<string>();
  let fromNewest = false;
  let chosen: string[] = [];
  /** Logs beside the chosen ones, whose beginnings must be known first. */
  let heads: KnownLog[] = [];
  /** Sessions of the chosen logs, reported together: one whose later log came first would lack its earlier one. */
  let found: FoundSession[] = [];

  function choose(): string[] {
    const paths: string[] = [];
    while (paths.length < (kind === "suspect" ? 1 : LOOKS)) {
      fromNewest = !fromNewest;
      const path = fromNewest ? queue.takeNewest() : queue.takeOldest();
      if (path === undefined) break;
      waiting.delete(path);
      paths.push(path);
    }
    return paths;
  }

  return {
    key: `look at ${kind}`,
    waits: () => chosen.length + queue.size() > 0,
    push(path) {
      if (waiting.has(path)) return;
      waiting.add(path);
      queue.push(path);
    },
    begin() {
      if (chosen.length === 0) chosen = choose();
      const fresh = chosen.filter((path) => !index.isKnown(path));
      while (heads.length === 0 && fresh.length > 0) heads = [...forks.unread(fresh.pop() ?? "", LOOKS)];
      return inHand(heads.length > 0 ? heads.map(({ path }) => path) : chosen);
    },
    run() {
      if (heads.length > 0) {
        let areRead = true;
        const rest = doSome(heads, (head) => {
          areRead = (isBarred(own, head.path) || forks.read(head)) && areRead;
        });
        // The next look at everything finds the chosen ones again, and with them the logs beside them.
        if (!areRead) {
          rest.forEach(forks.add);
          for (const path of chosen) own.refused.add(path);
        }
        heads = areRead ? rest : [];
        chosen = areRead ? chosen : [];
      } else chosen = doSome(chosen, (path) => look(own, path, found));
      for (const path of chosen.length === 0 ? suspects : []) {
        if (index.isKnown(path)) suspects.delete(path);
      }
      if (chosen.length === 0) {
        take(found);
        found = [];
      }
      // New sessions are reported once all chosen logs were looked at, so only the next choice must wait for readers.
      if (kind === "new" && heads.length + chosen.length > 0) return "busy";
      return heads.length + chosen.length + queue.size() > 0 ? KINDS[kind] : null;
    },
  };
}

/** Looks at all of `paths` in slices. The first such scan ends the time in which everything is history. */
function makeScan(own: Own, paths: Iterator<string>, tier: Tier, done: () => void): Job {
  const { options: { index, take }, suspects } = own;
  /** Logs that must be opened, and are marked first. */
  let chosen: string[] = [];
  let isOver = false;
  let found: FoundSession[] = [];

  /** Looks at logs that need not be opened, and collects those that must be. */
  function gather(): void {
    const deadline = performance.now() + SLICE_MS;
    while (chosen.length < LOOKS && performance.now() < deadline) {
      const next = paths.next();
      isOver = next.done === true;
      if (next.done === true) return;
      const path = next.value;
      if (!index.isLog(path) || isBarred(own, path)) continue;
      if (suspects.has(path)) push(own, "suspect", path);
      else if (own.held === null && isNews(own, path)) push(own, "new", path);
      else if (index.reads(path)) chosen.push(path);
      else look(own, path, found);
    }
  }

  return {
    key: `scan ${performance.now()}`,
    begin() {
      gather();
      return chosen.length > 0 ? inHand(chosen) : null;
    },
    run() {
      chosen = doSome(chosen, (path) => look(own, path, found));
      const isDone = isOver && chosen.length === 0;
      if (isDone || found.length >= LOOKS) {
        take(found);
        found = [];
      }
      if (!isDone) return tier;
      const waited = own.held;
      own.held = null;
      done();
      for (const path of waited ?? []) want(own, path);
      return null;
    },
  };
}

interface LookJob extends Job {
  waits(): boolean;
  push(path: string): void;
}

function inHand(paths: readonly string[]): InHand {
  return { logs: paths.map((path) => ({ path, size: lstat(path)?.size ?? 0 })) };
}

/** Handles as many items as there is time for, at least one. Answers with the rest. */
function doSome<Item>(items: readonly Item[], act: (item: Item) => void): Item[] {
  const deadline = performance.now() + SLICE_MS;
  let done = 0;
  for (const item of items) {
    act(item);
    done += 1;
    if (performance.now() >= deadline) break;
  }
  return items.slice(done);
}
