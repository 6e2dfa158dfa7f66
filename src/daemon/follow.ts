/**
 * Decides which sessions are watched, and from where: separates history from news and forks from originals, and keeps a
 * session away from its parser when it ended the parser too often.
 */
import type { ProviderId } from "../protocol/event.ts";
import { LOOK_KEPT_MS, QUARANTINE_AFTER } from "../protocol/limits.ts";
import type { FromParser, SeenSession, ToParser } from "../protocol/parser_messages.ts";
import type { Arrival, SessionsStore, StoredSession } from "./sessions_store.ts";
import type { Database } from "./state.ts";

export interface FollowOptions {
  readonly provider: ProviderId;
  readonly roots: readonly string[];
  readonly version: string;
  readonly database: Database;
  readonly sessions: SessionsStore;
  readonly send: (message: ToParser) => void;
  readonly released: (session: string) => void;
}

export type Follow = ReturnType<typeof createFollow>;

export function createFollow(options: FollowOptions) {
  const { provider, roots, database, sessions, send } = options;
  const ref = (session: string) => ({ provider, session });
  const sizes = new Map<string, number>();
  /** How far watching came: all events before `seq` stand before byte `size`. */
  const read = new Map<string, { readonly seq: number; readonly size: number }>();
  const followed = new Set<string>();
  const quarantined = new Set<string>();
  /** Roots that were never scanned to the end. They hold only history. */
  const unscanned = new Set(roots.filter((root) => sessions.fact(`scanned:${root}`) === null));
  /** Roots whose first scan is in this run. A log that could not be read then is history, too. */
  const fresh = new Set(unscanned);

  /** kato's latest look at each root, in milliseconds since 1970. */
  const looks = new Map(roots.map((root) => [root, lookOf(root)]));
  /** The look before each session's latest change. There may be later looks when the change is read. */
  const looksBefore = new Map<string, number>();
  /** When the looks were last written to the disk. */
  let kept = -Infinity;

  /** An older kato kept no looks, only the time of its first scan. */
  function lookOf(root: string): number {
    const look = sessions.fact(`looked:${root}`) ?? sessions.fact(`scanned:${root}`);
    return look === null ? 0 : Date.parse(look);
  }

  const rootOf = (path: string) => roots.find((root) => path.startsWith(`${root}/`)) ?? null;

  /** kato's latest look at the root of a log. Infinity where there was none. */
  function lookAt(path: string): number {
    const root = rootOf(path);
    return root === null || unscanned.has(root) ? Infinity : looks.get(root) ?? Infinity;
  }

  /** A look in the future, or none, counts as now: everything that was written before came late. */
  function arrivalAfter(look: number): Arrival {
    const added = Date.now();
    return { added, looked: Math.min(look, added) };
  }

  function setLooks(at: number): void {
    for (const root of roots) looks.set(root, at);
  }

  function keepLooks(): void {
    for (const [root, look] of looks) sessions.setFact(`looked:${root}`, new Date(look).toISOString());
    kept = performance.now();
  }

  function watch(stored: StoredSession): void {
    const { session, checkpoint, baseline, parent } = stored;
    followed.add(session);
    send({ type: "watch", session, from: checkpoint, baseline, parent });
  }

  /** Whether this session is left alone. It is tried again when it has grown or kato was upgraded. */
  function isQuarantined(stored: StoredSession, size: number): boolean {
    if (stored.quarantined === null) return false;
    if (stored.quarantined === quarantineMark(size, options.version)) {
      quarantined.add(stored.session);
      send({ type: "quarantine", session: stored.session });
      return true;
    }
    sessions.quarantine(stored, null);
    quarantined.delete(stored.session);
    options.released(stored.session);
    return false;
  }

  function take(seen: SeenSession): StoredSession | null {
    sizes.set(seen.session, seen.size);
    const stored = sessions.find(ref(seen.session));
    const history = roots.some((root) =>
      (unscanned.has(root) || (seen.late && fresh.has(root))) && seen.path.startsWith(`${root}/`)
    );
    if (stored === null) {
      sessions.add(provider, seen, history ? null : arrivalAfter(lookAt(seen.path)));
      return history ? null : sessions.find(ref(seen.session));
    }
    if (stored.path !== seen.path || stored.ino !== seen.ino) sessions.move(stored, seen.path, seen.ino);
    // A log that was never read and is another file now, or a shorter one, holds no news either.
    const isReplaced = stored.ino !== seen.ino || seen.size < stored.size;
    const isHistory = history || (isReplaced && stored.checkpoint === null && stored.baseline > 0);
    if (isHistory && stored.checkpoint === null) sessions.setBaseline(stored, seen.size);
    looksBefore.set(seen.session, lookAt(seen.path));
    if (isHistory || seen.size === stored.size || isQuarantined(stored, seen.size)) return null;
    return stored;
  }

  /** Taken from the state for a session that was not watched in this run. */
  function readOf(session: string) {
    const known = read.get(session);
    if (known !== undefined) return known;
    const stored = sessions.find(ref(session));
    const { checkpoint, size } = stored ?? { checkpoint: null, size: 0 };
    const found = { seq: checkpoint?.seq ?? Infinity, size };
    read.set(session, found);
    return found;
  }

  return {
    seen(found: readonly SeenSession[]) {
      const grown = database.transact(() => found.flatMap((seen) => take(seen) ?? []));
      for (const stored of grown) watch(stored);
    },
    /** The first scan is over. Sessions that come now are news. */
    ready(at: number) {
      database.transact(() => {
        for (const root of unscanned) sessions.setFact(`scanned:${root}`, new Date(at).toISOString());
        setLooks(at);
        keepLooks();
      });
      unscanned.clear();
    },
    /** Every session that began before `at`, in milliseconds since 1970, has been seen. */
    looked(at: number) {
      setLooks(at);
      if (performance.now() - kept >= LOOK_KEPT_MS) database.transact(keepLooks);
    },
    /** The parser stopped in good order. */
    stopped: () => database.transact(keepLooks),
    /** Watches a session even if it has not grown. False when it is not known or is quarantined. */
    watch(session: string) {
      const stored = sessions.find(ref(session));
      if (stored === null || isQuarantined(stored, sizes.get(session) ?? stored.size)) return false;
      // Sent again where it is watched already: the parser may have had no log to watch before.
      watch(stored);
      return true;
    },
    /** The log was written anew: rows in it that are older than the look before that came late. */
    rewritten(session: string) {
      const stored = sessions.find(ref(session));
      if (stored === null) return;
      sessions.arrive(stored, arrivalAfter(looksBefore.get(session) ?? lookAt(stored.path)));
    },
    watched({ session, checkpoint, size, meta }: Extract<FromParser, { type: "watched" }>) {
      sessions.advance(ref(session), checkpoint, size, meta);
      sizes.set(session, Math.max(size, sizes.get(session) ?? 0));
      read.set(session, { seq: checkpoint.seq, size });
    },
    /** A parser went down while it parsed this session. True: the session must be quarantined. */
    crashed(session: string) {
      if (sessions.countCrash(ref(session)) < QUARANTINE_AFTER) return false;
      const size = sizes.get(session) ?? sessions.find(ref(session))?.size ?? 0;
      sessions.quarantine(ref(session), quarantineMark(size, options.version));
      return true;
    },
    /** The quarantine is on the disk. */
    quarantined: (session: string) => void quarantined.add(session),
    /** The parser is new and watches nothing. */
    restarted: () => followed.clear(),
    /** The root above a log. */
    rootOf,
    counts: () => ({ sessions: sizes.size, followed: followed.size, quarantined: [...quarantined] }),
    /** Bytes of the main log on disk, as seen last. */
    sizeOf: (session: string) => sizes.get(session) ?? 0,
    /** Bytes that a recording lacks: it has the events before `next`, and reading came to byte `at`. */
    behind(session: string, next: number, at: number) {
      const watched = readOf(session);
      // The rest of the log may be records of the client that hold no event.
      const from = next >= watched.seq ? watched.size : at;
      return Math.max(0, (sizes.get(session) ?? 0) - from);
    },
  };
}

function quarantineMark(size: number, version: string): string {
  return `${size} ${version}`;
}
