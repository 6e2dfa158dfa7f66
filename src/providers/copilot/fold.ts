/** The state of reading one log: small plain JSON, kept in checkpoints. Pure. */

/** At most so many calls wait for their start. */
const CALLS = 64;

export interface Fold {
  readonly agent: string;
  /** The facts about the session that were reported. */
  readonly told: { project: boolean; started: boolean; client: boolean; title: boolean };
  /** When the session, or its fork, began. Earlier records are copies. */
  begun: string | null;
  /** The process that writes: not known to be a terminal, or one. */
  process: "unknown" | "terminal";
  /** A message before this time (milliseconds since 1970) was on the command line; null behind the first message. */
  keysFrom: number | null;
  /** Calls that an answer announced. Their start repeats them. */
  readonly announced: string[];
  /** The latest thought that has a record of its own, in a few letters. The answer behind it repeats it. */
  thought: string | null;
}

export function createFold(agent: string): Fold {
  return {
    agent,
    told: { project: false, started: false, client: false, title: false },
    begun: null,
    process: "unknown",
    keysFrom: null,
    announced: [],
    thought: null,
  };
}

export function announce(fold: Fold, call: string): void {
  if (fold.announced.length === CALLS) fold.announced.shift();
  fold.announced.push(call);
}

/** Whether the call was announced. Forgets it: a service may use its id again. */
export function takeAnnounced(fold: Fold, call: string): boolean {
  const index = fold.announced.indexOf(call);
  if (index !== -1) fold.announced.splice(index, 1);
  return index !== -1;
}
