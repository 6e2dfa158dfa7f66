/**
 * Reads on in the sessions that are watched, a slice of time each in turn, and keeps a promise of the protocol: a feed
 * never outruns its session's watch. Room: parser; edge through SessionReader.
 */
import { after } from "../hosts/timers.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import { AGENT_WAIT_MS, SLICE_MS } from "../protocol/limits.ts";
import type { FromParser, ToParser } from "../protocol/parser_messages.ts";
import type { Provider } from "../providers/provider.ts";
import { feedSession, type SessionFeed } from "./feed_session.ts";
import { gatherEventIds, isUnique } from "./inherited.ts";
import type { Trouble } from "./parse_line.ts";
import type { Schedule, Tier } from "./schedule.ts";
import type { SessionFiles } from "./session_files.ts";
import { readSession, type SessionReader } from "./session_reader.ts";
import type { Troubles } from "./troubles.ts";
import { type SessionWatch, watchSession } from "./watch_session.ts";

export interface FollowerOptions {
  readonly provider: Provider;
  /** Where the session's logs are now; null when it is not known. */
  readonly locate: (session: string) => SessionFiles | null;
  readonly schedule: Schedule;
  readonly troubles: Troubles;
  readonly send: (message: FromParser, payload?: Uint8Array<ArrayBuffer>) => void;
}

export interface Follower {
  watch(session: string, from: Checkpoint | null, baseline: number, parent: string | null): void;
  feed(message: Extract<ToParser, { type: "feed" }>): void;
  until(feed: number, until: number): void;
  credit(feed: number, batches: number): void;
  unfeed(feed: number): void;
  handled(session: string, seq: number): void;
  quarantine(session: string): void;
  /** A log of this session may have grown. False when it is not watched. */
  wake(session: string): boolean;
  /** Whether its log could not be read when it was tried last. */
  isGone(session: string): boolean;
  /** Says how far every watch has come. */
  report(): void;
}

export function createFollower({ provider, locate, schedule, troubles, send }: FollowerOptions): Follower {
  const watches = new Map<string, SessionWatch>();
  const feeds = new Map<number, SessionFeed>();
  const quarantined = new Set<string>();
  const gone = new Set<string>();
  /** Sessions that were read to their end: what they are given now is said now. */
  const live = new Set<string>();
  /** What sessions inherited, as far as it was not read yet. */
  const inheriting = new Map<string, Generator<void, void>[]>();
  /** Sessions that are looked at again although nothing may have changed. */
  const lingering = new Set<string>();

  function wake(session: string): boolean {
    // A quarantined session that has grown is the orchestrator's to release.
    if (!watches.has(session) || quarantined.has(session)) return false;
    const job = { key: session, begin: () => ({ session }), run: () => slice(session) };
    schedule.want(job, live.has(session) ? "live" : "fresh");
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

  function open(
    session: string,
    from: Checkpoint | null,
    report: (trouble: Trouble) => void,
    rewritten?: (what: "whole" | "place") => void,
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
      ...(rewritten === undefined ? {} : { rewritten }),
    });
  }

  /** Works on one session for a slice of time; where it goes on, or null when there is nothing more to read. */
  function slice(session: string): Tier | null {
    const deadline = performance.now() + SLICE_MS;
    const watch = watches.get(session);
    if (watch === undefined) return null;
    if (!inherit(session, deadline)) return "busy";
    const own = [...feeds].filter(([, feed]) => feed.session === session);
    let busy = true;
    while (busy && performance.now() < deadline) {
      busy = stepWatch(watch, deadline);
      for (const [id, feed] of own) busy = stepFeed(id, feed, watch.limit(), deadline) || busy;
    }
    if (!busy && watch.moved()) sendWatched(watch);
    troubles.send();
    return busy ? "busy" : null;
  }

  /** The ids of what `session` may have from `parent`, once that was read; none where it has no log. */
  function idsOf(parent: string | null, session: string): ReadonlySet<string> {
    const original = parent === null ? null : locate(parent);
    const ids = new Set<string>();
    if (original === null) return ids;
    inheriting.set(session, [
      ...inheriting.get(session) ?? [],
      gatherEventIds(provider, original.parts, ids),
    ]);
    return ids;
  }

  /** Reads what a session inherited, which must be known before anything of it is obeyed or sent; whether it is. */
  function inherit(session: string, deadline: number): boolean {
    const [inherited, ...others] = inheriting.get(session) ?? [];
    if (inherited === undefined) return true;
    while (performance.now() < deadline) {
      if (inherited.next().done !== true) continue;
      if (others.length === 0) inheriting.delete(session);
      else inheriting.set(session, others);
      return inherit(session, deadline);
    }
    return false;
  }

  function stepWatch(watch: SessionWatch, deadline: number): boolean {
    // A bound, so that feeds get their turn in the same slice.
    for (let records = 0; records < 64 && performance.now() < deadline; records += 1) {
      const result = watch.step();
      switch (result) {
        case "more":
          continue;
        case "linger":
          live.add(watch.session);
          wakeLater(watch.session);
          return false;
        case "wait":
          live.add(watch.session);
          gone.delete(watch.session);
          return false;
        case "gone":
          if (!gone.has(watch.session)) {
            troubles.count(watch.session, { kind: "gone", what: "its log cannot be read" });
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
      const report = (trouble: Trouble) => troubles.count(session, trouble);
      const reader = open(session, from, report, (what) => {
        if (what === "whole") watches.get(session)?.rewritten();
        send({ type: "rewritten", session });
      });
      if (reader === null) return;
      watches.set(session, watchSession(session, reader, from, baseline, idsOf(parent, session)));
      wake(session);
    },
    feed({ feed: id, session, from, start, until, inherits }) {
      // Its watch reads the same lines, and reports them.
      const reader = open(session, from, () => {});
      if (reader === null) return send({ type: "lost", feed: id, session, why: "its log is not there" });
      const inherited = idsOf(inherits, session);
      const isInherited = (own: string) => isUnique(own) && inherited.has(own);
      feeds.set(id, feedSession(session, reader, start, until, isInherited));
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
    quarantine(session) {
      quarantined.add(session);
      schedule.drop(session);
    },
    wake,
    isGone: (session) => gone.has(session),
    report() {
      for (const watch of watches.values()) if (watch.moved()) sendWatched(watch);
    },
  };
}
