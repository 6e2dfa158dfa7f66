/** Chooses the folders to look at next, where no event says which. */
import { HOT_MS } from "../protocol/limits.ts";
import type { Folder, Folders } from "./folders.ts";

/** Folders of one look, besides those that changed lately or are not watched. */
const SOME = 32;
const MANY = 512;

export interface Rounds {
  /** The folders that must be looked at, and the next ones of the round. `isHurried`: no events come, so go faster. */
  next(isWatched: (path: string) => boolean, isHurried: boolean): Generator<string>;
  /** Start of the last complete round, in milliseconds since 1970. Everything that was there then was seen. */
  lookedAt(): number;
}

export function goRound(roots: readonly string[], folders: Pick<Folders, "all">): Rounds {
  let under: { readonly began: number; readonly folders: Iterator<Folder> } | null = null;
  let lookedAt = Date.now();
  return {
    *next(isWatched, isHurried) {
      yield* roots;
      const now = performance.now();
      let some = 0;
      for (const { path, changed } of folders.all()) {
        if (isWatched(path) && now - changed > HOT_MS) continue;
        yield path;
        some += 1;
        if (some >= MANY) break;
      }
      for (let left = isHurried ? MANY : SOME; left > 0; left -= 1) {
        under ??= { began: Date.now(), folders: folders.all()[Symbol.iterator]() };
        const next = under.folders.next();
        if (next.done === true) {
          lookedAt = under.began;
          under = null;
          return;
        }
        yield next.value.path;
      }
    },
    lookedAt: () => lookedAt,
  };
}
