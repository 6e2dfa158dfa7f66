/**
 * Shares the parser's time among what there is to do, a slice each in turn. A live session goes before everything
 * else, and nothing waits for ever. Whatever could take the parser down is marked before it is begun: the
 * orchestrator keeps the mark, and leaves alone what took a parser down twice. Room: parser; no authority.
 */
import { type InHand, markOf } from "../protocol/in_hand.ts";
import { SLICES_IN_A_ROW } from "../protocol/limits.ts";
import { makeTwoEndedQueue, type TwoEndedQueue } from "./two_ended_queue.ts";

/**
 * `live`: a session that was read to its end, and grew. `busy`: one that was not done within its slice. `fresh`: what is
 * looked at for the first time. `last`: what may have taken a parser down before, and what nobody waits for.
 */
export const TIERS = ["live", "busy", "fresh", "last"] as const;
export type Tier = typeof TIERS[number];

export interface Job {
  /** Tells it from other jobs: one that is wanted twice is done once. */
  readonly key: string;
  /** Chooses what is done next, and names it; null for what cannot take the parser down. */
  begin(): InHand | null;
  /** Does it for a slice of time. Where the job goes on, or null when it is done. */
  run(): Tier | null;
}

export interface Schedule {
  want(job: Job, tier: Tier): void;
  drop(key: string): void;
  /** The orchestrator keeps the mark that was asked for. */
  marked(): void;
}

export interface ScheduleOptions {
  /** Asks the orchestrator to keep this mark; null: nothing is in hand. */
  readonly mark: (inHand: InHand | null) => void;
  /** Calls `turn` when other messages have had their say. */
  readonly soon: (turn: () => void) => void;
}

export function createSchedule({ mark, soon }: ScheduleOptions): Schedule {
  const queues = new Map<Tier, TwoEndedQueue<Job>>(TIERS.map((tier) => [tier, makeTwoEndedQueue<Job>()]));
  /** Where each job waits. In the queues may be more, which are passed over. */
  const queued = new Map<string, Tier>();
  /** How often each tier was served while a lower one waited. */
  const served = new Map<Tier, number>();
  let fromNewest = false;
  let current: { readonly job: Job; readonly name: string | null } | null = null;
  /** Names of what is marked, and of what was asked to be. */
  let marked: string | null = null;
  let asked: string | null = null;
  let isSoon = false;

  function queueOf(tier: Tier): TwoEndedQueue<Job> {
    const queue = queues.get(tier);
    if (queue === undefined) throw new Error(`internal error: no queue of ${tier}`);
    return queue;
  }

  function workSoon(): void {
    if (isSoon) return;
    isSoon = true;
    soon(() => {
      isSoon = false;
      work();
    });
  }

  /** The next job of a tier: of what is fresh the newest and the oldest by turns, for a thousand others may wait. */
  function takeFrom(tier: Tier): Job | null {
    const queue = queueOf(tier);
    for (;;) {
      if (tier === "fresh") fromNewest = !fromNewest;
      const job = tier === "fresh" && fromNewest ? queue.takeNewest() : queue.takeOldest();
      if (job === undefined) return null;
      if (queued.get(job.key) !== tier) continue;
      queued.delete(job.key);
      return job;
    }
  }

  function pick(): Job | null {
    let passed: Tier | null = null;
    for (const tier of TIERS) {
      if (queueOf(tier).size() === 0) continue;
      const count = served.get(tier) ?? 0;
      if (count >= SLICES_IN_A_ROW) {
        passed ??= tier;
        served.set(tier, 0);
        continue;
      }
      const job = takeFrom(tier);
      if (job === null) continue;
      served.set(tier, count + 1);
      return job;
    }
    return passed === null ? null : takeFrom(passed);
  }

  function work(): void {
    if (current === null) {
      const job = pick();
      if (job === null) {
        if (marked !== null && asked === null) {
          marked = null;
          mark(null);
        }
        return;
      }
      const inHand = job.begin();
      current = { job, name: inHand === null ? null : markOf(inHand) };
      if (current.name !== null && current.name !== marked) {
        asked = current.name;
        return mark(inHand);
      }
    }
    if (asked !== null) return;
    const { job } = current;
    current = null;
    const next = job.run();
    if (next !== null) enqueue(job, next);
    workSoon();
  }

  function enqueue(job: Job, tier: Tier): void {
    const before = queued.get(job.key);
    if (before !== undefined && TIERS.indexOf(before) <= TIERS.indexOf(tier)) return;
    queued.set(job.key, tier);
    queueOf(tier).push(job);
  }

  return {
    want(job, tier) {
      enqueue(job, tier);
      workSoon();
    },
    drop(key) {
      queued.delete(key);
      if (current?.job.key === key) current = null;
    },
    marked() {
      marked = asked;
      asked = null;
      workSoon();
    },
  };
}
