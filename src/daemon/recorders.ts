/** All active recordings and the feeds that serve them. */
import { after } from "../hosts/timers.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { FromParser, ToParser } from "../protocol/parser_messages.ts";
import type { SessionRef } from "../protocol/session.ts";
import {
  closeFeeds,
  type FeedsEffect,
  type FeedsStep,
  forgetFeeds,
  giveCredit,
  leaveFeed,
  NO_FEEDS,
  setUntil,
  startFeed,
  stopFeed,
  tryLater,
} from "./feeds.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import type { Problem, RecorderContext } from "./recorder_context.ts";
import type { RecordingSummary } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";

export interface RecordersOptions extends
  Pick<
    RecorderContext,
    | "store"
    | "maxBytes"
    | "redaction"
    | "open"
    | "keepImages"
    | "unchanged"
    | "noteChange"
    | "noteRedacted"
    | "givenUp"
    | "changed"
    | "stopped"
  > {
  readonly send: (provider: ProviderId, message: ToParser) => void;
  /** Has the session watched, which a feed needs. */
  readonly watch: (recording: RecordingSummary) => void;
  /** It is blocked, or blocked for another reason than before. */
  readonly blocked: (recording: RecordingSummary, problem: Problem) => void;
}

export interface Recorders {
  /** Starts the recording, or starts it again. */
  start(recording: RecordingSummary): void;
  /** The row of `recording` says now that it ends. */
  ended(recording: RecordingSummary): void;
  take(batch: Extract<FromParser, { type: "batch" }>, payload: Uint8Array<ArrayBuffer> | null): void;
  lost(message: Extract<FromParser, { type: "lost" }>): void;
  /** A log of this session is there: recordings that missed it go on. */
  found(session: SessionRef): void;
  /** The provider's parser is new: its feeds must be asked for again. */
  restartFeeds(provider: ProviderId): void;
  /** Ends the blocked recordings of this session that were to end, without what they lack. Returns how many. */
  giveUp(session: SessionRef): Promise<number>;
  /** Tries a blocked recording without waiting any longer. */
  tryNow(recording: number): void;
  problem(recording: number): string | null;
  /** Resolves when this recording has stopped or is blocked, except by a missing log. */
  settled(recording: number): Promise<void>;
  close(): Promise<void>;
}

export function createRecorders(options: RecordersOptions): Recorders {
  const recorders = new Map<number, Recorder>();
  let feeds = NO_FEEDS;
  const waiting = new Map<number, (() => void)[]>();
  /** Calls off the next try of a blocked recording. */
  const tries = new Map<number, () => void>();

  function take(step: FeedsStep): void {
    feeds = step.feeds;
    for (const effect of step.effects) perform(effect);
  }

  function perform(effect: FeedsEffect): void {
    switch (effect.effect) {
      case "send":
        return options.send(effect.provider, effect.message);
      case "watch":
        return options.watch(effect.recording);
      case "call-off":
        return tries.get(effect.recording)?.();
      case "try-again": {
        const { recording, ms } = effect;
        tries.get(recording)?.();
        tries.set(recording, after(ms, () => recorders.get(recording)?.start()));
      }
    }
  }

  function release(recording: number): void {
    for (const resolve of waiting.get(recording) ?? []) resolve();
    waiting.delete(recording);
  }

  function recorderOf(feed: number): Recorder | undefined {
    const owner = feeds.open.find((one) => one.feed === feed);
    return owner === undefined ? undefined : recorders.get(owner.recording);
  }

  function ofSession({ provider, session }: SessionRef): Recorder[] {
    return [...recorders.values()].filter(({ recording }) =>
      recording.provider === provider && recording.session === session
    );
  }

  function create(recording: RecordingSummary): Recorder {
    const { id } = recording;
    return createRecorder(recording, {
      ...options,
      blocked(recording, problem, isNew) {
        if (isBlocked(recorders.get(id))) release(id);
        take(tryLater(feeds, id));
        if (isNew) options.blocked(recording, problem);
        options.changed();
      },
      startFeed: (recording) => take(startFeed(feeds, recording)),
      setUntil: (until) => take(setUntil(feeds, id, until)),
      stopFeed: () => take(stopFeed(feeds, id)),
      giveCredit: () => take(giveCredit(feeds, id)),
      stopped(recording) {
        take(leaveFeed(feeds, id));
        recorders.delete(id);
        tries.delete(id);
        release(id);
        options.stopped(recording);
      },
    });
  }

  return {
    start(recording) {
      // Another recorder still has its file.
      if (recording.follows !== null) return;
      const recorder = recorders.get(recording.id) ?? create(recording);
      recorders.set(recording.id, recorder);
      recorder.start();
    },
    ended: ({ id, until }) => {
      if (until !== null) recorders.get(id)?.ended(until);
    },
    take: (batch, payload) =>
      recorderOf(batch.feed)?.take({ ...batch, payload: payload ?? new Uint8Array(0) }),
    lost: ({ feed, why }) => recorderOf(feed)?.lost(why),
    found(session) {
      for (const recorder of ofSession(session)) if (recorder.problem()?.kind === "no-log") recorder.start();
    },
    restartFeeds(provider) {
      feeds = forgetFeeds(feeds, provider);
      for (const recorder of recorders.values()) {
        if (recorder.recording.provider === provider) recorder.start();
      }
    },
    async giveUp(session) {
      const given = await Promise.all(ofSession(session).map((recorder) => recorder.giveUp()));
      return given.filter(Boolean).length;
    },
    tryNow(recording) {
      tries.get(recording)?.();
      const recorder = recorders.get(recording);
      if (isBlocked(recorder)) recorder?.start();
    },
    problem: (recording) => recorders.get(recording)?.problem()?.why ?? null,
    settled(recording) {
      const recorder = recorders.get(recording);
      if (recorder === undefined || isBlocked(recorder)) return Promise.resolve();
      return new Promise((resolve) => waiting.set(recording, [...waiting.get(recording) ?? [], resolve]));
    },
    async close() {
      take(closeFeeds(feeds));
      await Promise.all([...recorders.values()].map((recorder) => recorder.close()));
    },
  };
}

function isBlocked(recorder: Recorder | undefined): boolean {
  const problem = recorder?.problem() ?? null;
  return problem !== null && problem.kind !== "no-log";
}

/** The session's recordings that a command about `destination` may change, in the form of session/machine.ts. */
export function knownRecordings(store: RecordingsStore, ref: SessionRef, destination: string | null) {
  const there = destination === null ? [] : store.ofDestination(destination);
  const stopped = there.filter(({ active, provider, session }) =>
    !active && provider === ref.provider && session === ref.session
  );
  return [...store.activeOfSession(ref), ...stopped]
    .filter(({ kind }) => kind !== "export")
    // A recording that has a follower is over for this session.
    .filter(({ isFollowed }) => !isFollowed)
    .map(({ id, destination, whole, next, active, until }) => ({
      id,
      destination,
      whole,
      next: until ?? next,
      active: active && until === null,
    }));
}
