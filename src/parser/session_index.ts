/**
 * Which sessions are on disk, and which logs each of them consists of. Requires read on the roots; reads names and
 * metadata, and of logs whose names do not say what they are, the beginning. Room: parser; edge.
 */
import type { Provider, Source } from "../providers/provider.ts";
import { stat, walkFiles } from "./disk.ts";
import { measureDocument } from "./document_log.ts";
import { introduce } from "./introduction.ts";
import { formOf } from "./open_log.ts";
import { addCaller, type AgentLogs, findAgentsBeside, type SessionFiles } from "./session_files.ts";

/** A session as its logs on disk tell. */
export interface SessionOnDisk {
  readonly session: string;
  /** Its first log, which stays the same when another is begun. */
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** The log that is written now. */
  readonly latest: string;
  /** Bytes of all of its logs. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** What a path is: a log of a session; something that belongs to one; or nothing that is known. */
export type Examined =
  | { readonly is: "session"; readonly found: SessionOnDisk }
  | { readonly is: "part-of"; readonly session: string }
  /** A log that says nothing yet, or not one of ours. */
  | { readonly is: "nothing" }
  /** Not the name of a log: a folder, say. */
  | { readonly is: "no-log" };

export interface SessionIndex {
  /** Looks at `path`, which may be gone. */
  examine(path: string): Examined;
  /** Looks at everything below `top`, a root or a folder below one; sessions as they are found. */
  scan(top: string): Generator<SessionOnDisk>;
  /** Null for a session of which there is no log. */
  files(session: string): SessionFiles | null;
}

/** One log of a session. */
interface Log {
  readonly part: string;
  readonly rank: number;
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  /** Bytes of the file, which are more or fewer than `size` where it is not one of lines. */
  readonly bytes: number;
  readonly modified: number;
}

/** What an unnamed log said, as long as it is the same file; nothing said is asked again when it has grown. */
interface Introduction {
  readonly ino: number;
  readonly size: number;
  readonly source: Source | null;
}

export function indexSessions(provider: Provider, roots: readonly string[]): SessionIndex {
  const logs = new Map<string, Log[]>();
  const agents = new Map<
    string,
    { readonly logs: Map<string, string>; readonly callers: Map<string, string[]> }
  >();
  const introductions = new Map<string, Introduction>();
  /** Of each path, the session that it was a log of. */
  const owners = new Map<string, string>();

  function relativeTo(path: string): string | null {
    for (const root of roots) {
      // Both come from the same walk: to compare their beginnings is enough, and it is done ten thousand times.
      if (path.startsWith(`${root}/`)) return path.slice(root.length + 1);
    }
    return null;
  }

  /** What an unnamed log says of itself. */
  function ask(relative: string, path: string, info: Deno.FileInfo): Source | null {
    const known = introductions.get(path);
    const ino = info.ino ?? 0;
    if (known !== undefined && known.ino === ino && (known.source !== null || known.size === info.size)) {
      return known.source;
    }
    const source = introduce(provider, relative, path);
    introductions.set(path, { ino, size: info.size, source });
    return source;
  }

  function forget(path: string): void {
    const session = owners.get(path);
    if (session === undefined) return;
    owners.delete(path);
    introductions.delete(path);
    const rest = (logs.get(session) ?? []).filter((log) => log.path !== path);
    if (rest.length > 0) logs.set(session, rest);
    else logs.delete(session);
  }

  function keep(source: Extract<Source, { kind: "session" }>, path: string, info: Deno.FileInfo): void {
    const { session, part = "", rank = 0 } = source;
    const before = logs.get(session) ?? [];
    const known = before.find((log) => log.path === path);
    const modified = info.mtime?.getTime() ?? 0;
    // Within one tick of the file system's clock a document can be seen half written, and then whole.
    const same = known !== undefined && known.ino === info.ino && known.modified === modified &&
      known.bytes === info.size;
    const isDocument = formOf(path) === "document" && provider.recordsOf !== undefined;
    const size = !isDocument
      ? info.size
      : same
      ? known.size
      : measureDocument((document) => provider.recordsOf?.(document) ?? [], path);
    const log = { part, rank, path, dev: info.dev, ino: info.ino ?? 0, size, bytes: info.size, modified };
    // The latest look last: of two that are alike, the one that was moved here counts.
    logs.set(session, [...before.filter((other) => other.path !== path), log]);
    owners.set(path, session);
  }

  function takeAgent({ session, agent, caller }: Extract<Source, { kind: "agent" }>, path: string): void {
    const known = agents.get(session) ??
      { logs: new Map<string, string>(), callers: new Map<string, string[]>() };
    known.logs.set(agent, path);
    if (caller !== undefined) addCaller(known.callers, caller, agent);
    agents.set(session, known);
  }

  /** Of each part, the log that counts, in order. */
  function chain(session: string): Log[] {
    const best = new Map<string, Log>();
    for (const log of logs.get(session) ?? []) {
      const other = best.get(log.part);
      if (other === undefined || compare(log, other) >= 0) best.set(log.part, log);
    }
    return [...best.values()].sort((a, b) => (a.part < b.part ? -1 : 1));
  }

  function get(session: string): SessionOnDisk | null {
    const parts = chain(session);
    const [first] = parts;
    const last = parts.at(-1);
    if (first === undefined || last === undefined) return null;
    const { path, dev, ino } = first;
    const size = parts.reduce((sum, log) => sum + log.size, 0);
    const modified = Math.max(...parts.map((log) => log.modified));
    return { session, path, dev, ino, latest: last.path, size, modified };
  }

  function examine(path: string): Examined {
    const relative = relativeTo(path);
    const named = relative === null ? null : provider.classify(relative);
    if (relative === null || named === null) return { is: "no-log" };
    const info = stat(path);
    if (info === null || !info.isFile) {
      const session = owners.get(path);
      forget(path);
      if (session === undefined) return { is: "nothing" };
      const found = get(session);
      return found === null ? { is: "part-of", session } : { is: "session", found };
    }
    const source = named.kind === "unnamed" ? ask(relative, path, info) : named;
    switch (source?.kind) {
      case "session": {
        keep(source, path, info);
        const found = get(source.session);
        return found === null ? { is: "nothing" } : { is: "session", found };
      }
      case "agent":
        // One whose name says it all is looked for beside its session, when it is needed.
        if (named.kind === "unnamed") takeAgent(source, path);
        return { is: "part-of", session: source.session };
      case "agent-meta":
        return { is: "part-of", session: source.session };
      default:
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
    files(session) {
      const parts = chain(session);
      const [first] = parts;
      if (first === undefined) return null;
      return {
        parts,
        agents: () => joinAgents(findAgentsBeside(provider, session, first.path), agents.get(session)),
      };
    },
  };
}

/** Which of two logs that hold the same counts: the one that sorts last. */
function compare(a: Log, b: Log): number {
  return a.rank - b.rank || a.modified - b.modified;
}

/** Sub-agents whose logs lie beside the session's, and those that say themselves whose they are. */
function joinAgents(beside: AgentLogs, told: AgentLogs | undefined): AgentLogs {
  if (told === undefined) return beside;
  // In the order of their ids, whichever was found first.
  const callers = [...told.callers].map(([caller, agents]) => [caller, [...agents].sort()] as const);
  return { logs: new Map([...beside.logs, ...told.logs]), callers: new Map([...beside.callers, ...callers]) };
}
