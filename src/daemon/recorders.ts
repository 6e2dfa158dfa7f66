/** All recordings that are under way, and the feeds that serve them. Room: daemon; no authority of its own. */
import type { ProviderId } from "../protocol/event.ts";
import type { FromParser, ToParser } from "../protocol/parser_messages.ts";
import type { SessionRef } from "../protocol/session.ts";
import { createRecorder, type OpenResult, type Recorder } from "./recorder.ts";
import type { Recording } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";

/** A recording that was quiet for this long gives its writer back. Milliseconds. */
const IDLE_MS = 30_000;

/** A blocked recording is tried again after this long, then after twice as long …, at most. Milliseconds. */
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 300_000;

export interface RecordersOptions {
  readonly store: RecordingsStore;
  readonly maxBytes: number;
  readonly send: (provider: ProviderId, message: ToParser) => void;
  /** A feed needs its session watched. */
  readonly watch: (recording: Recording) => boolean;
  readonly open: (recording: Recording) => Promise<OpenResult>;
  readonly unchanged: (recording: Recording) => boolean;
  readonly noteChange: (recording: Recording, reason: string) => void;
  readonly changed: () => void;
  readonly stopped: (recording: Recording) => void;
}

export interface Recorders {
  /** Starts, or restarts, what the state says about this recording. */
  start(recording: Pick<Recording, "id">): Promise<void>;
  ended(recording: Recording): void;
  take(batch: Extract<FromParser, { type: "batch" }>, payload: Uint8Array<ArrayBuffer> | null): void;
  lost(message: Extract<FromParser, { type: "lost" }>): void;
  /** Logs of this session are there, or there again: recordings that missed them go on. */
  found(session: SessionRef): void;
  /** The provider's parser is new: every feed must be asked for again. */
  restartFeeds(provider: ProviderId): void;
  /** Tries blocked recordings again, and rests quiet ones. */
  tend(): void;
  problem(recording: number): string | null;
  isUnderWay(recording: number): boolean;
  /** Resolves when this recording has stopped, or is blocked by anything but the want of its log. */
  settled(recording: number): Promise<void>;
  close(): Promise<void>;
}

export function createRecorders(options: RecordersOptions): Recorders {
  const { store, send } = options;
  const recorders = new Map<number, Recorder>();
  const feeds = new Map<number, { readonly recording: number; readonly provider: ProviderId }>();
  const waiting = new Map<number, (() => void)[]>();
  const retries = new Map<number, { readonly pause: number; readonly at: number }>();
  let lastFeed = 0;

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

  function create(id: number): Recorder {
    return createRecorder(id, {
      store,
      maxBytes: options.maxBytes,
      open: options.open,
      unchanged: options.unchanged,
      noteChange: options.noteChange,
      changed() {
        if (isBlocked(recorders.get(id))) release(id);
        options.changed();
      },
      startFeed(recording) {
        stopFeed(id);
        options.watch(recording);
        lastFeed += 1;
        feeds.set(lastFeed, { recording: id, provider: recording.provider });
        const { session, checkpoint, next, until } = recording;
        send(recording.provider, {
          type: "feed",
          feed: lastFeed,
          session,
          from: checkpoint,
          start: next,
          until,
        });
      },
      setUntil(recording) {
        const feed = feedOf(id);
        if (feed === null || recording.until === null) return;
        send(recording.provider, { type: "until", feed, until: recording.until });
      },
      stopFeed,
      giveCredit(recording) {
        retries.delete(recording);
        const feed = feedOf(recording);
        const owner = feed === null ? undefined : feeds.get(feed);
        if (feed !== null && owner !== undefined) send(owner.provider, { type: "credit", feed, batches: 1 });
      },
      stopped(recording) {
        stopFeed(id);
        recorders.delete(id);
        release(id);
        options.stopped(recording);
      },
    });
  }

  return {
    async start(recording) {
      const known = recorders.get(recording.id);
      if (known !== undefined) return known.restart();
      const recorder = create(recording.id);
      recorders.set(recording.id, recorder);
      await recorder.start();
    },
    ended: ({ id }) => recorders.get(id)?.ended(),
    take(batch, payload) {
      const owner = feeds.get(batch.feed);
      if (owner === undefined) return;
      recorders.get(owner.recording)?.take({ ...batch, payload: payload ?? new Uint8Array(0) });
    },
    lost({ feed, why }) {
      const owner = feeds.get(feed);
      if (owner !== undefined) recorders.get(owner.recording)?.lost(why);
    },
    found({ provider, session }) {
      for (const recorder of recorders.values()) {
        if (!recorder.isLost()) continue;
        const recording = store.get(recorder.id);
        if (recording.provider === provider && recording.session === session) recorder.restart();
      }
    },
    restartFeeds(provider) {
      for (const [feed, owner] of feeds) if (owner.provider === provider) feeds.delete(feed);
      for (const recorder of recorders.values()) {
        if (store.get(recorder.id).provider === provider) recorder.restart();
      }
    },
    tend() {
      const now = performance.now();
      for (const recorder of recorders.values()) {
        if (recorder.problem() === null) {
          recorder.rest(IDLE_MS);
          continue;
        }
        const retry = retries.get(recorder.id) ?? { pause: FIRST_RETRY_MS, at: now };
        if (now < retry.at) continue;
        const pause = Math.min(2 * retry.pause, LAST_RETRY_MS);
        retries.set(recorder.id, { pause, at: now + pause });
        recorder.restart();
      }
    },
    problem: (recording) => recorders.get(recording)?.problem() ?? null,
    isUnderWay: (recording) => recorders.has(recording),
    settled(recording) {
      const recorder = recorders.get(recording);
      if (recorder === undefined || isBlocked(recorder)) return Promise.resolve();
      return new Promise((resolve) => waiting.set(recording, [...waiting.get(recording) ?? [], resolve]));
    },
    async close() {
      await Promise.all([...recorders.values()].map((recorder) => recorder.close()));
    },
  };
}

function isBlocked(recorder: Recorder | undefined): boolean {
  return recorder !== undefined && recorder.problem() !== null && !recorder.isLost();
}

/** Recordings of one session that a command about `destination` may change, as the session's state machine sees them. */
export function knownRecordings(store: RecordingsStore, ref: SessionRef, destination: string | null) {
  const there = destination === null ? [] : store.ofDestination(destination);
  const stopped = there.filter(({ active, provider, session }) =>
    !active && provider === ref.provider && session === ref.session
  );
  return [...store.activeOfSession(ref), ...stopped]
    .filter(({ kind }) => kind !== "export")
    .map(({ id, destination, whole, next, active, until }) => ({
      id,
      destination,
      whole,
      next: until ?? next,
      active: active && until === null,
    }));
}
