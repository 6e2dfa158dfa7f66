/** The state of reading one log: small plain JSON, kept in checkpoints. Pure. */
import { addDigest, digestOf, hasDigest, WIDTH } from "./digests.ts";

/** At most so many texts of user records are remembered, to recognise a replay. Each costs twelve bytes. */
const SAID = 4096;
/** At most so many events are remembered. A record comes again soon, if it does. */
const EMITTED = 512;
const NEWLY = 64;
const GROWING = 4;
const OPEN_CALLS = 64;
const WAITING_AGENTS = 16;

/** A digest replaces a longer id. */
const ID_CHARS = 200;

export interface Fold {
  readonly agent: string;
  /** The facts about the session that were reported. */
  readonly told: { project: boolean; client: boolean; title: boolean };
  /** Whether the log has content that a further context record would repeat. */
  begun: boolean;
  /** The time of the client's start, until the first message; and whether its name for the session is unknown. */
  started?: string | null;
  isStrange?: boolean;
  /** In a replay of the history: whether its texts were in this log before. Null outside of replays. */
  replay: "repeat" | "new" | null;
  /** In a sub-agent's log: whether the task was read. */
  asked: boolean;
  said: string;
  emitted: string;
  /** The latest of them, apart: the runtime copies a string that grew before a search. Absent at first. */
  newly?: string;
  /** The reported texts of the latest messages: a message may come again with more text. */
  readonly growing: { readonly id: string; length: number; digest: string; times: number }[];
  /** The record of a compaction that came first, of its two. */
  compaction: "snapshot" | "told" | null;
  /** The latest file that may be a plan. */
  plan?: { readonly file: string; readonly text: string };
  /** Calls with results in records of their own, by their id or name. */
  readonly open: { readonly key: string; readonly call: string }[];
  /** Sub-agents that ended together with another one. They hand back with the next records. */
  readonly waiting: { readonly agent: string; readonly time: string | null }[];
}

export function createFold(agent: string): Fold {
  return {
    agent,
    told: { project: false, client: false, title: false },
    begun: false,
    replay: null,
    asked: false,
    said: "",
    emitted: "",
    growing: [],
    compaction: null,
    open: [],
    waiting: [],
  };
}

export function wasSaid(fold: Fold, text: string): boolean {
  return hasDigest(fold.said, digestOf(text));
}

export function rememberSaid(fold: Fold, text: string): void {
  fold.said = addDigest(fold.said, digestOf(text), SAID);
}

export function wasEmitted(fold: Fold, id: string): boolean {
  return knows(fold, digestOf(id));
}

/** Remembers the event. Whether it was new. */
export function rememberEmitted(fold: Fold, id: string): boolean {
  const digest = digestOf(id);
  if (knows(fold, digest)) return false;
  const newly = `${fold.newly ?? ""}${digest} `;
  const isFull = newly.length >= NEWLY * WIDTH;
  if (isFull) fold.emitted = (fold.emitted + newly).slice(-EMITTED * WIDTH);
  fold.newly = isFull ? "" : newly;
  return true;
}

function knows({ emitted, newly = "" }: Fold, digest: string): boolean {
  return hasDigest(newly, digest) || hasDigest(emitted, digest);
}

/** The new part of the text of the message `id`, and the id of its event; null for nothing new. */
export function newText(fold: Fold, id: string, text: string): { id: string; text: string } | null {
  const key = shortId(id);
  const known = fold.growing.find((message) => message.id === key);
  const digest = digestOf(text);
  if (known === undefined) {
    if (fold.growing.length === GROWING) fold.growing.shift();
    fold.growing.push({ id: key, length: text.length, digest, times: 0 });
    return { id, text };
  }
  if (known.digest === digest) return null;
  const grew = text.length > known.length && digestOf(text.slice(0, known.length)) === known.digest;
  const rest = grew ? text.slice(known.length) : text;
  known.length = text.length;
  known.digest = digest;
  known.times += 1;
  return rest.trim() === "" ? null : { id: `${id}:text:${known.times}`, text: rest.toWellFormed() };
}

/** A service may use an id again: it now means this call. Calls without ids have names, and wait in their order. */
export function openCall(fold: Fold, key: string, call: string): void {
  const known = fold.open.findIndex((open) => open.key === key && open.call === call);
  if (known !== -1) fold.open.splice(known, 1);
  if (fold.open.length === OPEN_CALLS) fold.open.shift();
  fold.open.push({ key, call });
}

/** The call that waited for this result; null for none. Forgets the call. */
export function closeCall(fold: Fold, id: string, name: string): string | null {
  const latest = fold.open.findLastIndex(({ key }) => key === id);
  const index = latest === -1 ? fold.open.findIndex(({ key }) => key === name) : latest;
  return index === -1 ? null : fold.open.splice(index, 1)[0]?.call ?? null;
}

export function addWaiting(fold: Fold, agents: Fold["waiting"]): void {
  fold.waiting.push(...agents.slice(0, WAITING_AGENTS - fold.waiting.length));
}

export function shortId(id: string): string {
  return id.length > ID_CHARS ? digestOf(id) : id;
}
