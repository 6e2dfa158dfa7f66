/** The state of reading one log: small plain JSON, kept in checkpoints. Pure. */

export interface Fold {
  readonly agent: string;
  /** The facts about the session that were reported. */
  readonly told: { project: boolean; started: boolean; client: boolean; title: string | null };
  /** When the session, or its fork, began; and the session of which a fork begins with copies. */
  begun: string | null;
  parent: string | null;
  /** Whether the latest entry was a copy. */
  copying: boolean;
  /** Whether the person has not said anything yet, and whether the first message was on the command line. */
  isFirst: boolean;
  isPrompted: boolean;
  /** The latest entry, and its time. The next one names it as its parent, unless the person went back. */
  last: string | null;
  lastTime: string | null;
  /** The latest entries. Missing in a checkpoint of an earlier kato. */
  seen?: readonly string[];
  /** The entry to which the person went back, until something is said from there. */
  backTo?: string;
  /** The latest entries with events: the id, and the entry before it. */
  turns?: readonly { readonly id: string; readonly parent: string }[];
}

export function createFold(agent: string): Fold {
  return {
    agent,
    told: { project: false, started: false, client: false, title: null },
    begun: null,
    parent: null,
    copying: false,
    isFirst: true,
    isPrompted: false,
    last: null,
    lastTime: null,
    seen: [],
  };
}
