/**
 * Knows the sessions on disk, and the logs of each. Requires read on the roots: it reads names and metadata, and the
 * beginning of logs whose names do not say what they are.
 */
import { CLOCK_TICK_MS } from "../protocol/limits.ts";
import type { Provider, Source } from "../providers/provider.ts";
import { lstat, unlessForNow, walkFiles } from "./disk.ts";
import { measureDocument } from "./document_log.ts";
import { introduce } from "./introduction.ts";
import { formOf } from "./open_log.ts";
import { findAgentsBeside, type SessionFiles } from "./session_files.ts";
import * as logs from "./session_logs.ts";
import type { SessionOnDisk } from "./session_logs.ts";

/** What a path is: a log of a session, something that belongs to a session, or neither. */
export type Examined =
  | { readonly is: "session"; readonly found: SessionOnDisk }
  | { readonly is: "part-of"; readonly session: string }
  /** The system refuses to look for now. What was known of the path still holds. */
  | { readonly is: "unreadable" }
  /** A log that says nothing yet, or that is not ours. */
  | { readonly is: "nothing" }
  /** Not the name of a log; for example a folder. */
  | { readonly is: "no-log" };

export interface SessionIndex {
  /** Looks at `path`, which may be gone. */
  examine(path: string): Examined;
  /** Looks at everything below `top`, a root or a folder in one, in one go. Yields sessions as they are found. */
  scan(top: string): Generator<SessionOnDisk>;
  /** Whether the path has the name of a log. */
  isLog(path: string): boolean;
  /** Whether the path is known, from its name or an earlier look, and is no new session. */
  isKnown(path: string): boolean;
  /** Whether the log was looked at and has not said yet which session it belongs to. */
  isSilent(path: string): boolean;
  /** The session that the log was of when it was last looked at; null for what is no log of one. */
  sessionOf(path: string): string | null;
  /** Whether a look at the path has to open it. */
  reads(path: string): boolean;
  /** Documents that said nothing: most likely they are being written now. */
  halfWritten(): string[];
  /** Null for a session without a log. */
  files(session: string): SessionFiles | null;
}

export function indexSessions(provider: Provider, roots: readonly string[]): SessionIndex {
  const found = logs.beginLogs();

  /** The path below its root. */
  function relativeTo(path: string): string | null {
    for (const root of roots) {
      // Both paths come from the same walk, so comparing the beginnings is enough. This runs ten thousand times.
      if (path.startsWith(`${root}/`)) return path.slice(root.length + 1);
    }
    return null;
  }

  /** What the file's name says; null where it is no log. */
  function sourceOf(path: string): Source | null {
    const relative = relativeTo(path);
    return relative === null ? null : provider.classify(relative);
  }

  /** What an unnamed log says of itself. The answer is remembered for as long as the file is the same. */
  function ask(path: string, info: Deno.FileInfo): Source | null | "unreadable" {
    if (!logs.mustAsk(found, path, info)) return logs.saidOf(found, path);
    return introduce(provider, relativeTo(path) ?? "", path);
  }

  function examine(path: string): Examined {
    const named = sourceOf(path);
    if (named === null) return { is: "no-log" };
    const info = unlessForNow(() => lstat(path));
    if (info === "unreadable") return { is: info };
    if (info === null || !info.isFile) {
      const session = logs.forget(found, path);
      return session === null ? { is: "nothing" } : show(found, session, { is: "part-of", session });
    }
    const source = named.kind === "unnamed" ? ask(path, info) : named;
    if (source === "unreadable") return { is: source };
    // Measured before anything is kept: a log whose size is not known would have its history read as news.
    const log = source?.kind !== "session"
      ? null
      : unlessForNow(() => measure(provider, found, source, path, info));
    if (log === "unreadable") return { is: log };
    logs.makeWay(found, path, source);
    switch (source?.kind) {
      case "session":
        if (log !== null) logs.keepLog(found, log);
        return show(found, source.session, { is: "nothing" });
      case "agent":
        // A sub-agent's log with a telling name is found beside its session when it is needed.
        if (named.kind === "unnamed") logs.keepAgent(found, source, path, info);
        return { is: "part-of", session: source.session };
      case "agent-meta":
        return { is: "part-of", session: source.session };
      default:
        if (named.kind === "unnamed") logs.keepSilent(found, path, info);
        return { is: "nothing" };
    }
  }

  return {
    examine,
    *scan(top) {
      for (const path of walkFiles(top)) {
        const examined = examine(path);
        if (examined.is === "session") yield examined.found;
      }
    },
    isLog: (path) => sourceOf(path) !== null,
    isSilent: (path) => found.byPath.get(path)?.is === "silent",
    sessionOf(path) {
      const known = found.byPath.get(path);
      return known?.is === "log" ? known.session : null;
    },
    isKnown: (path) => found.byPath.has(path) || ["agent", "agent-meta"].includes(sourceOf(path)?.kind ?? ""),
    reads(path) {
      if (formOf(path) === "document") return true;
      if (sourceOf(path)?.kind !== "unnamed") return false;
      const info = lstat(path);
      return info !== null && info.isFile && logs.mustAsk(found, path, info);
    },
    halfWritten: () =>
      [...found.byPath].filter(([path, { is }]) => is === "silent" && formOf(path) === "document")
        .map(([path]) => path),
    files(session) {
      const parts = logs.chain(found, session);
      const [first] = parts;
      if (first === undefined) return null;
      const agents = () => found.agents.joined(session, findAgentsBeside(provider, session, first.path));
      return { parts, agents };
    },
  };
}

function show(found: logs.SessionLogs, session: string, otherwise: Examined): Examined {
  const shown = logs.sessionOnDisk(found, session);
  return shown === null ? otherwise : { is: "session", found: shown };
}

function measure(
  provider: Provider,
  found: logs.SessionLogs,
  { session, part = "", rank = 0 }: Extract<Source, { kind: "session" }>,
  path: string,
  info: Deno.FileInfo,
): logs.Log {
  const known = logs.logAt(found, session, path);
  const modified = info.mtime?.getTime() ?? 0;
  // Within one tick of the clock a document can be seen half written, and then whole.
  const same = known !== undefined && known.ino === info.ino && known.modified === modified &&
    known.bytes === info.size && Math.abs(Date.now() - modified) >= CLOCK_TICK_MS;
  const isDocument = formOf(path) === "document" && provider.recordsOf !== undefined;
  const size = !isDocument ? info.size : same
    ? known.size
    // A half-written document does not shrink the log: its history is still there, and will be again.
    : measureDocument((document) => provider.recordsOf?.(document) ?? [], path) ?? known?.size ?? 0;
  const identity = { dev: info.dev, ino: info.ino ?? 0, bytes: info.size };
  return { is: "log", session, path, ...identity, latest: path, size, modified, part, rank };
}
