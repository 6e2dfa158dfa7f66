/**
 * Which sessions are watched, and from where: tells history from news, forks from originals, and keeps what takes
 * its parser down away from it. Room: daemon; no authority of its own.
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

export interface Follow {
  seen(sessions: readonly SeenSession[]): void;
  /** The first scan is over: what comes now is news. */
  ready(at: number): void;
  /** Every session that was begun by then, in milliseconds since 1970, has been seen. */
  looked(at: number): void;
  /** Its parser was stopped in good order. */
  stopped(): void;
  /** Watches a session whether or not it has grown. False when it is not known. */
  watch(session: string): boolean;
  /** Its log was written anew: from now on, what is older than the look before that came late. */
  rewritten(session: string): void;
  watched(message: Extract<FromParser, { type: "watched" }>): void;
  /** A parser went down with this session in its hands; whether it is to be quarantined. */
  crashed(session: string): boolean;
  /** That it is, is kept. */
  quarantined(session: string): void;
  /** The parser is new and watches nothing. */
  restarted(): void;
  /** The root that a log lies below. */
  rootOf(path: string): string | null;
  counts(): { readonly sessions: number; readonly followed: number; readonly quarantined: readonly string[] };
  /** Bytes of the main log on disk, as seen last. */
  sizeOf(session: string): number;
  /** Bytes of it that a recording does not hold, which has the events before `next` and was read up to byte `at`. */
  behind(session: string, next: number, at: number): number;
}

export function createFollow(options: FollowOptions): Follow {
  const { provider, roots, database, sessions, send } = options;
  const ref = (session: string) => ({ provider, session });
  const sizes = new Map<string, number>();
  /** How far watching has come: all events before `seq` stand before byte `size`. */
  const read = new Map<string, { readonly seq: number; readonly size: number }>();
  const followed = new Set<string>();
  const quarantined = new Set<string>();
  /** A root that was never scanned to the end holds history only. */
  const unscanned = new Set(roots.filter((root) => sessions.fact(`scanned:${root}`) === null));
  /** Roots that were scanned for the first time in this run: what could not be read then is history as well. */
  const fresh = new Set(unscanned);

  /** When kato last looked at each root, as far as this run knows; milliseconds since 1970. */
  const looks = new Map(roots.map((root) => [root, lookOf(root)]));
  /** The look before the latest change of a session was seen: when it is read, there may be a later one. */
  const looksBefore = new Map<string, number>();
  /** When that was put on the disk. */
  let kept = -Infinity;

  /** State that an earlier kato left has no look in it, only when its first one was over. */
  function lookOf(root: string): number {
    const look = sessions.fact(`looked:${root}`) ?? sessions.fact(`scanned:${root}`);
    return look === null ? 0 : Date.parse(look);
  }

  const rootOf = (path: string) => roots.find((root) => path.startsWith(`${root}/`)) ?? null;

  /** kato's last look at the root of a log; where there was none, later than everything. */
  function lookAt(path: string): number {
    const root = rootOf(path);
    return root === null || unscanned.has(root) ? Infinity : looks.get(root) ?? Infinity;
  }

  /** A look in the future, or none, is taken for one of now: whatever was written before came late. */
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

  /** Whether this session is to be left alone. It is tried again when it has grown, or kato is another. */
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
    // Never read, and now another file or a shorter one: what it holds is not news either.
    const isReplaced = stored.ino !== seen.ino || seen.size < stored.size;
    const isHistory = history || (isReplaced && stored.checkpoint === null && stored.baseline > 0);
    if (isHistory && stored.checkpoint === null) sessions.setBaseline(stored, seen.size);
    looksBefore.set(seen.session, lookAt(seen.path));
    if (isHistory || seen.size === stored.size || isQuarantined(stored, seen.size)) return null;
    return stored;
  }

  /** As the state has it, of a session that was not watched in this run. */
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
    seen(found) {
      const grown = database.transact(() => found.flatMap((seen) => take(seen) ?? []));
      for (const stored of grown) watch(stored);
    },
    ready(at) {
      database.transact(() => {
        for (const root of unscanned) sessions.setFact(`scanned:${root}`, new Date(at).toISOString());
        setLooks(at);
        keepLooks();
      });
      unscanned.clear();
    },
    looked(at) {
      setLooks(at);
      if (performance.now() - kept >= LOOK_KEPT_MS) database.transact(keepLooks);
    },
    stopped: () => database.transact(keepLooks),
    watch(session) {
      const stored = sessions.find(ref(session));
      if (stored === null || isQuarantined(stored, sizes.get(session) ?? stored.size)) return false;
      // Said again where it is watched already: its parser may have had no log to watch before.
      watch(stored);
      return true;
    },
    rewritten(session) {
      const stored = sessions.find(ref(session));
      if (stored === null) return;
      sessions.arrive(stored, arrivalAfter(looksBefore.get(session) ?? lookAt(stored.path)));
    },
    watched({ session, checkpoint, size, meta }) {
      sessions.advance(ref(session), checkpoint, size, meta);
      sizes.set(session, Math.max(size, sizes.get(session) ?? 0));
      read.set(session, { seq: checkpoint.seq, size });
    },
    crashed(session) {
      if (sessions.countCrash(ref(session)) < QUARANTINE_AFTER) return false;
      const size = sizes.get(session) ?? sessions.find(ref(session))?.size ?? 0;
      sessions.quarantine(ref(session), quarantineMark(size, options.version));
      return true;
    },
    quarantined: (session) => void quarantined.add(session),
    restarted: () => followed.clear(),
    rootOf,
    counts: () => ({ sessions: sizes.size, followed: followed.size, quarantined: [...quarantined] }),
    sizeOf: (session) => sizes.get(session) ?? 0,
    behind(session, next, at) {
      const watched = readOf(session);
      // What follows its last event may hold none: a client's own records are nothing to wait for.
      const from = next >= watched.seq ? watched.size : at;
      return Math.max(0, (sizes.get(session) ?? 0) - from);
    },
  };
}

function quarantineMark(size: number, version: string): string {
  return `${size} ${version}`;
}
