/**
 * Brings the index up to date: reads what is new in the logs, and hands the events to the indexer. Requires read on the
 * provider roots; the indexer writes.
 */
import { readSession, type SessionReader } from "../../parser/session_reader.ts";
import { refusedForNow } from "../../parser/disk.ts";
import { chooseSearch } from "../../parser/choose_search.ts";
import { type Checkpoint, checkpoint } from "../../protocol/cursor.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import { sessionKey } from "../../protocol/session.ts";
import type { Indexer, SessionWork } from "../../search/indexer.ts";
import type { KnownSession } from "../../search/rows.ts";
import type { FoundSession } from "../sessions/find_sessions.ts";
import { peekSession } from "../sessions/peek_session.ts";
import { beginSlices } from "../slices.ts";

export interface UpdateOptions {
  readonly redaction: Redaction;
  readonly sessions: readonly FoundSession[];
  /** At most this many bytes of logs. */
  readonly most: number;
  /** `done` of `total` bytes of logs. */
  readonly progress: (done: number, total: number) => void;
  readonly stopped: () => boolean;
}

export interface Updated {
  /** Sessions that were read. */
  readonly sessions: number;
  /** Sessions whose logs the system refused to read, or which went away meanwhile. The next search reads them again. */
  readonly unreadable: number;
  /** Bytes of logs that were read, and of those that are not in the index yet, but for the unreadable ones. */
  readonly bytes: number;
  readonly left: number;
  /** Sessions of which the redaction let nothing more into the index. */
  readonly blocked: readonly FoundSession[];
}

interface Changed {
  readonly found: FoundSession;
  /** Bytes that are new, as far as sizes tell. */
  readonly bytes: number;
  /** The index has nothing of it. */
  readonly isNew: boolean;
}

export async function updateIndex(indexer: Indexer, options: UpdateOptions): Promise<Updated> {
  const known = new Map(
    indexer.known().filter(({ recorded }) => recorded === null).map((
      session,
    ) => [sessionKey(session), session]),
  );
  const changed = findChanged(options.sessions, known);
  noteGone(indexer, options.sessions, known);
  const total = changed.reduce((sum, { bytes }) => sum + bytes, 0);
  const blocked: FoundSession[] = [];
  let done = 0;
  let read = 0;
  let unreadable = 0;
  let refused = 0;
  for (const { found, bytes, isNew } of changed) {
    if (options.stopped() || (done + bytes > options.most && read > 0)) break;
    const work = indexer.begin({ provider: found.provider.id, session: found.session });
    try {
      const end = await readInto(work, found, {
        isNew,
        redaction: options.redaction,
        progress: (within) => options.progress(done + refused + within, total),
        stopped: options.stopped,
      });
      if (end === "stopped") break;
      if (end === "unreadable") {
        unreadable += 1;
        refused += bytes;
        continue;
      }
      if (end === "blocked") blocked.push(found);
    } finally {
      work.abandon();
    }
    done += bytes;
    read += 1;
  }
  indexer.commit();
  return { sessions: read, bytes: done, unreadable, left: total - done - refused, blocked };
}

/** Sessions that the index does not have as they are, the longest unchanged first: then the latest hits come first. */
function findChanged(
  sessions: readonly FoundSession[],
  known: ReadonlyMap<string, KnownSession>,
): readonly Changed[] {
  return sessions.flatMap((found) => {
    const { size, modified } = found;
    const before = known.get(keyOf(found));
    if (before?.size === size && before.modified === modified) return [];
    const bytes = before === undefined || before.size > size ? size : size - Math.max(0, before.size);
    return [{ found, bytes, isNew: before === undefined }];
  }).sort((a, b) => a.found.modified - b.found.modified);
}

function noteGone(
  indexer: Indexer,
  sessions: readonly FoundSession[],
  known: ReadonlyMap<string, KnownSession>,
): void {
  const there = new Set(sessions.map(keyOf));
  for (const [key, { id, gone }] of known) {
    if (gone === there.has(key)) indexer.setGone(id, !gone);
  }
}

function keyOf({ provider, session }: FoundSession): string {
  return sessionKey({ provider: provider.id, session });
}

/** `unreadable`: the index may lack a part of the session, and does not count it as read. */
type End = "done" | "stopped" | "blocked" | "unreadable";

interface Watch {
  /** The index has nothing of the session. */
  readonly isNew: boolean;
  readonly redaction: Redaction;
  /** Bytes of the log that were read. */
  readonly progress: (bytes: number) => void;
  readonly stopped: () => boolean;
}

async function readInto(work: SessionWork, found: FoundSession, watch: Watch): Promise<End> {
  const from = work.from === null ? null : checkpoint.parse(work.from);
  const end = await readFrom(from, work, found, watch);
  if (end !== "anew") return end;
  work.restart();
  const again = await readFrom(null, work, found, watch);
  if (again === "anew") {
    throw new Error("internal error: a log that is read from its beginning goes on from nowhere");
  }
  return again;
}

/**
 * What a recording would have by now is kept for good. What a whole reading adds (a sub-agent that did not hand back, a
 * last line) is provisional. So events have the numbers that `kato show` gives them.
 *
 * `anew`: the log was rewritten, and its events have other numbers now.
 */
async function readFrom(
  from: Checkpoint | null,
  work: SessionWork,
  found: FoundSession,
  watch: Watch,
): Promise<End | "anew"> {
  let isAnew = false;
  const refused = refusedForNow();
  const search = await chooseSearch(found.size);
  const open = (from: Checkpoint | null, whole: boolean) =>
    readSession({
      provider: found.provider,
      session: found.session,
      locate: found.locate,
      from,
      whole,
      search,
      redaction: watch.redaction,
      report: () => {},
      rewritten: () => isAnew = true,
    });
  const settled = open(from, false);
  const start = settled.offset();
  const read = (reader: SessionReader) =>
    readBatch(reader, work, {
      progress: () => watch.progress(reader.offset() - start),
      stopped: () => (isAnew && from !== null) || watch.stopped(),
    });
  const why = () => (isAnew && from !== null ? "anew" : "stopped");
  for (let end = await read(settled); end !== "end"; end = await read(settled)) {
    if (end === "blocked") return block(work, found);
    if (end === "stopped") return why();
    if (end === "unreadable") {
      // Of a session that the index has, all stays in it that was there.
      if (watch.isNew && settled.offset() > start) work.keep(settled.checkpoint());
      return end;
    }
    work.keep(settled.checkpoint());
  }
  if (isAnew && from !== null) return "anew";
  work.keep(settled.checkpoint());
  work.beginRest();
  const whole = open(settled.checkpoint(), true);
  for (let end = await read(whole); end !== "end"; end = await read(whole)) {
    if (end === "blocked") return block(work, found);
    if (end === "stopped") return why();
    work.keep(null);
    if (end === "unreadable") return end;
  }
  const peeked = peekSession(found, watch.redaction);
  // A whole reading passes over a sub-agent's log that it cannot read.
  if (refusedForNow() > refused) {
    work.keep(null);
    return "unreadable";
  }
  work.finish({ ...found, ...peeked }, { blocked: null, recorded: null });
  return "done";
}

/** Reads until the batch is full or the logs end. */
async function readBatch(
  reader: SessionReader,
  work: SessionWork,
  { progress, stopped }: { readonly progress: () => void; readonly stopped: () => boolean },
): Promise<"full" | "end" | "stopped" | "blocked" | "unreadable"> {
  const slices = beginSlices();
  while (!work.isFull()) {
    const advance = reader.advance();
    if (typeof advance !== "string") {
      for (const { event } of advance.events) if (!work.take(event)) return "blocked";
    } else if (advance === "gone" || advance === "unreadable") return "unreadable";
    else if (advance !== "more") return "end";
    if (!slices.isOver()) continue;
    progress();
    await slices.pause();
    if (stopped()) return "stopped";
  }
  return "full";
}

/** It is tried again when its logs have changed. */
function block(work: SessionWork, found: FoundSession): "blocked" {
  work.abandon();
  work.finish({ ...found, title: null, project: null }, { blocked: "redaction", recorded: null });
  return "blocked";
}
