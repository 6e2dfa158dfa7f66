/**
 * The parser role follows one provider's logs. It READS that provider's roots and nothing else, writes nothing, and
 * knows no destination. It reports to the orchestrator in messages of protocol/parser_messages.ts.
 */
import type { ProviderId } from "../protocol/event.ts";
import { TROUBLE_NAME_CHARS, TROUBLE_NAMES } from "../protocol/limits.ts";
import { type FromParser, type SeenSession, type ToParser, toParser } from "../protocol/parser_messages.ts";
import type { Port } from "../protocol/port.ts";
import { receive } from "../protocol/channel.ts";
import type { Provider } from "../providers/provider.ts";
import { stat, walkFiles } from "./disk.ts";
import { findAbsent } from "./find_absent.ts";
import { createFollower, type Follower } from "./follower.ts";
import { createForks } from "./forks.ts";
import { createLooks } from "./looks.ts";
import * as reporting from "./reported_sessions.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import { indexSessions } from "./session_index.ts";
import { type TreeWatch, watchTrees } from "./tree_watch.ts";
import { countTroubles } from "./troubles.ts";
import { createRunSoon } from "./run_soon.ts";

type Send = (message: FromParser, payload?: Uint8Array<ArrayBuffer>) => void;

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
  findAbsent(message: Extract<ToParser, { type: "find-absent" }>): string[];
}

function obey(message: ToParser, started: Started, send: Send): void {
  const { follower, schedule, tree, looked } = started;
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
    case "find-absent":
      return send({ type: "absent", n: message.n, paths: started.findAbsent(message) });
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
  { roots, suspects, quarantined, redaction }: Extract<ToParser, { type: "start" }>,
  send: Send,
): Started {
  const index = indexSessions(provider, roots);
  const state = reporting.beginReporting();
  let watching: "inotify" | "poll" = "poll";
  /** Links and special files that were reported. */
  const oddities = new Set<string>();

  const schedule = createSchedule({
    mark: (inHand) => send({ type: "mark", session: null, ...inHand }),
    soon: createRunSoon(),
  });
  const troubles = countTroubles(send);
  const follower = createFollower({ provider, send, schedule, troubles, redaction, locate: index.files });
  const looks = createLooks({
    index,
    forks: createForks(provider),
    schedule,
    suspects,
    quarantined,
    isKnown: (session) => state.known.has(session),
    take: (found) => sendSeen(send, reporting.takeFound(state, found, follower)),
    wake: (session) => void follower.wake(session),
  });
  const tree = watchTrees({
    roots,
    changed: looks.want,
    isKnown: index.isKnown,
    pollHot: () => reporting.pollHot(state, looks.want),
    scanAll: (done) => looks.wantAll(walkAll(roots), done),
    odd(kind, path) {
      if (oddities.has(path) || oddities.size >= TROUBLE_NAMES) return;
      oddities.add(path);
      troubles.count(null, { kind, what: tailOf(path) });
      troubles.send();
    },
    refused() {
      troubles.count(null, { kind: "unreadable", what: "a folder or a log cannot be read for now" });
      troubles.send();
    },
    how(how, why) {
      watching = how;
      if (state.first === null) send({ type: "watching", how, why });
    },
  });
  const began = Date.now();
  looks.wantAll(walkAll(roots), () => {
    sendSeen(send, reporting.endFirstScan(state, index.halfWritten()));
    const missing = roots.filter((root) => stat(root) === null);
    send({ type: "ready", sessions: state.known.size, watching, missing, looked: began });
  });
  return {
    follower,
    schedule,
    tree,
    // Events can be lost, so only a look proves that everything was reported.
    looked: () => Math.min(tree.lookedAt(), looks.idleAt()),
    findAbsent: (message) => findAbsent({ roots, index, follower, reported: state }, message),
  };
}

function sendSeen(send: Send, seen: readonly SeenSession[]): void {
  for (let from = 0; from < seen.length; from += reporting.SEEN_BATCH) {
    send({ type: "seen", sessions: seen.slice(from, from + reporting.SEEN_BATCH) });
  }
}

/** The end of a path distinguishes it best. */
function tailOf(path: string): string {
  return path.length <= TROUBLE_NAME_CHARS ? path : `…${path.slice(1 - TROUBLE_NAME_CHARS)}`;
}

function* walkAll(roots: readonly string[]): Generator<string> {
  for (const root of roots) yield* walkFiles(root);
}
