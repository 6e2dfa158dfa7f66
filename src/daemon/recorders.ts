/** All recordings that are under way, and the feeds that serve them. Room: daemon; no authority of its own. */
import { after } from "../hosts/timers.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { FromParser, ToParser } from "../protocol/parser_messages.ts";
import type { SessionRef } from "../protocol/session.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import type { Problem, RecorderContext } from "./recorder_context.ts";
import type { RecordingSummary } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import { pauseAfter } from "./retry.ts";

/** Each try may start a process: all blocked recordings together cause no more than about one in so long. Milliseconds. */
const RETRY_COSTS_MS = 500;

export interface RecordersOptions {
  readonly store: RecordingsStore;
  readonly maxBytes: number;
  readonly send: (provider: ProviderId, message: ToParser) => void;
  /** A feed needs its session watched. */
  readonly watch: (recording: RecordingSummary) => boolean;
  readonly open: RecorderContext["open"];
  readonly unchanged: RecorderContext["unchanged"];
  readonly noteChange: RecorderContext["noteChange"];
  readonly givenUp: RecorderContext["givenUp"];
  readonly changed: () => void;
  /** Told when it is blocked, and when it is blocked for another reason than before. */
  readonly blocked: (recording: RecordingSummary, problem: Problem) => void;
  readonly stopped: (recording: RecordingSummary) => void;
}

export interface Recorders {
  /** Starts, or starts again, what the state says about this recording. */
  start(recording: RecordingSummary): void;
  /** `recording` as it is now that it was told to end. */
  ended(recording: RecordingSummary): void;
  take(batch: Extract<FromParser, { type: "batch" }>, payload: Uint8Array<ArrayBuffer> | null): void;
  lost(message: Extract<FromParser, { type: "lost" }>): void;
  /** Logs of this session are there, or there again: recordings that missed them go on. */
  found(session: SessionRef): void;
  /** The provider's parser is new: every feed must be asked for again. */
  restartFeeds(provider: ProviderId): void;
  /** Ends those of this session that were told to end and are blocked, without what they lack; how many. */
  giveUp(session: SessionRef): Promise<number>;
  problem(recording: number): string | null;
  /** Resolves when this recording has stopped, or is blocked by anything but the want of its log. */
  settled(recording: number): Promise<void>;
  close(): Promise<void>;
}

export function createRecorders(options: RecordersOptions): Recorders {
  const { store, send } = options;
  const recorders = new Map<number, Recorder>();
  const feeds = new Map<number, { readonly recording: number; readonly provider: ProviderId }>();
  const waiting = new Map<number, (() => void)[]>();
  /** Blocked recordings: how often in a row, and what calls off the next try. */
  const retries = new Map<number, { failures: number; cancel: () => void }>();
  let lastFeed = 0;
  let closing = false;

  function release(recording: number): void {
    for (const resolve of waiting.get(recording) ?? []) resolve();
    waiting.delete(recording);
  }

  function stopFeed(recording: number): void {
    for (const [feed, owner] of feeds) {
      if (owner.recording !== recording) continue;
      feeds.delete(feed);
      send(owner.provider, { type: "unfeed", feed });
    }
  }

  function feedOf(recording: number): number | null {
    for (const [feed, owner] of feeds) if (owner.recording === recording) return feed;
    return null;
  }

  function ofSession({ provider, session }: SessionRef): Recorder[] {
    return [...recorders.values()].filter(({ recording }) =>
      recording.provider === provider && recording.session === session
    );
  }

  function tryAgainLater(id: number): void {
    if (closing) return;
    const { failures = 0, cancel } = retries.get(id) ?? {};
    cancel?.();
    const pause = Math.max(pauseAfter(failures + 1), RETRY_COSTS_MS * retries.size);
    retries.set(id, { failures: failures + 1, cancel: after(pause, () => recorders.get(id)?.start()) });
  }

  function forgive(id: number): void {
    retries.get(id)?.cancel();
    retries.delete(id);
  }

  function create(recording: RecordingSummary): Recorder {
    const { id, provider } = recording;
    return createRecorder(recording, {
      store,
      maxBytes: options.maxBytes,
      open: options.open,
      unchanged: options.unchanged,
      noteChange: options.noteChange,
      givenUp: options.givenUp,
      changed: options.changed,
      blocked(recording, problem, isNew) {
        if (isBlocked(recorders.get(id))) release(id);
        tryAgainLater(id);
        if (isNew) options.blocked(recording, problem);
        options.changed();
      },
      startFeed(recording) {
        stopFeed(id);
        options.watch(recording);
        lastFeed += 1;
        feeds.set(lastFeed, { recording: id, provider: recording.provider });
        const { session, checkpoint, next, until, inherits } = recording;
        send(recording.provider, {
          type: "feed",
          feed: lastFeed,
          session,
          from: checkpoint,
          start: next,
          until,
          inherits,
        });
      },
      setUntil(until) {
        const feed = feedOf(id);
        if (feed !== null) send(provider, { type: "until", feed, until });
      },
      stopFeed,
      giveCredit() {
        forgive(id);
        const feed = feedOf(id);
        if (feed !== null) send(provider, { type: "credit", feed, batches: 1 });
      },
      stopped(recording) {
        stopFeed(id);
        recorders.delete(id);
        forgive(id);
        release(id);
        options.stopped(recording);
      },
    });
  }

  return {
    start(recording) {
      // Its file is still another recorder's.
      if (recording.follows !== null) return;
      const recorder = recorders.get(recording.id) ?? create(recording);
      recorders.set(recording.id, recorder);
      recorder.start();
    },
    ended: ({ id, until }) => {
      if (until !== null) recorders.get(id)?.ended(until);
    },
    take(batch, payload) {
      const owner = feeds.get(batch.feed);
      if (owner === undefined) return;
      recorders.get(owner.recording)?.take({ ...batch, payload: payload ?? new Uint8Array(0) });
    },
    lost({ feed, why }) {
      const owner = feeds.get(feed);
      if (owner !== undefined) recorders.get(owner.recording)?.lost(why);
    },
    found(session) {
      for (const recorder of ofSession(session)) if (recorder.problem()?.kind === "no-log") recorder.start();
    },
    restartFeeds(provider) {
      for (const [feed, owner] of feeds) if (owner.provider === provider) feeds.delete(feed);
      for (const recorder of recorders.values()) {
        if (recorder.recording.provider === provider) recorder.start();
      }
    },
    async giveUp(session) {
      const given = await Promise.all(ofSession(session).map((recorder) => recorder.giveUp()));
      return given.filter(Boolean).length;
    },
    problem: (recording) => recorders.get(recording)?.problem()?.why ?? null,
    settled(recording) {
      const recorder = recorders.get(recording);
      if (recorder === undefined || isBlocked(recorder)) return Promise.resolve();
      return new Promise((resolve) => waiting.set(recording, [...waiting.get(recording) ?? [], resolve]));
    },
    async close() {
      closing = true;
      for (const { cancel } of retries.values()) cancel();
      await Promise.all([...recorders.values()].map((recorder) => recorder.close()));
    },
  };
}

function isBlocked(recorder: Recorder | undefined): boolean {
  const problem = recorder?.problem() ?? null;
  return problem !== null && problem.kind !== "no-log";
}

/** Recordings of one session that a command about `destination` may change, as the session's state machine sees them. */
export function knownRecordings(store: RecordingsStore, ref: SessionRef, destination: string | null) {
  const there = destination === null ? [] : store.ofDestination(destination);
  const stopped = there.filter(({ active, provider, session }) =>
    !active && provider === ref.provider && session === ref.session
  );
  return [...store.activeOfSession(ref), ...stopped]
    .filter(({ kind }) => kind !== "export")
    // One that goes on elsewhere is over here, whatever is done.
    .filter(({ isFollowed }) => !isFollowed)
    .map(({ id, destination, whole, next, active, until }) => ({
      id,
      destination,
      whole,
      next: until ?? next,
      active: active && until === null,
    }));
}
