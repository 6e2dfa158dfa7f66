/**
 * Shares the parser's time among the sessions that have something to read, a slice each in turn, and keeps the
 * promises of the protocol: a session is marked before it is parsed, a feed never outruns its session's watch.
 * Room: parser; edge through SessionReader.
 */
import { after } from "../hosts/timers.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import { keepFew } from "../protocol/few_names.ts";
import {
  AGENT_WAIT_MS,
  SESSION_TROUBLE_NAMES,
  SLICE_MS,
  TROUBLE_NAME_CHARS,
  TROUBLE_NAMES,
} from "../protocol/limits.ts";
import type { FromParser } from "../protocol/parser_messages.ts";
import type { Provider } from "../providers/provider.ts";
import { feedSession, type SessionFeed } from "./feed_session.ts";
import { eventIds } from "./inherited.ts";
import type { Trouble } from "./parse_line.ts";
import type { SessionFiles } from "./session_files.ts";
import { readSession, type SessionReader } from "./session_reader.ts";
import { type SessionWatch, watchSession } from "./watch_session.ts";

export interface FollowerOptions {
  readonly provider: Provider;
  /** Where the session's logs are now; null when it is not known. */
  readonly locate: (session: string) => SessionFiles | null;
  readonly send: (message: FromParser, payload?: Uint8Array<ArrayBuffer>) => void;
}

export interface Follower {
  watch(session: string, from: Checkpoint | null, baseline: number, parent: string | null): void;
  feed(feed: number, session: string, from: Checkpoint | null, start: number, until: number | null): void;
  until(feed: number, until: number): void;
  credit(feed: number, batches: number): void;
  unfeed(feed: number): void;
  handled(session: string, seq: number): void;
  marked(session: string): void;
  quarantine(session: string): void;
  /** A log of this session may have grown. False when it is not watched. */
  wake(session: string): boolean;
  /** Says how far every watch has come. */
  report(): void;
}

export function createFollower({ provider, locate, send }: FollowerOptions): Follower {
  const watches = new Map<string, SessionWatch>();
  const feeds = new Map<number, SessionFeed>();
  const quarantined = new Set<string>();
  const gone = new Set<string>();
  const troubles = new Map<string, Extract<FromParser, { type: "trouble" }>>();
  /** Names of troubles, of each session that had some, and of all. */
  const names = new Map<string, (name: string) => string>();
  const allNames = keepFew(TROUBLE_NAMES);
  /** Sessions with something to read, in turn. */
  const dirty = new Set<string>();
  /** Sessions that are looked at again although nothing may have changed. */
  const lingering = new Set<string>();
  let marked: string | null = null;
  let asked: string | null = null;
  let scheduled = false;
  // A message to oneself is the shortest way to let other messages in between two slices.
  const turn = new MessageChannel();
  turn.port1.onmessage = () => {
    scheduled = false;
    work();
  };

  function wake(session: string): boolean {
    // A quarantined session that has grown is the orchestrator's to release.
    if (!watches.has(session) || quarantined.has(session)) return false;
    dirty.add(session);
    schedule();
    return true;
  }

  /** A sub-agent's log is waited for, and no change of a file may ever end that. */
  function wakeLater(session: string): void {
    if (lingering.has(session)) return;
    lingering.add(session);
    after(AGENT_WAIT_MS, () => {
      lingering.delete(session);
      wake(session);
    });
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    turn.port2.postMessage(null);
  }

  function open(
    session: string,
    from: Checkpoint | null,
    report: (trouble: Trouble) => void,
  ): SessionReader | null {
    const files = locate(session);
    if (files === null) return null;
    return readSession({
      provider,
      session,
      locate: () => locate(session) ?? files,
      from,
      whole: false,
      report,
      rewritten: () => watches.get(session)?.rewritten(),
    });
  }

  /** A poisoned log has millions of bad lines: they are told by the slice, not one by one, and few names of them. */
  function count(session: string, trouble: Trouble): void {
    const { kind } = trouble;
    const ownNames = names.get(session) ?? keepFew(SESSION_TROUBLE_NAMES);
    names.set(session, ownNames);
    const what = allNames(ownNames(trouble.what.slice(0, TROUBLE_NAME_CHARS)));
    const key = `${session} ${kind} ${what}`;
    const known = troubles.get(key);
    troubles.set(key, { type: "trouble", session, kind, what, count: (known?.count ?? 0) + 1 });
  }

  function sendTroubles(): void {
    for (const trouble of troubles.values()) send(trouble);
    troubles.clear();
  }

  function work(): void {
    const [session] = dirty;
    if (session === undefined) {
      if (marked !== null) send({ type: "mark", session: null });
      marked = null;
      return;
    }
    if (marked !== session) {
      if (asked !== session) send({ type: "mark", session });
      asked = session;
      return;
    }
    dirty.delete(session);
    if (slice(session)) dirty.add(session);
    sendTroubles();
    schedule();
  }

  /** Works on one session for a slice of time; whether there is more to do. */
  function slice(session: string): boolean {
    const deadline = performance.now() + SLICE_MS;
    const watch = watches.get(session);
    if (watch === undefined) return false;
    const own = [...feeds].filter(([, feed]) => feed.session === session);
    let busy = true;
    while (busy && performance.now() < deadline) {
      busy = stepWatch(watch, deadline);
      for (const [id, feed] of own) busy = stepFeed(id, feed, watch.limit(), deadline) || busy;
    }
    if (!busy && watch.moved()) sendWatched(watch);
    return busy;
  }

  function stepWatch(watch: SessionWatch, deadline: number): boolean {
    // A bound, so that feeds get their turn in the same slice.
    for (let records = 0; records < 64 && performance.now() < deadline; records += 1) {
      const result = watch.step();
      switch (result) {
        case "more":
          continue;
        case "linger":
          wakeLater(watch.session);
          return false;
        case "wait":
          gone.delete(watch.session);
          return false;
        case "gone":
          if (!gone.has(watch.session)) {
            send({
              type: "trouble",
              session: watch.session,
              kind: "gone",
              what: "its log cannot be read",
              count: 1,
            });
          }
          gone.add(watch.session);
          return false;
        default:
          send(result);
      }
    }
    return true;
  }

  function stepFeed(id: number, feed: SessionFeed, limit: number, deadline: number): boolean {
    while (feed.credit > 0) {
      const result = feed.step(limit);
      if (result === "linger") wakeLater(feed.session);
      if (result === "wait" || result === "linger" || result === "gone") return false;
      if (result === "more") {
        if (performance.now() >= deadline) return true;
        continue;
      }
      const { payload, ...batch } = result;
      feed.credit -= 1;
      send({ type: "batch", feed: id, session: feed.session, ...batch }, payload);
      if (batch.end) {
        feeds.delete(id);
        return false;
      }
    }
    return false;
  }

  function sendWatched(watch: SessionWatch): void {
    send({
      type: "watched",
      session: watch.session,
      meta: watch.reader.meta(),
      checkpoint: watch.checkpoint(),
      size: watch.reader.offset(),
    });
  }

  return {
    watch(session, from, baseline, parent) {
      quarantined.delete(session);
      if (watches.has(session)) return void wake(session);
      const reader = open(session, from, (trouble) => count(session, trouble));
      if (reader === null) return;
      const original = parent === null ? null : locate(parent);
      const inherited = original === null ? new Set<string>() : eventIds(provider, original.parts);
      watches.set(session, watchSession(session, reader, from, baseline, inherited));
      wake(session);
    },
    feed(id, session, from, start, until) {
      // Its watch reads the same lines, and reports them.
      const reader = open(session, from, () => {});
      if (reader === null) return send({ type: "lost", feed: id, session, why: "its log is not there" });
      feeds.set(id, feedSession(session, reader, start, until));
      wake(session);
    },
    until(id, until) {
      const feed = feeds.get(id);
      if (feed === undefined) return;
      feed.until = until;
      wake(feed.session);
    },
    credit(id, batches) {
      const feed = feeds.get(id);
      if (feed === undefined) return;
      feed.credit += batches;
      wake(feed.session);
    },
    unfeed: (id) => void feeds.delete(id),
    handled(session, seq) {
      watches.get(session)?.unhandled.delete(seq);
      wake(session);
    },
    marked(session) {
      marked = session;
      asked = null;
      schedule();
    },
    quarantine(session) {
      quarantined.add(session);
      dirty.delete(session);
    },
    wake,
    report() {
      for (const watch of watches.values()) if (watch.moved()) sendWatched(watch);
    },
  };
}
