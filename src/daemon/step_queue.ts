/**
 * What concerns one session happens one thing after another, and so does what concerns all sessions of a provider. A
 * step that fails holds back everything later in its line, and is tried again, with growing pauses, until it succeeds:
 * nothing goes past a command that was not carried out. Room: daemon; no authority of its own.
 */
import type { ProviderId } from "../protocol/event.ts";
import { describeFailure, type Failure } from "./failure.ts";
import { pauseAfter } from "./retry.ts";

/** A session's line, or, without one, that of its provider. */
export interface Line {
  readonly provider: ProviderId;
  readonly session: string | null;
}

/** May be called again after it threw. */
export type Step = () => void | Promise<void>;

/** A line whose first step has failed. */
export interface Held extends Line {
  /** When it failed first; ISO 8601, UTC. */
  readonly since: string;
  readonly why: string;
}

export interface StepQueueOptions {
  /** A line is held, or held for another reason. */
  readonly held: (line: Line, failure: Failure) => void;
  readonly freed: (line: Line) => void;
  /** Calls back after so many milliseconds, unless what it returns is called before. */
  readonly after: (ms: number, call: () => void) => () => void;
}

export interface StepQueue {
  /**
   * Does `step` after everything else in this line, at once if there is nothing. `replaces`: a step of this kind that
   * waits just before it need not be done any more.
   */
  take(line: Line, step: Step, replaces?: string): void;
  /**
   * The same for somebody who waits for the answer, and would not wait for a line that is held: rejects with what
   * `step` threw, which holds nobody up, or with the HeldBack of the line.
   */
  ask<Answer>(line: Line, step: () => Promise<Answer>): Promise<Answer>;
  /** What the line may be held for has changed: it is tried at once. */
  tryAgain(line: Line): void;
  held(): readonly Held[];
  /** Tries nothing again; resolves when nothing is under way any more. Steps that are left must be asked for anew. */
  close(): Promise<void>;
}

export class HeldBack extends Error {
  override readonly name = "HeldBack";
}

interface QueuedStep {
  readonly step: Step;
  readonly kind: string | null;
  /** Whoever asked does not wait for a line that is held. */
  readonly refuse: ((why: string) => void) | null;
}

interface LineState {
  readonly line: Line;
  /** The first is under way, or is to be tried again. */
  readonly queue: QueuedStep[];
  busy: boolean;
  /** Resolves when the step that takes its time is over. */
  under: Promise<void> | null;
  failures: number;
  held: Held | null;
  cancel: (() => void) | null;
}

export function createStepQueue(options: StepQueueOptions): StepQueue {
  const lines = new Map<string, LineState>();
  let closing = false;

  const keyOf = ({ provider, session }: Line) => `${provider}/${session ?? ""}`;

  function add(line: Line, queued: QueuedStep): void {
    const key = keyOf(line);
    const { provider, session } = line;
    const state = lines.get(key) ?? {
      line: { provider, session },
      queue: [],
      busy: false,
      under: null,
      failures: 0,
      held: null,
      cancel: null,
    };
    lines.set(key, state);
    const last = state.queue.at(-1);
    // The first has been begun, and must be ended.
    if (state.queue.length > 1 && queued.kind !== null && last?.kind === queued.kind) state.queue.pop();
    state.queue.push(queued);
    go(state);
  }

  /** Does what is next in line, until a step takes its time, fails, or nothing is left. */
  function go(state: LineState): void {
    while (!state.busy && state.cancel === null) {
      const [queued] = state.queue;
      if (queued === undefined) return void lines.delete(keyOf(state.line));
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

  function succeeded(state: LineState): void {
    state.busy = false;
    state.queue.shift();
    state.failures = 0;
    const { held } = state;
    if (held === null) return;
    state.held = null;
    options.freed(state.line);
    // What held this one up most likely holds nobody up any more.
    for (const other of lines.values()) if (other.held?.why === held.why) again(other);
  }

  function failed(state: LineState, error: unknown): void {
    const failure = describeFailure(error);
    const { why } = failure;
    state.busy = false;
    state.failures += 1;
    const before = state.held;
    state.held = { ...state.line, since: before?.since ?? new Date().toISOString(), why };
    for (const queued of state.queue) queued.refuse?.(why);
    const left = state.queue.filter(({ refuse }) => refuse === null);
    state.queue.splice(0, state.queue.length, ...(closing ? [] : left));
    if (before?.why !== why) options.held(state.line, failure);
    if (!closing) state.cancel = options.after(pauseAfter(state.failures), () => again(state));
  }

  function again(state: LineState): void {
    state.cancel?.();
    state.cancel = null;
    go(state);
  }

  return {
    take: (line, step, replaces) => add(line, { step, kind: replaces ?? null, refuse: null }),
    ask(line, step) {
      const held = lines.get(keyOf(line))?.held ?? null;
      if (held !== null) return Promise.reject(new HeldBack(held.why));
      return new Promise((resolve, reject) =>
        add(line, {
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
    tryAgain(line) {
      const state = lines.get(keyOf(line));
      if (state !== undefined && state.cancel !== null) again(state);
    },
    held: () => [...lines.values()].flatMap(({ held }) => held ?? []),
    async close() {
      closing = true;
      for (const state of lines.values()) {
        if (state.cancel === null) continue;
        state.cancel();
        lines.delete(keyOf(state.line));
      }
      while (lines.size > 0) await Promise.all([...lines.values()].map(({ under }) => under));
    },
  };
}
