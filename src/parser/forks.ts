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
  /**
   * False when the system refuses to read it for now: it is on the list again. What was refused so often counts as read:
   * a log that never can be read holds up no other.
   */
  read(log: KnownLog): boolean;
  /** The session that this new log began as a copy of. `unreadable`: the system refuses to read the log for now. */
  parentOf(log: KnownLog): Parent;
}

export type Parent = { readonly session: string | null } | "unreadable";

/** So often a log that cannot be read for now is tried. */
const TRIES = 3;

interface Siblings {
  readonly unread: KnownLog[];
  /** For each beginning, the first session that had it. */
  readonly owners: Map<string, string>;
}

export function createForks(provider: Provider): Forks {
  const folders = new Map<string, Siblings>();
  const tries = new Map<string, number>();

  function beside(path: string): Siblings {
    const folder = provider.forkFolder?.(path) ?? dirname(path);
    const known = folders.get(folder) ?? { unread: [], owners: new Map<string, string>() };
    folders.set(folder, known);
    return known;
  }

  /** The first session whose log began like this one; null where this one says nothing yet. */
  function own({ session, path }: KnownLog): Parent {
    const identity = headIdentity(provider, path);
    if (identity === "unreadable") return identity;
    if (identity === null) return { session: null };
    const { owners } = beside(path);
    const owner = owners.get(identity) ?? session;
    owners.set(identity, owner);
    return { session: owner };
  }

  return {
    add: (log) => void beside(log.path).unread.push(log),
    unread(path, most) {
      const { unread } = beside(path);
      return unread.splice(-most);
    },
    read(log) {
      const { path } = log;
      const tried = (tries.get(path) ?? 0) + 1;
      const isOver = own(log) !== "unreadable" || tried === TRIES;
      if (isOver) tries.delete(path);
      else {
        tries.set(path, tried);
        beside(path).unread.push(log);
      }
      return isOver;
    },
    parentOf(log) {
      const owner = own(log);
      return owner === "unreadable" || owner.session !== log.session ? owner : { session: null };
    },
  };
}
