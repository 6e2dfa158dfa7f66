/** What reading one log remembers from record to record: small plain JSON, kept in checkpoints. Pure. */
import { addDigest, digestOf, hasDigest, WIDTH } from "./digests.ts";

/** Texts of user records, so that a replay of them is known; each costs twelve bytes. */
const SAID = 4096;
/** Events of the latest records; a record is written again before much else is. */
const EMITTED = 512;
const NEWLY = 64;
const GROWING = 4;
const OPEN_CALLS = 64;
const WAITING_AGENTS = 16;

/** Of longer ids, a digest stands for them. */
const ID_CHARS = 200;

export interface Fold {
  readonly agent: string;
  /** What of the session's metadata was said already. */
  readonly told: { project: boolean; client: boolean; title: boolean };
  /** Whether there was anything that a further context record would repeat. */
  begun: boolean;
  /** When the client started, until the first message after that; and whether what it calls its session is not known. */
  started?: string | null;
  isStrange?: boolean;
  /** In a replay of the history: whether what comes was in this log before. Null outside. */
  replay: "repeat" | "new" | null;
  /** In a sub-agent's log: whether its task was read. */
  asked: boolean;
  said: string;
  emitted: string;
  /** The latest of them: a string that was added to is copied whole before it is searched. Absent at first. */
  newly?: string;
  /** Texts of the latest messages, as far as they were told: a message can be written again with more. */
  readonly growing: { readonly id: string; length: number; digest: string; times: number }[];
  /** Which of the two records of one compaction was read. */
  compaction: "snapshot" | "told" | null;
  /** Calls whose results come in records of their own, by their id or name. */
  readonly open: { readonly key: string; readonly call: string }[];
  /** Sub-agents that ended together with another, and hand back with the records after. */
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

/** Whether it was new. */
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

/** What is new in the text of the message `id`, and the id of the event that tells it; null for nothing. */
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

/** A service may use an id again: from now on it means this call. Calls without ids have names, and wait in their order. */
export function openCall(fold: Fold, key: string, call: string): void {
  const known = fold.open.findIndex((open) => open.key === key && open.call === call);
  if (known !== -1) fold.open.splice(known, 1);
  if (fold.open.length === OPEN_CALLS) fold.open.shift();
  fold.open.push({ key, call });
}

/** The call that waits for this result, waiting no more; null if none does. */
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
