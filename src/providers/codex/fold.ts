/** The state of reading one log: small plain JSON, kept in checkpoints. Pure. */
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
 * The client writes a text in several forms: an event of its user interface (older), an item of the turn, and the raw form
 * of the model's interface. Versions differ in the forms that they write.
 */
export type Family = "event" | "item" | "raw";
export type TextKind = "answer" | "thought" | "words";

/** How often each family had a text in this turn. `key` stands for the text. */
export interface ReportedText {
  readonly key: string;
  readonly times: Partial<Record<Family, number>>;
}

interface WaitingPlace {
  readonly id: string;
  readonly time: string | null;
}

/** An entry waits until the next lines show whether another family has it, too. */
export type Waiting =
  | WaitingPlace & {
    readonly kind: "answer";
    readonly family: Family;
    readonly keys: readonly string[];
    readonly text: string;
    readonly phase: Phase;
    /** In plan mode it lacks the plan. The raw form has the whole text. */
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
    /** Null where it is too long to wait: another line has the person's whole text. */
    readonly text: string | null;
    readonly images: readonly string[];
    /** The types of parts that kato does not know. The shown form has its own. */
    readonly strange?: readonly string[];
    /** Whether the client marks them as the person's; null without a mark. */
    readonly isPersons: boolean | null;
  }
  | WaitingPlace & { readonly kind: "step"; readonly call: string; readonly text: string };

/** The current turn. */
export interface Turn {
  /** "" where the client gives it no id. */
  readonly id: string;
  /** What started it, in the client's words; undefined where the client does not say. */
  readonly trigger?: string | null;
  /** Whether more than the person's words was reported. */
  said: boolean;
  answered: boolean;
  /** The number of lines that could hold more than the person's words and the client's state. */
  lines: number;
  readonly texts: ReportedText[];
  /** The latest item. Its raw form has the same id, and may hold marks that the client removes. */
  shown: { readonly id: string; readonly start: string; readonly key: string } | null;
}

export interface Review {
  /** "" where it has no id. */
  readonly turn: string;
  /** The key of its reported order; "" before that. */
  readonly key: string;
  /** Whether the person wrote the order. Else the client did. */
  readonly isPersons: boolean;
}

export interface Fold {
  readonly agent: string;
  /** The part of the session; "" for the first one. */
  readonly part: string;
  /** The thread's id; "" before its first line. */
  thread: string;
  /** Its path among the agents, if it has one. The path of the person's own thread is `/root`. */
  path: string;
  /** Whether its user messages come from a person. Else they come from the agent that started it. */
  personal: boolean;
  /** Whether the log holds bare items, without envelopes and second copies: until mid-2025. */
  bare: boolean;
  /** The author by its first line. */
  author: Authorship;
  /** Whether only the clock separates its own lines from copied ones. */
  mayBeCopy: boolean;
  /** The client's own name for itself. */
  originator: string;
  /** Lines with a lower ordinal are copies from the parent. */
  ownFrom: number;
  /** In old forks: all lines so far are a copy. It began at this time. */
  copying: { readonly since: string | null; turns: boolean } | null;
  readonly told: { title: boolean; fork: boolean };
  model: string | null;
  /** Whether the turn is one of plan mode. */
  planning: boolean;
  /** The current review. */
  review: Review | null;
  /** Whether the thread itself is a review. Its session orders and reports it. */
  isReview: boolean;
  /** Oldest first. */
  waiting: Waiting[];
  turn: Turn;
  /** Whether the client marks the beginning of turns: since early 2026. */
  marksTurns: boolean;
  /** Whether the latest waiting answer got no raw form. */
  answersAlone: boolean;
  /** Whether the latest raw words of the person got no shown form. */
  wordsAlone: boolean;
  /** Whether the latest line with content was a compaction. */
  compacted: boolean;
  /** Whether the second copy of a reported shell line is still to come. */
  shellTold: boolean;
  /** The goal that was reported last. */
  goal: string;
  /** Calls, the oldest first: the end of their turn's id, and their own id. */
  readonly calls: string[];
  readonly failed: string[];
  /**
   * The person's latest turns, of earlier parts, too: their events, and the lines that hold them. Missing where not all
   * of them are known.
   */
  turns?: readonly { readonly id: string; readonly log: string; readonly ordinal: number }[];
  readonly questions: { readonly call: string; readonly asked: readonly Question[] }[];
}

/** `before`: the state at the end of the part before it. */
export function createFold(agent: string, part = "", before: unknown = null): Fold {
  const turns = before === null ? part === "" ? [] : undefined : foldOf(before).turns;
  return {
    ...(turns === undefined ? {} : { turns }),
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

/** The state as `begin` made it. */
export function foldOf(state: unknown): Fold {
  if (!isRow(state)) throw new Error("internal error: no state of a Codex log");
  if (state["waiting"] === undefined) goOnFrom(state as unknown as FormerFold);
  return state as unknown as Fold;
}

/** A checkpoint from before texts could wait for each other. */
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

/** Goes on from a checkpoint of an earlier kato. A missing field counts as not in the log. */
function goOnFrom(former: FormerFold): void {
  const { held, review, originator } = former;
  const calls = former.calls.map((call) => callKey(call, ""));
  delete former.held;
  delete former.turnIds;
  const waiting: Waiting[] = held === null || held === undefined
    ? []
    : [{ kind: "answer", family: "item", keys: [], isPlan: true, ...held }];
  const { turns: _, ...begun } = createFold(former.agent, former.part);
  Object.assign(former, { ...begun, ...former }, {
    author: authorOfThread({ originator }, former.personal),
    calls,
    review: typeof review === "string" ? { turn: review, key: "", isPersons: false } : null,
    waiting,
  });
}
