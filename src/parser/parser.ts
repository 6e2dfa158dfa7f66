/**
 * The parser role: follows one provider's logs. READS that provider's roots, and nothing else; writes nothing,
 * knows no destination, and tells the orchestrator what it found in messages of protocol/parser_messages.ts.
 * Room: parser.
 */
import { after } from "../hosts/timers.ts";
import { dirname } from "@std/path";
import type { ProviderId } from "../protocol/event.ts";
import { NEW_FOLDER_AGAIN_MS } from "../protocol/limits.ts";
import { type FromParser, type SeenSession, type ToParser, toParser } from "../protocol/parser_messages.ts";
import type { Port } from "../protocol/port.ts";
import { receive } from "../protocol/channel.ts";
import type { Provider } from "../providers/provider.ts";
import { stat } from "./disk.ts";
import { createFollower, type Follower } from "./follower.ts";
import { headIdentity } from "./inherited.ts";
import { formOf } from "./open_log.ts";
import { indexSessions, type SessionOnDisk } from "./session_index.ts";
import { type TreeWatch, watchTrees } from "./tree_watch.ts";

/** Sessions in one `seen` message. */
const SEEN_BATCH = 1000;

/** Sessions that grew within this many milliseconds are looked at even without an event. */
const HOT_MS = 10 * 60_000;

/** ... and at most so many of them: this is the net under inotify, not its replacement. */
const HOT_SESSIONS = 200;

/** Serves `port` until it is told to stop. `providerById` gives the parsers that this build knows. */
export function runParser(port: Port, providerById: (id: ProviderId) => Provider | null): void {
  const send = (message: FromParser, payload?: Uint8Array<ArrayBuffer>) =>
    port.send({ header: message, payload: payload ?? null });
  let started: Started | null = null;

  receive(port, toParser, (message) => {
    if (message.type === "start") {
      if (started !== null) throw new Error("internal error: the parser was started twice");
      const provider = providerById(message.provider);
      if (provider === null) throw new Error(`internal error: no parser for ${message.provider}`);
      started = start(provider, message.roots, send);
      return;
    }
    if (started === null) throw new Error(`internal error: ${message.type} before start`);
    obey(message, started, send);
  });
}

interface Started {
  readonly follower: Follower;
  readonly tree: TreeWatch;
  /** Every session that was begun by then was told, in milliseconds since 1970. */
  looked(): number;
}

function obey(
  message: ToParser,
  { follower, tree, looked }: Started,
  send: (message: FromParser) => void,
): void {
  switch (message.type) {
    case "start":
      return;
    case "watch":
      return follower.watch(message.session, message.from, message.baseline, message.parent);
    case "feed":
      return follower.feed(message.feed, message.session, message.from, message.start, message.until);
    case "until":
      return follower.until(message.feed, message.until);
    case "credit":
      return follower.credit(message.feed, message.batches);
    case "unfeed":
      return follower.unfeed(message.feed);
    case "handled":
      return follower.handled(message.session, message.seq);
    case "marked":
      return follower.marked(message.session);
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

function start(provider: Provider, roots: readonly string[], send: (message: FromParser) => void): Started {
  const index = indexSessions(provider, roots);
  /** Sessions as the orchestrator knows them. */
  const told = new Map<string, SessionOnDisk>();
  /** The sessions that changed lately, a small part of them. */
  const hot = new Map<string, SessionOnDisk>();
  /** Head identities of the logs in a folder, read when a new one appears there. */
  const heads = new Map<string, { readonly sessions: Set<string>; readonly owners: Map<string, string> }>();
  /** Documents that could not be read when all else was told for the first time. */
  let late: ReadonlySet<string> = new Set();
  let firstScan = true;
  let watching: "inotify" | "poll" = "poll";
  let lastScan = Date.now();

  const follower = createFollower({ provider, send, locate: index.files });

  /** The session whose log `found` began as a copy of. */
  function parentOf(found: SessionOnDisk): string | null {
    const identity = headIdentity(provider, found.path);
    if (identity === null) return null;
    const folder = dirname(found.path);
    const known = heads.get(folder) ?? { sessions: new Set<string>(), owners: new Map<string, string>() };
    heads.set(folder, known);
    for (const other of told.values()) {
      if (known.sessions.has(other.session) || other.session === found.session) continue;
      if (dirname(other.path) !== folder) continue;
      known.sessions.add(other.session);
      const head = headIdentity(provider, other.path);
      if (head !== null && !known.owners.has(head)) known.owners.set(head, other.session);
    }
    return known.owners.get(identity) ?? null;
  }

  /** Looks at this session for a while even without an event; the oldest gives way. */
  function heat(found: SessionOnDisk): void {
    hot.delete(found.session);
    hot.set(found.session, found);
    const [oldest] = hot.keys();
    if (hot.size > HOT_SESSIONS && oldest !== undefined) hot.delete(oldest);
  }

  function take(sessions: readonly SessionOnDisk[]): void {
    const seen: SeenSession[] = [];
    for (const found of sessions) {
      const before = told.get(found.session);
      told.set(found.session, found);
      // What the first scan finds may be thousands of files; what grows while we watch is a handful.
      if (!firstScan && found.modified >= Date.now() - HOT_MS) heat(found);
      const same = before !== undefined && before.path === found.path && before.ino === found.ino &&
        before.size === found.size &&
        (before.modified === found.modified || formOf(found.latest) !== "document");
      if (same || follower.wake(found.session)) continue;
      const { session, path, dev, ino, size, modified } = found;
      const parent = firstScan || before !== undefined ? null : parentOf(found);
      seen.push({
        session,
        path,
        dev,
        ino,
        size,
        modified,
        parent,
        late: before === undefined && late.has(path),
      });
    }
    for (let from = 0; from < seen.length; from += SEEN_BATCH) {
      send({ type: "seen", sessions: seen.slice(from, from + SEEN_BATCH) });
    }
  }

  /** What is found is told while the scan goes on: the orchestrator need not wait for its end. */
  function scan(top: string): void {
    let found = new Map<string, SessionOnDisk>();
    for (const session of index.scan(top)) {
      // Of a session of many logs, what the last of them made of it.
      found.set(session.session, session);
      if (found.size < SEEN_BATCH) continue;
      take([...found.values()]);
      found = new Map();
    }
    take([...found.values()]);
  }

  function scanAll(): void {
    lastScan = Date.now();
    for (const root of roots) scan(root);
  }

  function changed(path: string): void {
    const examined = index.examine(path);
    switch (examined.is) {
      case "session":
        return take([examined.found]);
      case "part-of":
        return void follower.wake(examined.session);
      case "nothing":
        return;
      case "no-log": {
        if (stat(path)?.isDirectory !== true) return;
        // A new folder may have got files before it was watched, and before or after a first look.
        scan(path);
        after(NEW_FOLDER_AGAIN_MS, () => scan(path));
      }
    }
  }

  const tree = watchTrees({
    roots,
    changed,
    pollHot() {
      const since = Date.now() - HOT_MS;
      // A copy: taking a log puts it back at the end.
      for (const [session, { latest, modified }] of [...hot]) {
        if (modified < since) hot.delete(session);
        changed(latest);
      }
      return hot.size > 0;
    },
    scanAll,
    how(how, why) {
      watching = how;
      if (!firstScan) send({ type: "watching", how, why });
    },
  });
  scanAll();
  firstScan = false;
  late = new Set(index.halfWritten());
  send({
    type: "ready",
    sessions: told.size,
    watching,
    missing: roots.filter((root) => stat(root) === null),
  });
  return {
    follower,
    tree,
    // What the kernel tells of is told at once; else only a scan finds it.
    looked: () => watching === "inotify" ? Date.now() : lastScan,
  };
}
