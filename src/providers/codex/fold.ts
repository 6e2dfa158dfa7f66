/** What reading one log remembers from line to line: small plain JSON, kept in checkpoints. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { Authorship } from "../../protocol/evidence.ts";
import { isRow } from "../unknown_value.ts";
import { authorOfThread, NOBODY } from "./authors.ts";
import { callKey } from "./call_memory.ts";

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
export interface ReportedText {
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
  readonly texts: ReportedText[];
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
    failed: [],
    questions: [],
  };
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
  fold.turn = newTurn(id, trigger);
}

/** The fold of a log's reading, whose shape `begin` made. */
export function foldOf(state: unknown): Fold {
  if (!isRow(state)) throw new Error("internal error: no state of a Codex log");
  if (state["waiting"] === undefined) goOnFrom(state as unknown as FormerFold);
  return state as unknown as Fold;
}

/** What was kept before texts could wait for each other. */
interface FormerFold {
  readonly agent: string;
  readonly part: string;
  readonly personal: boolean;
  readonly originator: string;
  readonly calls: string[];
  readonly review: unknown;
  turnIds?: unknown;
  held?:
    | { readonly id: string; readonly text: string; readonly phase: Phase; readonly time: string | null }
    | null;
}

/** Goes on from a checkpoint of an earlier kato: what it lacks is as if the log had not said it. */
function goOnFrom(former: FormerFold): void {
  const { held, review, originator } = former;
  const calls = former.calls.map((call) => callKey(call, ""));
  delete former.held;
  delete former.turnIds;
  const waiting: Waiting[] = held === null || held === undefined
    ? []
    : [{ kind: "answer", family: "item", keys: [], isPlan: true, ...held }];
  Object.assign(former, { ...createFold(former.agent, former.part), ...former }, {
    author: authorOfThread({ originator }, former.personal),
    calls,
    review: typeof review === "string" ? { turn: review, key: "", isPersons: false } : null,
    waiting,
  });
}
