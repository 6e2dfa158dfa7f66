/**
 * Decides which sessions are watched, and from where: separates history from news and forks from originals, and keeps a
 * session away from its parser when it ended the parser too often.
 */
import type { ProviderId } from "../protocol/event.ts";
import { QUARANTINE_AFTER } from "../protocol/limits.ts";
import type { FromParser, SeenSession, ToParser } from "../protocol/parser_messages.ts";
import { arrivalAfter, createRootLooks, type RootLooks } from "./root_looks.ts";
import type { SessionsStore, StoredSession } from "./sessions_store.ts";
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

/** A provider's sessions, as this run knows them. */
interface Following {
  readonly options: FollowOptions;
  readonly looks: RootLooks;
  /** The look before each session's latest change. There may be later looks when the change is read. */
  readonly looksBefore: Map<string, number>;
  readonly sizes: Map<string, number>;
  /** When each session's log changed last, in milliseconds since 1970. */
  readonly modified: Map<string, number>;
  /** How far watching came: all events before `seq` stand before byte `size`. */
  readonly read: Map<string, { readonly seq: number; readonly size: number }>;
  /** Sessions whose logs were there in this run, and are not. */
  readonly gone: Set<string>;
  readonly followed: Set<string>;
  readonly quarantined: Set<string>;
}

export function createFollow(options: FollowOptions) {
  const { provider, database, sessions } = options;
  const ref = (session: string) => ({ provider, session });
  const looks = createRootLooks(options.roots, sessions, database);
  const following: Following = {
    options,
    looks,
    looksBefore: new Map(),
    sizes: new Map(),
    modified: new Map(),
    read: new Map(),
    gone: new Set(),
    followed: new Set(),
    quarantined: new Set(),
  };
  const { looksBefore, sizes, modified, gone, read, followed, quarantined } = following;

  return {
    seen(found: readonly SeenSession[]) {
      const grown = database.transact(() => found.flatMap((seen) => take(following, seen) ?? []));
      for (const stored of grown) watch(following, stored);
    },
    ready: looks.ready,
    looked: looks.looked,
    unused: looks.unused,
    /** The parser stopped in good order. */
    stopped: looks.keep,
    /** Watches a session even if it has not grown. False when it is not known or is quarantined. */
    watch(session: string) {
      const stored = sessions.find(ref(session));
      if (stored === null || isQuarantined(following, stored, sizes.get(session) ?? stored.size)) {
        return false;
      }
      // Sent again where it is watched already: the parser may have had no log to watch before.
      watch(following, stored);
      return true;
    },
    /** The log was written anew: rows in it that are older than the look before that came late. */
    rewritten(session: string) {
      const stored = sessions.find(ref(session));
      if (stored === null) return;
      // Bytes that were history are others now. Its rows are told from news by their times.
      if (stored.isForgotten) sessions.setBaseline(stored, 0);
      sessions.arrive(stored, arrivalAfter(looksBefore.get(session) ?? looks.lookAt(stored.path)));
    },
    watched({ session, checkpoint, size, meta }: Extract<FromParser, { type: "watched" }>) {
      if (sessions.isForgotten(ref(session))) sessions.passOver(ref(session), size);
      else sessions.advance(ref(session), checkpoint, size, meta);
      const before = sizes.get(session) ?? 0;
      if (size > before) modified.set(session, Date.now());
      gone.delete(session);
      sizes.set(session, Math.max(size, before));
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
    /** The session's log is gone. */
    gone(session: string) {
      modified.delete(session);
      gone.add(session);
    },
    /** The parser says that its log is not there, and watches it no longer. A later sight makes it known again. */
    letGo(session: string) {
      for (const known of [looksBefore, sizes, modified, read, gone, followed, quarantined]) {
        known.delete(session);
      }
    },
    isGone: (session: string) => gone.has(session),
    /** Whether its log was seen in this run, and is still there. */
    isThere: (session: string) => sizes.has(session) && !gone.has(session),
    modified: modified as ReadonlyMap<string, number>,
    rootOf: looks.rootOf,
    counts: () => ({ sessions: sizes.size, followed: followed.size, quarantined: [...quarantined] }),
    /** Bytes of the main log on disk, as seen last. */
    sizeOf: (session: string) => sizes.get(session) ?? 0,
    /** Bytes that a recording lacks: it has the events before `next`, and reading came to byte `at`. */
    behind(session: string, next: number, at: number) {
      const watched = readOf(following, session);
      // The rest of the log may be records of the client that hold no event.
      const from = next >= watched.seq ? watched.size : at;
      return Math.max(0, (sizes.get(session) ?? 0) - from);
    },
  };
}

function watch({ options, followed }: Following, stored: StoredSession): void {
  const { session, checkpoint, baseline, parent } = stored;
  followed.add(session);
  options.send({ type: "watch", session, from: checkpoint, baseline, parent });
}

/** Whether this session is left alone. It is tried again when it has grown or kato was upgraded. */
function isQuarantined({ options, quarantined }: Following, stored: StoredSession, size: number): boolean {
  if (stored.quarantined === null) return false;
  if (stored.quarantined === quarantineMark(size, options.version)) {
    quarantined.add(stored.session);
    options.send({ type: "quarantine", session: stored.session });
    return true;
  }
  options.sessions.quarantine(stored, null);
  quarantined.delete(stored.session);
  options.released(stored.session);
  return false;
}

function take(following: Following, seen: SeenSession): StoredSession | null {
  const { options: { provider, sessions }, looks, looksBefore, sizes, modified, gone } = following;
  const { session } = seen;
  sizes.set(session, seen.size);
  modified.set(session, seen.modified);
  gone.delete(session);
  const stored = sessions.find({ provider, session });
  const history = looks.isHistory(seen);
  if (stored === null) {
    sessions.add(provider, seen, history ? null : arrivalAfter(looks.lookAt(seen.path)));
    return history ? null : sessions.find({ provider, session });
  }
  if (stored.path !== seen.path || stored.ino !== seen.ino) sessions.move(stored, seen.path, seen.ino);
  // A log that was never read and is another file now, or a shorter one, holds no news either.
  const isReplaced = stored.ino !== seen.ino || seen.size < stored.size;
  const isHistory = history || (isReplaced && stored.checkpoint === null && stored.baseline > 0);
  if (isHistory && stored.checkpoint === null) sessions.setBaseline(stored, seen.size);
  looksBefore.set(session, looks.lookAt(seen.path));
  if (isHistory || seen.size === stored.size || isQuarantined(following, stored, seen.size)) return null;
  return stored;
}

/** Taken from the state for a session that was not watched in this run. */
function readOf({ options: { provider, sessions }, read }: Following, session: string) {
  const known = read.get(session);
  if (known !== undefined) return known;
  const stored = sessions.find({ provider, session });
  const { checkpoint, size } = stored ?? { checkpoint: null, size: 0 };
  const found = { seq: checkpoint?.seq ?? Infinity, size };
  read.set(session, found);
  return found;
}

function quarantineMark(size: number, version: string): string {
  return `${size} ${version}`;
}
