/**
 * Shares the parser's time among its jobs, one slice each. Live sessions go first, and nothing waits for ever. A job
 * that could end the parser is marked before it runs: the orchestrator keeps the mark, and bars a log that ended two
 * parsers.
 */
import { type InHand, markOf } from "../protocol/in_hand.ts";
import { LOOKS, SLICES_IN_A_ROW } from "../protocol/limits.ts";
import { makeTwoEndedQueue, type TwoEndedQueue } from "./two_ended_queue.ts";

/**
 * `live`: a session that was read to its end, and grew. `busy`: a job that was not done within its slice. `fresh`:
 * looked at for the first time. `finding`: looks for sessions that nobody knows yet. `last`: logs that may have ended a
 * parser, and work that nobody waits for.
 */
export const TIERS = ["live", "busy", "finding", "fresh", "last"] as const;
export type Tier = typeof TIERS[number];

export interface Job {
  /** Identifies the job: one that is wanted twice is done once. */
  readonly key: string;
  /** Chooses the next piece of work and names it; null for work that cannot end the parser. */
  begin(): InHand | null;
  /** Works for a slice of time. Answers where the job waits next; null when it is done. */
  run(): Tier | null;
}

export interface Schedule {
  want(job: Job, tier: Tier): void;
  drop(key: string): void;
  /** The orchestrator has kept the mark. */
  marked(): void;
}

export interface ScheduleOptions {
  /** Asks the orchestrator to keep this mark; null when nothing is in hand. */
  readonly mark: (inHand: InHand | null) => void;
  /** Calls `work` once other messages had their chance. */
  readonly soon: (work: () => void) => void;
}

export function createSchedule({ mark, soon }: ScheduleOptions): Schedule {
  const newQueue = () => makeTwoEndedQueue<Job>();
  const queues: Readonly<Record<Tier, TwoEndedQueue<Job>>> = {
    live: newQueue(),
    busy: newQueue(),
    fresh: newQueue(),
    finding: newQueue(),
    last: newQueue(),
  };
  /** The tier in which each job waits. Queues may hold outdated entries, which are skipped. */
  const queued = new Map<string, Tier>();
  /** How often each tier was served while a lower one waited. */
  const served = new Map<Tier, number>();
  /** Fresh jobs since the last look for new sessions. */
  let read = 0;
  let fromNewest = false;
  let current: { readonly job: Job; readonly name: string | null } | null = null;
  /** Names of the mark that is kept, and of the mark that was asked for. */
  let marked: string | null = null;
  let asked: string | null = null;
  let isSoon = false;

  function workSoon(): void {
    if (isSoon) return;
    isSoon = true;
    soon(() => {
      isSoon = false;
      work();
    });
  }

  /** The next job of a tier. Fresh jobs are taken from both ends alternately: a thousand others may wait. */
  function takeFrom(tier: Tier): Job | null {
    const queue = queues[tier];
    for (;;) {
      if (tier === "fresh") fromNewest = !fromNewest;
      const job = tier === "fresh" && fromNewest ? queue.takeNewest() : queue.takeOldest();
      if (job === undefined) return null;
      if (queued.get(job.key) !== tier) continue;
      queued.delete(job.key);
      if (tier === "fresh") read += 1;
      if (tier === "finding") read = 0;
      return job;
    }
  }

  /**
   * Looks go first, so that a session is read together with the logs beside it. Once more sessions wait than one look
   * finds, as many are read as were found, or sessions are found faster than read for as long as more come.
   */
  const mustRead = () => read < LOOKS && queues.fresh.size() > LOOKS;

  function pick(): Job | null {
    const passed: Tier[] = [];
    for (const tier of TIERS) {
      if (queues[tier].size() === 0) continue;
      const count = served.get(tier) ?? 0;
      if (tier === "finding" && mustRead()) continue;
      if (count >= SLICES_IN_A_ROW) {
        passed.push(tier);
        served.set(tier, 0);
        continue;
      }
      const job = takeFrom(tier);
      if (job === null) continue;
      served.set(tier, count + 1);
      return job;
    }
    // A queue may hold nothing but outdated entries.
    for (const tier of [...passed, "finding"] as const) {
      const job = takeFrom(tier);
      if (job !== null) return job;
    }
    return null;
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
    queues[tier].push(job);
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
