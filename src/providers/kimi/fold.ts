/** The state of reading one log: small plain JSON, kept in checkpoints. Pure. */
import { nothingTold, type Told } from "../session_facts.ts";

/** At most so many messages wait for their second record, which comes next or a few records later. */
const MESSAGES = 32;

export interface Fold {
  readonly agent: string;
  readonly told: Told;
  /** The model that was asked last. */
  model: string;
  /** The latest messages, by their ids. The client writes each of them twice. */
  readonly said: string[];
  /** The latest turns to which a person can go back, by the ids of their messages. */
  turns?: readonly string[];
}

export function createFold(agent: string): Fold {
  return { agent, told: nothingTold(), model: "", said: [], turns: [] };
}

/** Whether the message was read before. Remembers it. */
export function isSecond(fold: Fold, id: string): boolean {
  if (id === "") return false;
  if (fold.said.includes(id)) return true;
  if (fold.said.length === MESSAGES) fold.said.shift();
  fold.said.push(id);
  return false;
}
