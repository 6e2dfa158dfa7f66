/** What reading one log remembers from row to row: small plain JSON, kept in checkpoints. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import { type Row, rowOf, textOf, uuidOf } from "./records.ts";

/** Calls that may start a sub-agent, and chains of rows in the main log, that are remembered at once. */
const REMEMBERED = 64;

export interface Fold {
  readonly agent: string;
  /** What of the session's metadata was said already. */
  readonly told: { project: boolean; started: boolean; client: boolean; title: boolean };
  /** Calls that may have started a sub-agent and have no result yet, oldest first. */
  readonly calls: string[];
  /** In the log of a fork: the rows so far repeat its parent's. */
  repeating: boolean;
  /** Sub-agents whose rows stand in the main log, by the last row of each, the latest last. */
  readonly chains: { readonly agent: string; leaf: string }[];
  /** Version of the client that wrote the latest row; sessions are resumed with newer ones. */
  version?: string;
  /** The client marks who wrote a row, or what waited in its queue: one did. */
  marksRows?: boolean;
  marksQueued?: boolean;
  /** What waits in the client's queue, first come first; see queue.ts. */
  queue?: string[];
  /** The session in which this one goes on, once that was said. */
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

/** Whether `version` (`2.1.30`) is older than `since`; one that is no version counts as newer. */
export function isOlder(version: string, since: readonly number[]): boolean {
  const numbers = version.split(".", since.length).map((part) => Number.parseInt(part, 10));
  for (const [index, wanted] of since.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== wanted) return number < wanted;
  }
  return false;
}

/**
 * Remembers a call of the tool that starts sub-agents, under its present and its former name. A service may use the id of
 * a call again: then it is the later one's.
 */
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
 * Whose row this is: null for the agent whose log it is. Until late 2025 a sub-agent's rows stood in the main log,
 * in a tree of their own; the uuid of its first row names the agent, if the row has no name of its own.
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

/** A task begins a chain; several results of one message, which share a parent, go on with the latest. */
function beginsChain(row: Row): boolean {
  return typeof row["parentUuid"] !== "string" ||
    (row["type"] === "user" && typeof rowOf(row["message"])["content"] === "string");
}
