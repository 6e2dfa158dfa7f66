/**
 * Finds the session whose log another log began as a copy of. Clients fork a session by copying its log; the copied
 * part was said and obeyed in the original. Each log's beginning is read once. Requires read on the logs.
 */
import { dirname } from "@std/path";
import type { Provider } from "../providers/provider.ts";
import { headIdentity } from "./inherited.ts";

export interface KnownLog {
  readonly session: string;
  readonly path: string;
}

export interface Forks {
  /** Remembers a log. Its beginning is read only when another log appears beside it. */
  add(log: KnownLog): void;
  /** Removes up to `most` logs beside `path` from the list. Their beginnings must be read before `parentOf` is asked. */
  unread(path: string, most: number): readonly KnownLog[];
  read(log: KnownLog): void;
  /** The session that this new log began as a copy of. */
  parentOf(log: KnownLog): string | null;
}

interface Siblings {
  readonly unread: KnownLog[];
  /** For each beginning, the first session that had it. */
  readonly owners: Map<string, string>;
}

export function createForks(provider: Provider): Forks {
  const folders = new Map<string, Siblings>();

  function beside(path: string): Siblings {
    const folder = provider.forkFolder?.(path) ?? dirname(path);
    const known = folders.get(folder) ?? { unread: [], owners: new Map<string, string>() };
    folders.set(folder, known);
    return known;
  }

  function own({ session, path }: KnownLog): string | null {
    const identity = headIdentity(provider, path);
    if (identity === null) return null;
    const { owners } = beside(path);
    const owner = owners.get(identity) ?? session;
    owners.set(identity, owner);
    return owner;
  }

  return {
    add: (log) => void beside(log.path).unread.push(log),
    unread(path, most) {
      const { unread } = beside(path);
      return unread.splice(-most);
    },
    read: (log) => void own(log),
    parentOf(log) {
      const owner = own(log);
      return owner === log.session ? null : owner;
    },
  };
}
