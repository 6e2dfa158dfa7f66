/** The first line of a log: the kind of its thread, and its origin. Pure. */
import { firstOf, WENT_BACK } from "../turns.ts";
import { isRow, numberOf, type Row, rowOf, textOf, timeOf } from "../unknown_value.ts";
import type { Reading } from "../provider.ts";
import { cutText } from "../prompt_title.ts";
import { authorOfThread } from "./authors.ts";
import type { Fold } from "./fold.ts";
import { nameOf } from "./ids.ts";
import type { LineEvents } from "./line_events.ts";

const CLIENT_CHARS = 40;

/** The kind of a thread that another thread started; null for a person's own. */
export interface Parentage {
  /** The person's own thread. */
  readonly session: string;
  readonly parent: string;
  readonly path: string;
  readonly isReview: boolean;
}

export function parentageOf(meta: Row): Parentage | null {
  const id = textOf(meta["id"]);
  const root = textOf(meta["session_id"]);
  const starter = subAgentOf(meta["source"]);
  const spawn = rowOf(rowOf(starter)["thread_spawn"]);
  const parent = textOf(meta["parent_thread_id"]) || textOf(spawn["parent_thread_id"]);
  const elsewhere = id !== "" && root !== "" && root !== id;
  if (!isStarted(meta) && !elsewhere) return null;
  const session = id === "" || elsewhere ? root || parent : parent;
  // Without a parent it is part of no session.
  if (session === "" || session === id) return null;
  return {
    session,
    parent: parent || session,
    path: textOf(meta["agent_path"]) || textOf(spawn["agent_path"]),
    isReview: starter === "review",
  };
}

/** The thread's id. Where a client writes only the id of the session, the two are the same. */
export function threadOf(meta: Row): string {
  return textOf(meta["id"]) || (isStarted(meta) ? "" : textOf(meta["session_id"]));
}

/** Whether another thread started this one. */
function isStarted(meta: Row): boolean {
  return subAgentOf(meta["source"]) !== undefined || meta["thread_source"] === "subagent";
}

function subAgentOf(source: unknown): unknown {
  if (source === "subagent") return source;
  const row = rowOf(source);
  return row["subagent"] ?? row["sub_agent"] ?? row["subAgent"];
}

/** Whether the client started the thread for itself: for its memories, or for a compaction. */
export function isInternal(meta: Row): boolean {
  const starter = subAgentOf(meta["source"]);
  return rowOf(meta["source"])["internal"] !== undefined || starter === "memory_consolidation" ||
    starter === "compact" || meta["thread_source"] === "memory_consolidation";
}

/** The thread's name in a hand-back: its path, or the thread that it reviews. */
export function callerOf({ path, isReview, parent }: Parentage): string | undefined {
  if (path !== "") return path;
  return isReview ? reviewOf(parent) : undefined;
}

export function reviewOf(thread: string): string {
  return `review ${thread}`;
}

export function readBareMeta(row: Row, events: LineEvents): Reading {
  const { fold } = events;
  fold.bare = true;
  if (fold.thread === "") fold.thread = nameOf(row["id"]);
  const started = timeOf(row["timestamp"]);
  events.addMeta({ client: "Codex", ...(started === null ? {} : { started }) });
  return events.reading("repeat");
}

/** `session_meta`. Old forks and sub-agents have a second one, copied from their parent. */
export function readSessionMeta(meta: Row, events: LineEvents): Reading {
  const { fold } = events;
  const id = threadOf(meta);
  if (fold.originator !== "" || fold.bare) {
    if (id !== "" && id !== fold.thread) beginCopy(id, events);
    return events.reading("repeat");
  }
  const parentage = parentageOf(meta);
  fold.originator = nameOf(meta["originator"]) || "?";
  if (id !== "") fold.thread = nameOf(id);
  if (parentage !== null || isStarted(meta)) fold.personal = false;
  if (parentage !== null) fold.path = nameOf(parentage.path);
  fold.isReview = parentage?.isReview === true;
  const ownFrom = meta["subagent_history_start_ordinal"];
  if (typeof ownFrom === "number") fold.ownFrom = ownFrom;
  fold.author = authorOfThread(meta, fold.personal);
  reportMeta(meta, events);
  reportSource(meta, events);
  return events.reading("repeat");
}

function reportMeta(meta: Row, events: LineEvents): void {
  const project = textOf(meta["cwd"]);
  const started = timeOf(meta["timestamp"]);
  const version = cutText(textOf(meta["cli_version"]), CLIENT_CHARS);
  events.addMeta({
    client: `Codex ${version}`.trim(),
    ...(project === "" ? {} : { project }),
    ...(started === null ? {} : { started }),
  });
}

function reportSource(meta: Row, events: LineEvents): void {
  const { fold } = events;
  const forkedFrom = textOf(meta["forked_from_id"]);
  if (fold.part !== "") {
    events.addRewind(WENT_BACK, firstUndone(fold, meta), `${fold.part}:rewind`);
  } else if (forkedFrom !== "" && fold.personal) {
    const records = numberOf(meta["forked_from_ordinal_exclusive"]);
    const where = records > 0 ? `, with its first ${records} records` : "";
    reportFork(`${forkedFrom}${where}`, events);
  }
}

/** The first turn after the part of the history that is kept. Without such a part nothing is kept. */
function firstUndone({ turns = [] }: Fold, meta: Row): string | undefined {
  if (!isRow(meta["history_base"])) return firstOf(turns)?.id;
  const { thread_id: log, end_ordinal_exclusive } = meta["history_base"];
  const end = numberOf(end_ordinal_exclusive);
  return end < 0 ? undefined : turns.find((turn) => turn.log === log && turn.ordinal >= end)?.id;
}

function reportFork(from: string, events: LineEvents): void {
  if (events.fold.told.fork) return;
  events.fold.told.fork = true;
  events.addNotice("info", `Forked from the session ${from}.`, `${events.fold.thread}:fork`);
}

/** Until 0.148 a fork began with copies of its parent's lines, with new times. kato reads them in the parent's log. */
function beginCopy(from: string, events: LineEvents): void {
  const { fold } = events;
  if (fold.copying !== null) return;
  fold.copying = { since: events.time, turns: false };
  if (fold.personal && fold.part === "") reportFork(from, events);
}

/** The client writes a copy at once. Its own lines come later. */
const COPY_MS = 1000;

/**
 * Whether a line was copied from another thread. Ids of turns and threads begin with their time: a turn that is younger
 * than the thread is its own. Old turns have no ids; there only the clock shows it.
 */
export function isCopied(fold: Fold, row: Row): boolean {
  const ordinal = row["ordinal"];
  if (fold.ownFrom > 0 && typeof ordinal === "number") return ordinal < fold.ownFrom;
  if (fold.copying === null) return false;
  const turn = textOf(rowOf(row["payload"])["turn_id"]);
  if (turn !== "") return turn < fold.thread;
  const time = timeOf(row["timestamp"]);
  if (fold.copying.turns || time === null || fold.copying.since === null) return true;
  return Date.parse(time) - Date.parse(fold.copying.since) < COPY_MS;
}

/** Notes whether a line was copied. */
export function followCopy(fold: Fold, row: Row, copied: boolean): void {
  if (fold.copying === null) return;
  if (!copied) {
    fold.mayBeCopy = !fold.copying.turns && textOf(rowOf(row["payload"])["turn_id"]) === "";
    fold.copying = null;
  } else if (isRow(row["payload"]) && textOf(row["payload"]["turn_id"]) !== "") fold.copying.turns = true;
}
