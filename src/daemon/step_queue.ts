/**
 * Steps in lanes: one lane a session, and one for each provider. The steps of a lane run one after another. A step that
 * fails holds its lane and is tried again, with growing pauses, until it succeeds: nothing overtakes a failed command.
 */
import type { ProviderId } from "../protocol/event.ts";
import { describeFailure, type Failure } from "./failure.ts";
import { pauseAfter } from "./retry.ts";

/** The lane of a session, or of a provider (`session` null). */
export interface Lane {
  readonly provider: ProviderId;
  readonly session: string | null;
}

/** Is called again after it threw. */
export type Step = () => void | Promise<void>;

/** A lane whose first step failed. */
export interface Held extends Lane {
  /** The first failure; ISO 8601, UTC. */
  readonly since: string;
  readonly why: string;
}

export interface StepQueueOptions {
  /** A lane is held, or held for another reason. */
  readonly held: (lane: Lane, failure: Failure) => void;
  readonly freed: (lane: Lane) => void;
  /** Calls back after `ms` milliseconds, unless the result is called before. */
  readonly after: (ms: number, call: () => void) => () => void;
}

export interface StepQueue {
  /**
   * Does `step` after everything else in this lane, at once if there is nothing. With `replaces`, the step replaces a
   * waiting one of this kind just before it.
   */
  take(lane: Lane, step: Step, replaces?: string): void;
  /**
   * Does `step` for a caller who waits for the answer, but not for a held lane. Rejects with the error of `step`, which
   * holds nothing, or with the HeldBack of the lane.
   */
  ask<Answer>(lane: Lane, step: () => Promise<Answer>): Promise<Answer>;
  /** Whether no step of this lane is under way or waits. */
  isIdle(lane: Lane): boolean;
  /** The reason may be gone: a held lane is tried at once. */
  tryAgain(lane: Lane): void;
  held(): readonly Held[];
  /** Tries nothing again. Resolves when no step is under way. The next run must ask for the remaining steps anew. */
  close(): Promise<void>;
}

export class HeldBack extends Error {
  override readonly name = "HeldBack";
}

interface QueuedStep {
  readonly step: Step;
  readonly kind: string | null;
  /** Tells the caller that the lane is held. */
  readonly refuse: ((why: string) => void) | null;
}

interface LaneState {
  readonly lane: Lane;
  /** The first step is under way or is tried again later. */
  readonly queue: QueuedStep[];
  busy: boolean;
  /** Resolves when the asynchronous step is over. */
  under: Promise<void> | null;
  failures: number;
  held: Held | null;
  cancel: (() => void) | null;
}

export function createStepQueue(options: StepQueueOptions): StepQueue {
  const lanes = new Map<string, LaneState>();
  let closing = false;

  const keyOf = ({ provider, session }: Lane) => `${provider}/${session ?? ""}`;

  function add(lane: Lane, queued: QueuedStep): void {
    const key = keyOf(lane);
    const { provider, session } = lane;
    const state = lanes.get(key) ?? {
      lane: { provider, session },
      queue: [],
      busy: false,
      under: null,
      failures: 0,
      held: null,
      cancel: null,
    };
    lanes.set(key, state);
    const last = state.queue.at(-1);
    // The first step has begun and is never replaced.
    if (state.queue.length > 1 && queued.kind !== null && last?.kind === queued.kind) state.queue.pop();
    state.queue.push(queued);
    go(state);
  }

  /** Does steps until one is asynchronous, one fails, or none is left. */
  function go(state: LaneState): void {
    while (!state.busy && state.cancel === null) {
      const [queued] = state.queue;
      if (queued === undefined) return void lanes.delete(keyOf(state.lane));
      state.busy = true;
      try {
        const under = queued.step();
        if (under !== undefined) {
          const ended = under.then(() => succeeded(state), (error: unknown) => failed(state, error));
          state.under = ended.then(() => go(state));
          return;
        }
        succeeded(state);
      } catch (error) {
        failed(state, error);
      }
    }
  }

  function succeeded(state: LaneState): void {
    state.busy = false;
    state.queue.shift();
    state.failures = 0;
    const { held } = state;
    if (held === null) return;
    state.held = null;
    options.freed(state.lane);
    // The reason has most likely gone for other lanes, too.
    for (const other of lanes.values()) if (other.held?.why === held.why) again(other);
  }

  function failed(state: LaneState, error: unknown): void {
    const failure = describeFailure(error);
    const { why } = failure;
    state.busy = false;
    state.failures += 1;
    const before = state.held;
    state.held = { ...state.lane, since: before?.since ?? new Date().toISOString(), why };
    for (const queued of state.queue) queued.refuse?.(why);
    const left = state.queue.filter(({ refuse }) => refuse === null);
    state.queue.splice(0, state.queue.length, ...(closing ? [] : left));
    if (before?.why !== why) options.held(state.lane, failure);
    if (!closing) state.cancel = options.after(pauseAfter(state.failures), () => again(state));
  }

  function again(state: LaneState): void {
    state.cancel?.();
    state.cancel = null;
    go(state);
  }

  return {
    take: (lane, step, replaces) => add(lane, { step, kind: replaces ?? null, refuse: null }),
    ask(lane, step) {
      const held = lanes.get(keyOf(lane))?.held ?? null;
      if (held !== null) return Promise.reject(new HeldBack(held.why));
      return new Promise((resolve, reject) =>
        add(lane, {
          async step() {
            try {
              resolve(await step());
            } catch (error) {
              reject(error);
            }
          },
          kind: null,
          refuse: (why) => reject(new HeldBack(why)),
        })
      );
    },
    isIdle: (lane) => !lanes.has(keyOf(lane)),
    tryAgain(lane) {
      const state = lanes.get(keyOf(lane));
      if (state !== undefined && state.cancel !== null) again(state);
    },
    held: () => [...lanes.values()].flatMap(({ held }) => held ?? []),
    async close() {
      closing = true;
      for (const state of lanes.values()) {
        if (state.cancel === null) continue;
        state.cancel();
        lanes.delete(keyOf(state.lane));
      }
      while (lanes.size > 0) await Promise.all([...lanes.values()].map(({ under }) => under));
    },
  };
}
