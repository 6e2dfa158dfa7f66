/** What reading one log remembers from line to line: small plain JSON, kept in checkpoints. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import { ID_CHARS } from "../../protocol/limits.ts";
import type { Authorship } from "../../protocol/evidence.ts";
import { isRow, textOf } from "../narrow.ts";
import { NOBODY } from "./authors.ts";

/** Calls that are remembered, so that what a client tells of them once more is not told twice. */
const CALLS = 256;
/** Calls known to have failed whose results are still to come, and calls that asked the person something. */
const OPEN = 16;
/** What is asked at once, as JSON; of longer questions the result has the answers. */
const QUESTIONS_CHARS = 4 * 1024;
const TURN_IDS = 64;
/** Names that clients give: of themselves, of models, of turns. */
const NAME_CHARS = 128;
/** Ids so short that a service may count with them: `call_0` in every turn. */
const COUNTED_CHARS = 24;
const COUNTED_IDS = 128;
/** Of a turn's id, its last characters tell it from others: they are chosen at random. */
const TURN_CHARS = 12;
/** Less than an event's id may have: some are made of another's. */
const MOST_ID_CHARS = ID_CHARS / 2;

export interface Question {
  readonly id: string;
  readonly question: string;
  readonly options: string[];
}

export type Phase = "commentary" | "final" | null;

/**
 * The client tells a text in several ways: by an event of its user interface (older), by an item of the turn, and raw,
 * as the model's interface has it. Which of them a log holds differs by version.
 */
export type Family = "event" | "item" | "raw";
export type TextKind = "answer" | "thought" | "words";

/** How often each family told a text in this turn. `key` stands for it. */
export interface ToldText {
  readonly key: string;
  readonly times: Partial<Record<Family, number>>;
}

interface WaitingPlace {
  readonly id: string;
  readonly time: string | null;
}

/** What is told only when the lines behind it have shown whether another family tells it, too. */
export type Waiting =
  | WaitingPlace & {
    readonly kind: "answer";
    readonly family: Family;
    readonly keys: readonly string[];
    readonly text: string;
    readonly phase: Phase;
    /** In plan mode it comes without the plan in it: its raw form has the whole text. */
    readonly isPlan: boolean;
  }
  | WaitingPlace & {
    readonly kind: "thought";
    readonly family: Family;
    readonly keys: readonly string[];
    readonly text: string;
  }
  | WaitingPlace & {
    readonly kind: "words";
    readonly keys: readonly string[];
    /** Null where it is too long to wait: the client shows what a person wrote, whole. */
    readonly text: string | null;
    readonly images: readonly string[];
    /** Whether the client says that they are the person's; null where it says nothing. */
    readonly isPersons: boolean | null;
  }
  | WaitingPlace & { readonly kind: "step"; readonly call: string; readonly text: string };

/** What is known of the turn that is under way. */
export interface Turn {
  /** "" where the client does not name it. */
  readonly id: string;
  /** What the client says started it; undefined where it does not say. */
  readonly trigger?: string | null;
  /** Whether anything but the person's words was told. */
  said: boolean;
  answered: boolean;
  /** Lines in which more than the person's words and the client's state could be. */
  lines: number;
  readonly texts: ToldText[];
  /** The item shown last, whose raw form has its id, and may hold marks that the client takes out. */
  shown: { readonly id: string; readonly start: string; readonly key: string } | null;
}

export interface Review {
  /** "" if it is not named. */
  readonly turn: string;
  /** Of what was told of its order; "" if that is still to come. */
  readonly key: string;
  /** Whether the person wrote what is to be reviewed; else the client did. */
  readonly isPersons: boolean;
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
  /** Who writes in it, as far as its first line says. */
  author: Authorship;
  /** Whether only the clock told its own lines from a copy of another thread's. */
  mayBeCopy: boolean;
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
  /** The review that is under way. */
  review: Review | null;
  /** Whether the thread itself is a review, which its session orders and tells. */
  isReview: boolean;
  /** Oldest first. */
  waiting: Waiting[];
  turn: Turn;
  /** Whether the client marks where turns begin: since early 2026. */
  marksTurns: boolean;
  /** Whether the latest answer that waited for its raw form waited in vain. */
  answersAlone: boolean;
  /** Whether the client did not show the person's words of which the raw form came last. */
  wordsAlone: boolean;
  /** Whether the latest line that says something was a compaction. */
  compacted: boolean;
  /** Whether a shell line of the person's was told whose second copy is still to come. */
  shellTold: boolean;
  /** The goal that was told last. */
  goal: string;
  /** Calls, oldest first: the end of their turn's id, and their own. */
  readonly calls: string[];
  /** Ids of this turn's events, oldest first: a service that is asked again may use them again. */
  turnIds: string[];
  /** Short ids of the log's events, the latest used last. */
  readonly countedIds: string[];
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
    author: NOBODY,
    mayBeCopy: false,
    originator: "",
    ownFrom: 0,
    copying: null,
    told: { title: false, fork: false },
    model: null,
    planning: false,
    review: null,
    isReview: false,
    waiting: [],
    turn: newTurn(""),
    marksTurns: false,
    answersAlone: false,
    wordsAlone: false,
    compacted: false,
    shellTold: false,
    goal: "",
    calls: [],
    turnIds: [],
    countedIds: [],
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

/** A client's name for something; what is longer is none, and is not kept whole. */
export function nameOf(value: unknown): string {
  return textOf(value).slice(0, NAME_CHARS).toWellFormed();
}

/** What is no id of any client's is not remembered either: it could be megabytes. */
function isId(id: string): boolean {
  return id !== "" && id.length <= MOST_ID_CHARS;
}

/** `id`, or another where this turn has it already, or this log has it of a service that counts. */
export function uniqueId(fold: Fold, id: string, line: number): string {
  const counted = fold.countedIds.indexOf(id);
  const unique = counted !== -1 || fold.turnIds.includes(id) ? `${id}@${line}` : id;
  if (id.length <= COUNTED_CHARS && id !== "") {
    if (counted !== -1) fold.countedIds.splice(counted, 1);
    remember(fold.countedIds, id, COUNTED_IDS);
  } else if (isId(id)) {
    remember(fold.turnIds, unique, TURN_IDS);
  }
  return unique;
}

function newTurn(id: string, trigger?: string | null): Turn {
  return {
    id,
    ...(trigger === undefined ? {} : { trigger }),
    said: false,
    answered: false,
    lines: 0,
    texts: [],
    shown: null,
  };
}

export function beginTurn(fold: Fold, id: string, trigger?: string | null): void {
  fold.turnIds = [];
  fold.turn = newTurn(id, trigger);
}

function callKey(call: string, turn: string): string {
  return `${turn.slice(-TURN_CHARS)}/${call}`;
}

/** An id of a call is another's in another turn: what was known of that one is over. */
export function rememberCall(fold: Fold, call: string): void {
  if (!isId(call)) return;
  takeFailure(fold, call);
  takeQuestions(fold, call);
  remember(fold.calls, callKey(call, fold.turn.id), CALLS);
}

/** Whether the log has the call. `turn`: whose it is, "" where the client does not say. */
export function knowsCall(fold: Fold, call: string, turn: string): boolean {
  if (fold.calls.includes(callKey(call, turn)) || fold.calls.includes(callKey(call, ""))) return true;
  return turn === "" && fold.calls.some((known) => known.endsWith(`/${call}`));
}

export function rememberFailure(fold: Fold, call: string): void {
  if (isId(call) && !fold.failed.includes(call)) remember(fold.failed, call, OPEN);
}

export function rememberQuestions(fold: Fold, call: string, asked: readonly Question[]): void {
  if (asked.length > 0 && isId(call) && JSON.stringify(asked).length <= QUESTIONS_CHARS) {
    remember(fold.questions, { call, asked }, OPEN);
  }
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

/** At most `most` are kept. */
export function remember<T>(list: T[], item: T, most: number): void {
  if (list.length >= most) list.shift();
  list.push(item);
}

/** The fold of a log's reading, whose shape `begin` made. */
export function foldOf(state: unknown): Fold {
  if (!isRow(state)) throw new Error("internal error: no state of a Codex log");
  return state as unknown as Fold;
}
