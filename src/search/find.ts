/**
 * Finds passages in the index. The index finds those with all words; texts tell which of them stand side by side. Requires
 * read on the index.
 */
import type { DatabaseSync } from "node:sqlite";
import type { ProviderId } from "../protocol/event.ts";
import { PASSAGES_COMPARED, SESSIONS_NAMED } from "../protocol/search_limits.ts";
import { unpackBlock } from "./block.ts";
import type { Passage, Role } from "./passage.ts";
import { expressionOf, type Term } from "./query.ts";
import { phraseTest, type Piece, snippetOf } from "./snippet.ts";

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

export function findPassages(
  database: DatabaseSync,
  sessions: readonly IndexedSession[],
  { terms, roles, isIn, since, limit }: Wanted,
): Found {
  const wanted = new Map(sessions.filter(isIn).map((session) => [session.id, session]));
  if (wanted.size === 0) return { hits: [], rest: "none" };
  const isFew = wanted.size < sessions.length && wanted.size <= SESSIONS_NAMED;
  const expression = expressionOf(terms, roles, isFew ? [...wanted.keys()] : null);
  const select = database.prepare("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC");
  const texts = readTexts(database);
  const hasPhrases = phraseTest(terms);
  const hits: Hit[] = [];
  let compared = 0;
  for (const { rowid } of select.iterate(expression)) {
    const session = wanted.get(texts.sessionOf(Number(rowid)));
    if (session === undefined) continue;
    const { text, ...passage } = texts.passage(Number(rowid));
    if ((passage.time ?? session.modified) >= since && hasPhrases(text)) {
      if (hits.length >= limit) return { hits, rest: "more" };
      hits.push({ session, passage, snippet: snippetOf(text, terms) });
    }
    compared += 1;
    if (compared >= PASSAGES_COMPARED) return { hits, rest: "unlooked" };
  }
  return { hits, rest: "none" };
}

/** Hits come in the order of their blocks: the latest block is looked up and unpacked once for all of its hits. */
function readTexts(database: DatabaseSync) {
  const find = database.prepare("SELECT id, session FROM blocks WHERE id <= ? ORDER BY id DESC LIMIT 1");
  const select = database.prepare("SELECT data FROM texts WHERE id = ?");
  let block = { id: Infinity, session: 0 };
  let passages: readonly Passage[] | null = null;

  return {
    /** Rows come in falling order. */
    sessionOf(row: number): number {
      if (row < block.id) {
        const found = find.get(row);
        if (found === undefined) throw new Error("internal error: words without a block");
        block = { id: Number(found["id"]), session: Number(found["session"]) };
        passages = null;
      }
      return block.session;
    },
    /** Of the row that `sessionOf` was asked for. */
    passage(row: number): Passage {
      if (passages === null) {
        const data = select.get(block.id)?.["data"];
        if (!(data instanceof Uint8Array)) throw new Error("internal error: a block without a text");
        passages = unpackBlock(data);
      }
      const passage = passages[row - block.id];
      if (passage === undefined) throw new Error("internal error: a word of no passage");
      return passage;
    },
  };
}
