/** The state of reading one log: small plain JSON, kept in checkpoints. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import { type Row, rowOf, textOf, uuidOf } from "./records.ts";

/** At most so many calls that may start a sub-agent are remembered, and so many chains of rows. */
const REMEMBERED = 64;

export interface Fold {
  readonly agent: string;
  /** The facts about the session that were reported. */
  readonly told: { project: boolean; started: boolean; client: boolean; title: boolean };
  /** Calls that may have started a sub-agent and have no result yet, oldest first. */
  readonly calls: string[];
  /** In the log of a fork: the rows so far are copies of its parent's. */
  repeating: boolean;
  /** Sub-agents with rows in the main log, each with its last row; the latest stands last. */
  readonly chains: { readonly agent: string; leaf: string }[];
  /** The version that wrote the latest row. A newer one may resume a session. */
  version?: string;
  /** Whether a row, or a queued text, had a mark of its author. Then the client marks all of them. */
  marksRows?: boolean;
  marksQueued?: boolean;
  /** The texts in the client's queue, the oldest first; see queue.ts. */
  queue?: string[];
  /** The latest turns of a person: their rows, and the rows before them. */
  turns?: readonly { readonly uuid: string; readonly parent: string }[];
  /** The session that the rows so far were copied from, where they say so. */
  forkedFrom?: string;
  /** The session in which this one goes on, if a row named it. */
  continuedIn?: string;
}

export function createFold(agent: string): Fold {
  return {
    agent,
    told: { project: false, started: false, client: false, title: false },
    calls: [],
    repeating: false,
    chains: [],
  };
}

/** Whether `version` (`2.1.30`) is older than `since`. Any other text counts as newer. */
export function isOlder(version: string, since: readonly number[]): boolean {
  const numbers = version.split(".", since.length).map((part) => Number.parseInt(part, 10));
  for (const [index, wanted] of since.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== wanted) return number < wanted;
  }
  return false;
}

/** Remembers a call of the tool that starts sub-agents. An id that a service uses again means the later call. */
export function rememberCall(fold: Fold, call: string, name: string): void {
  forgetCall(fold, call);
  if (call === "" || (name !== "Agent" && name !== "Task")) return;
  if (fold.calls.length === REMEMBERED) fold.calls.shift();
  fold.calls.push(call);
}

export function forgetCall(fold: Fold, call: string): void {
  const index = fold.calls.indexOf(call);
  if (index !== -1) fold.calls.splice(index, 1);
}

/**
 * The agent of a row; null for the log's own agent. Until late 2025 the rows of a sub-agent stood in the main log, in a
 * tree of their own. Its name is in its first row; without one, the uuid of that row names it.
 */
export function inlineAgent(fold: Fold, row: Row): string | null {
  if (fold.agent !== MAIN_AGENT || row["isSidechain"] !== true) return null;
  const uuid = uuidOf(row) ?? "";
  const chain = fold.chains.find(({ leaf }) => leaf !== "" && leaf === row["parentUuid"]) ??
    (beginsChain(row) ? undefined : fold.chains.at(-1));
  if (chain !== undefined) {
    chain.leaf = uuid;
    return chain.agent;
  }
  const named = textOf(row["agentId"]);
  const agent = named !== "" && named !== MAIN_AGENT ? named : uuid.slice(0, 8).toWellFormed() || "sidechain";
  if (fold.chains.length === REMEMBERED) fold.chains.shift();
  fold.chains.push({ agent, leaf: uuid });
  return agent;
}

/** A task begins a chain. Several results of one message share a parent; they continue the latest chain. */
function beginsChain(row: Row): boolean {
  return typeof row["parentUuid"] !== "string" ||
    (row["type"] === "user" && typeof rowOf(row["message"])["content"] === "string");
}
