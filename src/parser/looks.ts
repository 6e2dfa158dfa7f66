/**
 * Looks at logs to learn whose they are. A log that is known costs a look at its metadata, and that is done at once; what
 * must be opened waits for its turn and is marked first, a few logs together. Logs that may have taken a parser
 * down are looked at one by one, when all others are done. Requires read on the roots. Room: parser; edge.
 */
import type { InHand, LogInHand } from "../protocol/in_hand.ts";
import { LOOKS, SLICE_MS } from "../protocol/limits.ts";
import { lstat } from "./disk.ts";
import type { Forks, KnownLog } from "./forks.ts";
import { makeTwoEndedQueue } from "./two_ended_queue.ts";
import type { Job, Schedule, Tier } from "./schedule.ts";
import type { SessionIndex, SessionOnDisk } from "./session_index.ts";

export interface LooksOptions {
  readonly index: SessionIndex;
  readonly forks: Forks;
  readonly schedule: Schedule;
  readonly suspects: readonly string[];
  readonly quarantined: readonly LogInHand[];
  /** Whether a session was told to the orchestrator. */
  readonly isKnown: (session: string) => boolean;
  readonly take: (found: readonly FoundSession[]) => void;
  /** Something that belongs to a session changed. */
  readonly wake: (session: string) => void;
}

export interface FoundSession {
  readonly session: SessionOnDisk;
  readonly parent: string | null;
}

export interface Looks {
  /** Something is, or was, at this path. */
  want(path: string): void;
  /** Looks at all of these, in slices; then calls `done`. Of the first such, everything else waits for its end. */
  wantAll(paths: Iterator<string>, done: () => void): void;
  /** When nothing waited to be looked at, in milliseconds since 1970. */
  idleAt(): number;
}

/** An event tells of a log no later than this after it was begun. */
const PUSHED_LATE_MS = 1000;

/**
 * Of which kind a path is that waits, and where it waits for its turn: those of known sessions, new ones (of which
 * there may be ten thousand at once, the newest by turns with the oldest), and suspects.
 */
const KINDS = { known: "live", new: "busy", suspect: "last" } as const satisfies Record<string, Tier>;
type Kind = keyof typeof KINDS;

export function createLooks(options: LooksOptions): Looks {
  const { index, forks, schedule, take, wake } = options;
  const suspects = new Set(options.suspects);
  const quarantined = new Map(options.quarantined.map(({ path, size }) => [path, size]));
  const jobs = new Map<Kind, LookJob>();
  /** What the first scan finds is history, and what comes then is news: that waits for its end. */
  let held: Set<string> | null = new Set();
  let idleAt = Date.now();

  function look(path: string, found: FoundSession[]): void {
    const examined = index.examine(path);
    if (examined.is === "part-of") wake(examined.session);
    if (examined.is !== "session") return;
    const { found: session } = examined;
    const isNew = !options.isKnown(session.session);
    if (held !== null && isNew) forks.add(session);
    found.push({ session, parent: held === null && isNew ? forks.parentOf(session) : null });
  }

  /** Whether nothing of it may be read: it is as it was when it took the parser down. */
  function isBarred(path: string): boolean {
    const size = quarantined.get(path);
    if (size === undefined) return false;
    if (lstat(path)?.size === size) return true;
    quarantined.delete(path);
    suspects.add(path);
    return false;
  }

  /** Looks at once where nothing must be opened for it; else in its turn. */
  function want(path: string): void {
    if (held !== null) return void held.add(path);
    if (!index.isLog(path) || isBarred(path)) return;
    if (suspects.has(path)) return push("suspect", path);
    if (!index.isKnown(path)) return push("new", path);
    if (index.reads(path)) return push("known", path);
    const found: FoundSession[] = [];
    look(path, found);
    take(found);
  }

  function push(kind: Kind, path: string): void {
    const job = jobs.get(kind) ?? makeLookJob(kind);
    jobs.set(kind, job);
    if (kind === "new" && !job.waits()) idleAt = Date.now() - PUSHED_LATE_MS;
    job.push(path);
    schedule.want(job, KINDS[kind]);
  }

  function makeLookJob(kind: Kind): LookJob {
    const queue = makeTwoEndedQueue<string>();
    const waiting = new Set<string>();
    let fromNewest = false;
    let chosen: string[] = [];
    /** Logs beside those that were chosen, whose beginnings must be known before. */
    let heads: KnownLog[] = [];
    /**
     * Of those that were chosen. Told when all of them are looked at: a session of which a later log was seen first would
     * be read without the one that comes before it.
     */
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
        if (heads.length > 0) heads = doSome(heads, (head) => isBarred(head.path) || forks.read(head));
        else chosen = doSome(chosen, (path) => look(path, found));
        for (const path of chosen.length === 0 ? suspects : []) {
          if (index.isKnown(path)) suspects.delete(path);
        }
        if (chosen.length === 0) {
          take(found);
          found = [];
        }
        return heads.length + chosen.length + queue.size() > 0 ? KINDS[kind] : null;
      },
    };
  }

  function wantAll(paths: Iterator<string>, done: () => void): void {
    const tier: Tier = held === null ? "last" : "busy";
    /** What must be opened, and is marked first. */
    let chosen: string[] = [];
    let isOver = false;
    let found: FoundSession[] = [];

    /** Looks at what need not be opened, and gathers what must be. */
    function gather(): void {
      const deadline = performance.now() + SLICE_MS;
      while (chosen.length < LOOKS && performance.now() < deadline) {
        const next = paths.next();
        isOver = next.done === true;
        if (next.done === true) return;
        const path = next.value;
        if (!index.isLog(path) || isBarred(path)) continue;
        if (suspects.has(path)) push("suspect", path);
        else if (held === null && !index.isKnown(path)) push("new", path);
        else if (index.reads(path)) chosen.push(path);
        else look(path, found);
      }
    }

    schedule.want({
      key: `scan ${performance.now()}`,
      begin() {
        gather();
        return chosen.length > 0 ? inHand(chosen) : null;
      },
      run() {
        chosen = doSome(chosen, (path) => look(path, found));
        const isDone = isOver && chosen.length === 0;
        if (isDone || found.length >= LOOKS) {
          take(found);
          found = [];
        }
        if (!isDone) return tier;
        const waited = held;
        held = null;
        done();
        for (const path of waited ?? []) want(path);
        return null;
      },
    }, tier);
  }

  return {
    want,
    wantAll,
    idleAt() {
      const waits = held !== null || (jobs.get("new")?.waits() ?? false);
      if (!waits) idleAt = Date.now();
      return idleAt;
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

/** Does as many as there is time for, one at least; the others. */
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
