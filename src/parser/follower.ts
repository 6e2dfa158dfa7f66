/** Carries out what following.ts asks for: opens readers, sets timers, schedules work and sends messages. */
import { after } from "../hosts/timers.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import { AGENT_WAIT_MS, SLICE_MS } from "../protocol/limits.ts";
import type { FromParser, ToParser } from "../protocol/parser_messages.ts";
import type { Redaction } from "../protocol/redaction.ts";
import type { Provider } from "../providers/provider.ts";
import { feedSession } from "./feed_session.ts";
import * as following from "./following.ts";
import { gatherEventIds, isUnique } from "./inherited.ts";
import type { Trouble } from "./parse_line.ts";
import type { Schedule, Tier } from "./schedule.ts";
import type { SessionFiles } from "./session_files.ts";
import { readSession, type SessionReader } from "./session_reader.ts";
import type { Troubles } from "./troubles.ts";
import { watchSession } from "./watch_session.ts";

export interface FollowerOptions {
  readonly provider: Provider;
  /** The session's logs as they are now; null when none is known. */
  readonly locate: (session: string) => SessionFiles | null;
  /** For titles. */
  readonly redaction: Redaction;
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
  /** Its log is gone: nothing more is said of it. False: a feed waits for it. */
  letGo(session: string): boolean;
  /** A log of this session may have grown. False when the session is not watched. */
  wake(session: string): boolean;
  /** Whether its log could not be read at the last attempt. */
  isGone(session: string): boolean;
  /** Reports the progress of every watch that moved. */
  report(): void;
}

export function createFollower(
  { provider, locate, redaction, schedule, troubles, send }: FollowerOptions,
): Follower {
  const state = following.beginFollowing();

  function carryOut(effects: Iterable<following.Effect>): void {
    for (const effect of effects) perform(effect);
  }

  function perform(effect: following.Effect): void {
    switch (effect.effect) {
      case "send":
        return send(effect.message, effect.payload);
      case "wake":
        return schedule.want(jobOf(effect.session), effect.tier);
      case "wake-later":
        return void after(AGENT_WAIT_MS, () => carryOut(following.endLinger(state, effect.session)));
      case "trouble":
        return troubles.count(effect.session, effect.trouble);
    }
  }

  const jobOf = (session: string) => ({
    key: session,
    begin: () => ({ session }),
    run: () => slice(session),
  });

  /** Works on one session for a slice of time. Answers where it waits next; null when everything is read. */
  function slice(session: string): Tier | null {
    const deadline = performance.now() + SLICE_MS;
    const work = following.workOn(state, session, () => performance.now() < deadline);
    let step = work.next();
    for (; step.done !== true; step = work.next()) perform(step.value);
    troubles.send();
    return step.value;
  }

  function wake(session: string): boolean {
    const effects = following.wake(state, session);
    carryOut(effects);
    return effects.length > 0;
  }

  function open(
    session: string,
    from: Checkpoint | null,
    report: (trouble: Trouble) => void,
    rewritten: (what: "whole" | "place") => void = () => {},
    images = false,
  ): SessionReader | null {
    const files = locate(session);
    if (files === null) return null;
    const locateNow = () => locate(session) ?? files;
    return readSession({
      provider,
      session,
      locate: locateNow,
      from,
      whole: false,
      report,
      rewritten,
      images,
      redaction,
    });
  }

  /** The ids that `session` may have from `parent`, complete once they are read. None when the parent has no log. */
  function idsOf(parent: string | null, session: string): ReadonlySet<string> {
    const original = parent === null ? null : locate(parent);
    const ids = new Set<string>();
    if (original !== null) {
      following.inherit(state, session, gatherEventIds(provider, original.parts, ids));
    }
    return ids;
  }

  return {
    watch(session, from, baseline, parent) {
      state.quarantined.delete(session);
      if (state.watches.has(session)) return void wake(session);
      const report = (trouble: Trouble) => troubles.count(session, trouble);
      const reader = open(session, from, report, (what) => {
        if (what === "whole") state.watches.get(session)?.rewritten();
        send({ type: "rewritten", session });
      });
      if (reader === null) return;
      state.watches.set(session, watchSession(session, reader, from, baseline, idsOf(parent, session)));
      wake(session);
    },
    feed({ feed: id, session, from, start, until, inherits, images }) {
      // The watch reads the same lines and reports their troubles.
      const reader = open(session, from, () => {}, () => {}, images);
      if (reader === null) return send({ type: "lost", feed: id, session, why: "its log is not there" });
      const inherited = idsOf(inherits, session);
      const isInherited = (own: string) => isUnique(own) && inherited.has(own);
      state.feeds.set(id, feedSession(session, reader, start, until, isInherited));
      wake(session);
    },
    until: (id, until) => carryOut(following.endAt(state, state.feeds.get(id), until)),
    credit: (id, batches) => carryOut(following.addCredit(state, state.feeds.get(id), batches)),
    unfeed: (id) => void state.feeds.delete(id),
    handled: (session, seq) => carryOut(following.release(state, session, seq)),
    quarantine(session) {
      state.quarantined.add(session);
      schedule.drop(session);
    },
    letGo(session) {
      if (!following.letGo(state, session)) return false;
      schedule.drop(session);
      return true;
    },
    wake,
    isGone: (session) => state.gone.has(session),
    report: () => carryOut(following.reportMoved(state)),
  };
}
