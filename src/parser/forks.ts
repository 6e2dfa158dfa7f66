/**
 * Which session's log began as a copy of another's: clients copy a log to fork a session, and what was copied was said
 * and obeyed elsewhere. Each log's beginning is read once. Requires read on the logs. Room: parser; edge.
 */
import { dirname } from "@std/path";
import type { Provider } from "../providers/provider.ts";
import { headIdentity } from "./inherited.ts";

export interface KnownLog {
  readonly session: string;
  readonly path: string;
}

export interface Forks {
  /** A session whose beginning need not be read before another one appears in its folder. */
  add(log: KnownLog): void;
  /** Up to `most` logs beside `path` whose beginnings must be read before `parentOf` is asked; taken from the list. */
  unread(path: string, most: number): readonly KnownLog[];
  read(log: KnownLog): void;
  /** The session whose log this new one began as a copy of. */
  parentOf(log: KnownLog): string | null;
}

interface Siblings {
  readonly unread: KnownLog[];
  /** Who was the first to begin so. */
  readonly owners: Map<string, string>;
}

export function createForks(provider: Provider): Forks {
  const folders = new Map<string, Siblings>();

  function beside(path: string): Siblings {
    const folder = dirname(path);
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
