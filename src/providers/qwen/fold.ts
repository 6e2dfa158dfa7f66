/** The state of reading one log: small plain JSON, kept in checkpoints. Pure. */
import { nothingTold, type Told } from "../session_facts.ts";

export interface Fold {
  readonly agent: string;
  readonly told: Told;
  /** Whether a record had a mark of its origin. Then the client marks all of them. */
  marks?: boolean;
  /** Another agent began the session (`agent`), or a program did (`host`). */
  begunBy?: "agent" | "host";
  /** A command of the client: its text for the model is called for, or comes with the next message. */
  template?: "called" | "sent";
  /** In a sub-agent's log: whether the task was read. */
  asked?: boolean;
  /** The latest turns: their records, and the records before them. */
  turns?: readonly { readonly id: string; readonly parent: string }[];
  /** The session that the records so far were copied from. */
  forkedFrom?: string;
}

export function createFold(agent: string): Fold {
  return { agent, told: nothingTold(), turns: [] };
}
