/**
 * The parser role follows one provider's logs. It READS that provider's roots and nothing else, writes nothing, and
 * knows no destination. It reports to the orchestrator in messages of protocol/parser_messages.ts.
 */
import type { ProviderId } from "../protocol/event.ts";
import {
  HOT_MS,
  TROUBLE_NAME_CHARS,
  TROUBLE_NAMES,
  WARM_MS,
  WARM_POLL_MS,
  WARM_SESSIONS,
} from "../protocol/limits.ts";
import { type FromParser, type SeenSession, type ToParser, toParser } from "../protocol/parser_messages.ts";
import type { Port } from "../protocol/port.ts";
import { receive } from "../protocol/channel.ts";
import type { Provider } from "../providers/provider.ts";
import { stat, walkFiles } from "./disk.ts";
import { createFollower, type Follower } from "./follower.ts";
import { createForks } from "./forks.ts";
import { createLooks, type FoundSession } from "./looks.ts";
import { formOf } from "./open_log.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import { indexSessions, type SessionOnDisk } from "./session_index.ts";
import { type HotFiles, type TreeWatch, watchTrees } from "./tree_watch.ts";
import { countTroubles } from "./troubles.ts";
import { createRunSoon } from "./run_soon.ts";

type Send = (message: FromParser, payload?: Uint8Array<ArrayBuffer>) => void;

/** Sessions in one `seen` message of the first scan. */
const SEEN_BATCH = 1000;

/** Serves `port` until `stop` arrives. `providerById` gives the providers of this build. */
export function runParser(port: Port, providerById: (id: ProviderId) => Provider): void {
  const send: Send = (message, payload) => port.send({ header: message, payload: payload ?? null });
  let started: Started | null = null;

  receive(port, toParser, (message) => {
    if (message.type === "start") {
      if (started !== null) throw new Error("internal error: the parser was started twice");
      started = start(providerById(message.provider), message, send);
      return;
    }
    if (started === null) throw new Error(`internal error: ${message.type} before start`);
    obey(message, started, send);
  });
}

interface Started {
  readonly follower: Follower;
  readonly schedule: Schedule;
  readonly tree: TreeWatch;
  /** Every session that began before this was reported, in milliseconds since 1970. */
  looked(): number;
}

function obey(message: ToParser, { follower, schedule, tree, looked }: Started, send: Send): void {
  switch (message.type) {
    case "start":
      return;
    case "watch":
      return follower.watch(message.session, message.from, message.baseline, message.parent);
    case "feed":
      return follower.feed(message);
    case "until":
      return follower.until(message.feed, message.until);
    case "credit":
      return follower.credit(message.feed, message.batches);
    case "unfeed":
      return follower.unfeed(message.feed);
    case "handled":
      return follower.handled(message.session, message.seq);
    case "marked":
      return schedule.marked();
    case "quarantine":
      return follower.quarantine(message.session);
    case "ping":
      return send({ type: "pong", n: message.n, looked: looked() });
    case "stop":
      tree.close();
      follower.report();
      return send({ type: "stopped" });
  }
}

function start(
  provider: Provider,
  { roots, suspects, quarantined }: Extract<ToParser, { type: "start" }>,
  send: Send,
): Started {
  const index = indexSessions(provider, roots);
  /** Sessions as the orchestrator knows them. */
  const reported = new Map<string, SessionOnDisk>();
  /** Sessions that changed lately: a small part of all. */
  const hot = new Map<string, SessionOnDisk>();
  /** Documents that could not be read during the first scan. */
  let late: ReadonlySet<string> = new Set();
  /** Sessions of the first scan that were not reported yet; null once the scan is over. */
  let first: SeenSession[] | null = [];
  let watching: "inotify" | "poll" = "poll";
  /** When the hot sessions were last looked at: milliseconds of `performance.now()`. */
  let warmAt = -Infinity;
  /** Links and special files that were reported. */
  const oddities = new Set<string>();

  const schedule = createSchedule({
    mark: (inHand) => send({ type: "mark", session: null, ...inHand }),
    soon: createRunSoon(),
  });
  const troubles = countTroubles(send);
  const follower = createFollower({ provider, send, schedule, troubles, locate: index.files });
  const looks = createLooks({
    index,
    forks: createForks(provider),
    schedule,
    suspects,
    quarantined,
    isKnown: (session) => reported.has(session),
    take,
    wake: (session) => void follower.wake(session),
  });

  /** Looks at this session for a while even without an event. The oldest session gives way. */
  function heat(found: SessionOnDisk): void {
    hot.delete(found.session);
    hot.set(found.session, found);
    const [oldest] = hot.keys();
    if (hot.size > WARM_SESSIONS && oldest !== undefined) hot.delete(oldest);
  }

  function take(sessions: readonly FoundSession[]): void {
    const seen = sessions.flatMap(({ session: found, parent }) => takeOne(found, parent) ?? []);
    if (first === null) return sendSeen(seen);
    first.push(...seen);
    if (first.length >= SEEN_BATCH) sendSeen(first.splice(0));
  }

  function takeOne(found: SessionOnDisk, parent: string | null): SeenSession | null {
    const before = reported.get(found.session);
    reported.set(found.session, found);
    // The first scan may find thousands of files. Only a handful grows while kato watches.
    if (first === null && found.modified >= Date.now() - WARM_MS) heat(found);
    // A log that could not be read may be readable now, although it looks the same.
    const same = isSame(before, found) && !follower.isGone(found.session);
    if (same || follower.wake(found.session)) return null;
    const { session, path, dev, ino, size, modified } = found;
    return { session, path, dev, ino, size, modified, parent, late: before === undefined && late.has(path) };
  }

  function sendSeen(seen: readonly SeenSession[]): void {
    for (let from = 0; from < seen.length; from += SEEN_BATCH) {
      send({ type: "seen", sessions: seen.slice(from, from + SEEN_BATCH) });
    }
  }

  function pollHot(): HotFiles {
    let newest = 0;
    let missed = false;
    const isWarmDue = performance.now() - warmAt >= WARM_POLL_MS;
    if (isWarmDue) warmAt = performance.now();
    // A copy, because taking a log moves it to the end.
    for (const [session, { latest, modified }] of [...hot]) {
      const age = Date.now() - modified;
      if (age > WARM_MS) hot.delete(session);
      if (age > HOT_MS && !isWarmDue) continue;
      looks.want(latest);
      const now = reported.get(session);
      missed ||= now !== undefined && now.modified !== modified;
      newest = Math.max(newest, now?.modified ?? 0);
    }
    return { missed, age: hot.size === 0 ? null : Math.max(0, Date.now() - newest) };
  }

  const tree = watchTrees({
    roots,
    changed: looks.want,
    isKnown: index.isKnown,
    pollHot,
    scanAll: (done) => looks.wantAll(walkAll(roots), done),
    odd(kind, path) {
      if (oddities.has(path) || oddities.size >= TROUBLE_NAMES) return;
      oddities.add(path);
      troubles.count(null, { kind, what: tailOf(path) });
      troubles.send();
    },
    how(how, why) {
      watching = how;
      if (first === null) send({ type: "watching", how, why });
    },
  });
  const began = Date.now();
  looks.wantAll(walkAll(roots), () => {
    sendSeen(first ?? []);
    first = null;
    late = new Set(index.halfWritten());
    send({
      type: "ready",
      sessions: reported.size,
      watching,
      missing: roots.filter((root) => stat(root) === null),
      looked: began,
    });
  });
  return {
    follower,
    schedule,
    tree,
    // Events can be lost, so only a look proves that everything was reported.
    looked: () => Math.min(tree.lookedAt(), looks.idleAt()),
  };
}

/** The time counts for documents only: a document may change and keep its length. */
function isSame(before: SessionOnDisk | undefined, found: SessionOnDisk): boolean {
  return before !== undefined && before.path === found.path && before.ino === found.ino &&
    before.size === found.size &&
    (before.modified === found.modified || formOf(found.latest) !== "document");
}

/** The end of a path distinguishes it best. */
function tailOf(path: string): string {
  return path.length <= TROUBLE_NAME_CHARS ? path : `…${path.slice(1 - TROUBLE_NAME_CHARS)}`;
}

function* walkAll(roots: readonly string[]): Generator<string> {
  for (const root of roots) yield* walkFiles(root);
}
