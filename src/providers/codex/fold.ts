/** What reading one log remembers from line to line: small plain JSON, kept in checkpoints. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import { ID_CHARS } from "../../protocol/limits.ts";
import { isRow } from "../narrow.ts";

/** Calls that are remembered, so that what a client tells of them once more is not told twice. */
const CALLS = 256;
/** Calls known to have failed whose results are still to come, and calls that asked the person something. */
const OPEN = 16;
const TURN_IDS = 64;
/** Less than an event's id may have: some are made of another's. */
const MOST_ID_CHARS = ID_CHARS / 2;

export interface Question {
  readonly id: string;
  readonly question: string;
  readonly options: string[];
}

/** A message of the model whose raw form, with a plan in it, is expected in the next line. */
export interface Held {
  readonly id: string;
  readonly text: string;
  readonly phase: "commentary" | "final" | null;
  readonly time: string | null;
}

export interface Fold {
  readonly agent: string;
  /** Which of the session's logs this is; "" for its first. */
  readonly part: string;
  /** The thread's id; "" until its first line was read. */
  thread: string;
  /** Its path among the agents, where it has one: the person's own thread is `/root`. */
  path: string;
  /** Whether its user messages come from a person, and not from the agent that started it. */
  personal: boolean;
  /** Whether the log holds bare items, without envelopes and second copies: until mid-2025. */
  bare: boolean;
  /** The client that wrote it, as it calls itself. */
  originator: string;
  /** Lines with a lower ordinal are a copy of the parent's. */
  ownFrom: number;
  /** In old forks: the lines so far are a copy, which began at this time. */
  copying: { readonly since: string | null; turns: boolean } | null;
  readonly told: { title: boolean; fork: boolean };
  model: string | null;
  /** Whether the turn is one of plan mode. */
  planning: boolean;
  /** The turn of the review that is under way, "" if it is not named; null for none. */
  review: string | null;
  held: Held | null;
  /** Whether the latest line that says something was a compaction. */
  compacted: boolean;
  /** Whether a shell line of the person's was told whose second copy is still to come. */
  shellTold: boolean;
  /** The goal that was told last. */
  goal: string;
  /** Ids of calls, oldest first. */
  readonly calls: string[];
  /** Ids of this turn's events, oldest first: a service that is asked again may use them again. */
  turnIds: string[];
  readonly failed: string[];
  readonly questions: { readonly call: string; readonly asked: readonly Question[] }[];
}

export function createFold(agent: string, part = ""): Fold {
  return {
    agent,
    part,
    thread: agent === MAIN_AGENT ? "" : agent,
    path: agent === MAIN_AGENT ? "/root" : "",
    personal: agent === MAIN_AGENT,
    bare: false,
    originator: "",
    ownFrom: 0,
    copying: null,
    told: { title: false, fork: false },
    model: null,
    planning: false,
    review: null,
    held: null,
    compacted: false,
    shellTold: false,
    goal: "",
    calls: [],
    turnIds: [],
    failed: [],
    questions: [],
  };
}

/** The id of something that a line without an id of its own says. */
export function placeId(fold: Fold, line: number): string {
  return `${fold.part || fold.thread || "log"}:${line}`;
}

/** Ids that a migration made up: it counted, so the place says as much, and said it before. */
const COUNTED = /^item-\d+$/;

export function ownId(id: unknown, fold: Fold, line: number): string {
  const isOwn = typeof id === "string" && isId(id) && !COUNTED.test(id);
  return isOwn ? id.toWellFormed() : placeId(fold, line);
}

/** What is no id of any client's is not remembered either: it could be megabytes. */
function isId(id: string): boolean {
  return id !== "" && id.length <= MOST_ID_CHARS;
}

/** `id`, or another where this turn has it already. */
export function uniqueId(fold: Fold, id: string, line: number): string {
  const unique = fold.turnIds.includes(id) ? `${id}@${line}` : id;
  if (isId(id)) remember(fold.turnIds, unique, TURN_IDS);
  return unique;
}

/** Whoever was killed in a review does not end it. */
export function beginTurn(fold: Fold, turn: string): void {
  fold.turnIds = [];
  if (fold.review !== null && fold.review !== "" && fold.review !== turn) fold.review = null;
}

export function rememberCall(fold: Fold, call: string): void {
  if (isId(call)) remember(fold.calls, call, CALLS);
}

export function rememberFailure(fold: Fold, call: string): void {
  if (isId(call) && !fold.failed.includes(call)) remember(fold.failed, call, OPEN);
}

export function rememberQuestions(fold: Fold, call: string, asked: readonly Question[]): void {
  if (asked.length > 0 && isId(call)) remember(fold.questions, { call, asked }, OPEN);
}

/** Takes a call's failure, if it is known. */
export function takeFailure(fold: Fold, call: string): boolean {
  const index = fold.failed.indexOf(call);
  if (index !== -1) fold.failed.splice(index, 1);
  return index !== -1;
}

/** Takes what a call asked the person. */
export function takeQuestions(fold: Fold, call: string): readonly Question[] {
  const index = fold.questions.findIndex((open) => open.call === call);
  return index === -1 ? [] : fold.questions.splice(index, 1)[0]?.asked ?? [];
}

function remember<T>(list: T[], item: T, most: number): void {
  if (list.length >= most) list.shift();
  list.push(item);
}

/** The fold of a log's reading, whose shape `begin` made. */
export function foldOf(state: unknown): Fold {
  if (!isRow(state)) throw new Error("internal error: no state of a Codex log");
  return state as unknown as Fold;
}
