/**
 * Finds passages in the index. The index finds those with all words; texts tell which of them stand side by side. Requires
 * read on the index.
 */
import type { DatabaseSync } from "node:sqlite";
import type { ProviderId } from "../protocol/event.ts";
import { COMPARED_CHARS, NEWEST_BLOCKS, SESSIONS_NAMED } from "../protocol/search_limits.ts";
import { type OpenBlock, openBlock } from "./block.ts";
import { comparePhrases, compareTerms, type Comparison } from "./compare.ts";
import type { Passage, Role } from "./passage.ts";
import { expressionOf, type Term } from "./query.ts";
import { type Piece, snippetOf } from "./snippet.ts";

/** A session as the index has it. */
export interface IndexedSession {
  readonly id: number;
  readonly provider: ProviderId;
  readonly session: string;
  readonly title: string | null;
  readonly project: string | null;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly gone: boolean;
  readonly blocked: string | null;
  /** A recording: its path; and then `session` is the session that it holds. Null for a session. */
  readonly file: string | null;
}

export interface Wanted {
  readonly terms: readonly Term[];
  /** Empty: all. */
  readonly roles: readonly Role[];
  readonly isIn: (session: IndexedSession) => boolean;
  /** Milliseconds since 1970. Where a log has no time, its session's last change counts. */
  readonly since: number;
  readonly limit: number;
}

export interface Hit {
  readonly session: IndexedSession;
  readonly passage: Omit<Passage, "text">;
  readonly snippet: readonly Piece[];
}

export interface Found {
  /** What was indexed last comes first. */
  readonly hits: readonly Hit[];
  /** `more`: there are other hits. `unlooked`: there are so many passages to compare that some were not looked at. */
  readonly rest: "none" | "more" | "unlooked";
}

export function sessionsOf(database: DatabaseSync): IndexedSession[] {
  const sql = "SELECT id, provider, session, title, project, modified, gone, blocked, recorded FROM sessions";
  return database.prepare(sql).all().map((row) => ({
    id: Number(row["id"]),
    provider: row["provider"] as ProviderId,
    session: textOrNull(row["recorded"]) ?? String(row["session"]),
    file: row["recorded"] === null ? null : String(row["session"]),
    title: textOrNull(row["title"]),
    project: textOrNull(row["project"]),
    modified: Number(row["modified"]),
    gone: row["gone"] === 1,
    blocked: textOrNull(row["blocked"]),
  }));
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** @param most Characters that are compared at most: of tests alone. */
export function findPassages(
  database: DatabaseSync,
  sessions: readonly IndexedSession[],
  wanted: Wanted,
  most = COMPARED_CHARS,
): Found {
  const { terms, roles, since, limit } = wanted;
  const among = new Map(sessions.filter(wanted.isIn).map((session) => [session.id, session]));
  const oldest = among.size === 0 ? null : oldestRow(database, since);
  const hits: Hit[] = [];
  if (oldest === null) return { hits, rest: "none" };
  const blocks = readBlocks(database);
  const isFew = among.size < sessions.length && among.size <= SESSIONS_NAMED;
  const expression = expressionOf(terms, roles, isFew ? [...among.keys()] : null);
  for (const { row, comparison } of candidates(database, { terms, expression, oldest, blocks })) {
    const block = blocks.at(row);
    const session = among.get(block.session);
    if (session === undefined || (block.latest ?? since) < since) continue;
    const { passages, isAscii } = blocks.open();
    if (blocks.opened() > most) return { hits, rest: "unlooked" };
    const { text, ...passage } = passageAt(passages, row - block.first);
    if (roles.length > 0 && !roles.includes(passage.role)) continue;
    if ((passage.time ?? session.modified) < since || !comparison(text, isAscii)) continue;
    if (hits.length >= limit) return { hits, rest: "more" };
    hits.push({ session, passage, snippet: snippetOf(text, terms) });
  }
  return { hits, rest: "none" };
}

function passageAt(passages: readonly Passage[], at: number): Passage {
  const passage = passages[at];
  if (passage === undefined) throw new Error("internal error: a word of no passage");
  return passage;
}

/** No older row can have been said since. Null: none can. */
function oldestRow(database: DatabaseSync, since: number): number | null {
  if (since === -Infinity) return 0;
  const sql = "SELECT min(id) AS row FROM blocks WHERE latest IS NULL OR latest >= ?";
  const row = database.prepare(sql).get(since)?.["row"];
  return typeof row === "number" ? row : null;
}

interface Candidate {
  readonly row: number;
  /** What the texts must be compared for. */
  readonly comparison: Comparison;
}

/** Rows that may be hits, the newest first. */
function* candidates(
  database: DatabaseSync,
  { terms, expression, oldest, blocks }: {
    readonly terms: readonly Term[];
    readonly expression: string;
    readonly oldest: number;
    readonly blocks: ReturnType<typeof readBlocks>;
  },
): Generator<Candidate> {
  let end = Number.MAX_SAFE_INTEGER;
  if (terms.some(({ isPrefix }) => isPrefix)) {
    const comparison = compareTerms(terms);
    for (const { first, passages } of blocks.newest(oldest)) {
      for (let row = first + passages - 1; row >= first; row -= 1) yield { row, comparison };
      end = first;
    }
  }
  const comparison = comparePhrases(terms);
  const select = database.prepare(
    // Only an INTEGER bounds the work of FTS5, and a number of JavaScript's is none.
    "SELECT rowid FROM words WHERE words MATCH ? AND rowid >= CAST(? AS INTEGER) AND rowid < CAST(? AS INTEGER) " +
      "ORDER BY rowid DESC",
  );
  for (const { rowid } of select.iterate(expression, oldest, end)) yield { row: Number(rowid), comparison };
}

interface Block {
  /** The row of its first passage. */
  readonly first: number;
  readonly session: number;
  readonly latest: number | null;
}

/** Hits come in the order of their blocks: the latest block is looked up and unpacked once for all of its hits. */
function readBlocks(database: DatabaseSync) {
  const find = database.prepare(
    "SELECT id, session, latest FROM blocks WHERE id <= ? ORDER BY id DESC LIMIT 1",
  );
  const newest = database.prepare(
    `SELECT id, passages FROM blocks WHERE id >= ? ORDER BY id DESC LIMIT ${NEWEST_BLOCKS}`,
  );
  const select = database.prepare("SELECT data FROM texts WHERE id = ?");
  let block: Block = { first: Infinity, session: 0, latest: null };
  let open: OpenBlock | null = null;
  let opened = 0;

  return {
    newest: (oldest: number) =>
      newest.all(oldest).map((row) => ({ first: Number(row["id"]), passages: Number(row["passages"]) })),
    /** The block of a row. Rows come in falling order. */
    at(row: number): Block {
      if (row < block.first) {
        const found = find.get(row);
        if (found === undefined) throw new Error("internal error: words without a block");
        const { latest } = found;
        block = {
          first: Number(found["id"]),
          session: Number(found["session"]),
          latest: typeof latest === "number" ? latest : null,
        };
        open = null;
      }
      return block;
    },
    /** The texts of the block that `at` told last. */
    open(): OpenBlock {
      if (open === null) {
        const data = select.get(block.first)?.["data"];
        if (!(data instanceof Uint8Array)) throw new Error("internal error: a block without a text");
        open = openBlock(data);
        opened += open.chars;
      }
      return open;
    },
    /** Characters of all blocks that were unpacked so far. */
    opened: () => opened,
  };
}
