/** Keeps forgotten sessions out of the index. Requires read on the list of forgotten sessions, which the daemon keeps. */
import { systemWords } from "../../disk/entry_at.ts";
import { forgottenList } from "../../protocol/forgotten.ts";
import { sessionKey, type SessionRef } from "../../protocol/session.ts";
import { IndexError } from "../../search/index_file.ts";
import type { Indexer } from "../../search/indexer.ts";

export type IsForgotten = (session: SessionRef) => boolean;

/** Without the list nobody can tell which sessions may be found. Then it throws an IndexError. */
export function readForgotten(path: string): IsForgotten {
  const keys = new Set(readList(path).map(sessionKey));
  return (session) => keys.has(sessionKey(session));
}

function readList(path: string): readonly SessionRef[] {
  try {
    const { data } = forgottenList.safeParse(JSON.parse(Deno.readTextFileSync(path)));
    if (data === undefined) throw refuse(path, "kato did not write it", null);
    return data.sessions;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    const why = error instanceof SyntaxError ? "it is not JSON" : systemWords(error);
    throw why === null ? error : refuse(path, why, error);
  }
}

/** The kernel's sandbox knows only the list that was there when the search began. */
function refuse(path: string, why: string, cause: unknown): IndexError {
  const mend = "Search again; if that does not help, restart kato, which writes it anew.";
  return new IndexError(`Cannot read ${path}, the list of forgotten sessions: ${why}. ${mend}`, { cause });
}

/** What a forgotten session has in the index, and its recordings, too. A `kato forget` that was killed leaves them. */
export function dropForgotten(indexer: Indexer, isForgotten: IsForgotten): void {
  for (const { provider, session, recorded } of indexer.known()) {
    const ref = { provider, session: recorded ?? session };
    if (isForgotten(ref)) indexer.forget(ref);
  }
}
