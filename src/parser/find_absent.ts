/**
 * Finds logs that are not there any more. A root in which no log is there may be a disk that is not mounted, so none of its
 * logs counts as absent. Requires list on the roots.
 */
import type { ToParser } from "../protocol/parser_messages.ts";
import { isAbsent, lstat } from "./disk.ts";
import type { Follower } from "./follower.ts";
import type { ReportedSessions } from "./reported_sessions.ts";
import type { SessionIndex } from "./session_index.ts";

type Question = Extract<ToParser, { type: "find-absent" }>;

export interface AbsentOptions {
  readonly roots: readonly string[];
  readonly index: Pick<SessionIndex, "files" | "examine">;
  readonly follower: Pick<Follower, "letGo">;
  readonly reported: Pick<ReportedSessions, "known" | "hot">;
}

/** The paths of those that are not there. */
export function findAbsent(options: AbsentOptions, { logs, letGo }: Question): string[] {
  const { roots, index, follower, reported: { known, hot } } = options;
  const inUse = roots.filter((root) =>
    known.values().some(({ path }) => path.startsWith(`${root}/`) && lstat(path) !== null)
  );
  const absent: string[] = [];
  for (const { session, path } of logs) {
    if (!inUse.some((root) => path.startsWith(`${root}/`)) || !isAbsent(path)) continue;
    const parts = session === null ? [] : index.files(session)?.parts ?? [];
    if (!parts.every((part) => isAbsent(part.path))) continue;
    if (letGo && session !== null) {
      if (!follower.letGo(session)) continue;
      known.delete(session);
      hot.delete(session);
      for (const part of parts) index.examine(part.path);
    }
    absent.push(path);
  }
  return absent;
}
