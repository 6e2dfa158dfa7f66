/**
 * Knows the sessions on disk, and the logs of each. Requires read on the roots: it reads names and metadata, and the
 * beginning of logs whose names do not say what they are.
 */
import { CLOCK_TICK_MS } from "../protocol/limits.ts";
import type { Provider, Source } from "../providers/provider.ts";
import { lstat, walkFiles } from "./disk.ts";
import { measureDocument } from "./document_log.ts";
import { introduce } from "./introduction.ts";
import { formOf } from "./open_log.ts";
import { findAgentsBeside, type SessionFiles } from "./session_files.ts";
import { rememberDeclaredAgents } from "./declared_agents.ts";

/** A session, as its logs on disk show it. */
export interface SessionOnDisk {
  readonly session: string;
  /** Its first log. It stays the same when another log is begun. */
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** The log that is being written now. */
  readonly latest: string;
  /** Bytes of all its logs. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** What a path is: a log of a session, something that belongs to a session, or neither. */
export type Examined =
  | { readonly is: "session"; readonly found: SessionOnDisk }
  | { readonly is: "part-of"; readonly session: string }
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

/**
 * A log of a session. It stands for the whole session where there is no other log: there may be tens of thousands, and
 * each costs one object.
 */
interface Log extends SessionOnDisk {
  readonly is: "log";
  readonly part: string;
  readonly rank: number;
  /** Bytes of the file. They differ from `size` for a log that is not one of lines. */
  readonly bytes: number;
}

/** A sub-agent's log that says itself which session it belongs to. */
interface AgentLog {
  readonly is: "agent";
  readonly session: string;
  readonly agent: string;
  readonly caller: string | undefined;
  readonly ino: number;
}

/** An unnamed log that said nothing. It is asked again when it has changed. */
interface SilentLog {
  readonly is: "silent";
  readonly ino: number;
  readonly size: number;
  /** Last change of anything, including its mode: milliseconds since 1970. */
  readonly changed: number;
}

export function indexSessions(provider: Provider, roots: readonly string[]): SessionIndex {
  /** The logs of each session; a single log without an array. */
  const logs = new Map<string, Log | readonly Log[]>();
  const agents = rememberDeclaredAgents();
  /** What each path was at the last look. */
  const paths = new Map<string, Log | AgentLog | SilentLog>();

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

  /** Whether an unnamed log must be opened: it was not asked yet, or it is another file. */
  function mustAsk(path: string, info: Deno.FileInfo): boolean {
    const known = paths.get(path);
    if (known === undefined || known.ino !== info.ino) return true;
    // A change of its mode changes no size.
    return known.is === "silent" && (known.size !== info.size || known.changed !== changedAt(info));
  }

  /** What an unnamed log says of itself. The answer is remembered for as long as the file is the same. */
  function ask(relative: string, path: string, info: Deno.FileInfo): Source | null {
    if (mustAsk(path, info)) return introduce(provider, relative, path);
    const known = paths.get(path);
    switch (known?.is) {
      case "log":
        return { kind: "session", session: known.session, part: known.part, rank: known.rank };
      case "agent":
        return { kind: "agent", session: known.session, agent: known.agent, ...callerOf(known) };
      default:
        return null;
    }
  }

  function logsOf(session: string): readonly Log[] {
    const known = logs.get(session) ?? [];
    return "is" in known ? [known] : known;
  }

  function setLogs(session: string, all: readonly Log[]): void {
    const [first] = all;
    if (first === undefined) logs.delete(session);
    else logs.set(session, all.length === 1 ? first : all);
  }

  /** Forgets a path. Answers with the session that it belonged to. */
  function forget(path: string): string | null {
    const known = paths.get(path);
    paths.delete(path);
    switch (known?.is) {
      case "log":
        setLogs(known.session, logsOf(known.session).filter((log) => log.path !== path));
        return known.session;
      case "agent":
        agents.remove(known.session, known.agent, path);
        return known.session;
      default:
        return null;
    }
  }

  function keep(source: Extract<Source, { kind: "session" }>, path: string, info: Deno.FileInfo): void {
    const { session, part = "", rank = 0 } = source;
    const before = logsOf(session);
    const known = before.find((log) => log.path === path);
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
    const log: Log = { is: "log", session, path, ...identity, latest: path, size, modified, part, rank };
    // The latest look comes last: of two equal logs, the one that was moved here counts.
    setLogs(session, [...before.filter((other) => other.path !== path), log]);
    paths.set(path, log);
  }

  function takeAgent(source: Extract<Source, { kind: "agent" }>, path: string, ino: number): void {
    const { session, agent, caller } = source;
    agents.add(session, agent, caller, path);
    paths.set(path, { is: "agent", session, agent, caller, ino });
  }

  /** The log that counts for each part, in order. */
  function chain(session: string): Log[] {
    const best = new Map<string, Log>();
    for (const log of logsOf(session)) {
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
    if (parts.length === 1) return first;
    const { path, dev, ino } = first;
    const size = parts.reduce((sum, log) => sum + log.size, 0);
    const modified = Math.max(...parts.map((log) => log.modified));
    return { session, path, dev, ino, latest: last.path, size, modified };
  }

  function examine(path: string): Examined {
    const relative = relativeTo(path);
    const named = relative === null ? null : provider.classify(relative);
    if (relative === null || named === null) return { is: "no-log" };
    const info = lstat(path);
    if (info === null || !info.isFile) {
      const session = forget(path);
      if (session === null) return { is: "nothing" };
      const found = get(session);
      return found === null ? { is: "part-of", session } : { is: "session", found };
    }
    const source = named.kind === "unnamed" ? ask(relative, path, info) : named;
    const known = paths.get(path);
    // Another log has taken its place.
    if (known !== undefined && !isOf(source, known)) forget(path);
    switch (source?.kind) {
      case "session": {
        keep(source, path, info);
        const found = get(source.session);
        return found === null ? { is: "nothing" } : { is: "session", found };
      }
      case "agent":
        // A sub-agent's log with a telling name is found beside its session when it is needed.
        if (named.kind === "unnamed") takeAgent(source, path, info.ino ?? 0);
        return { is: "part-of", session: source.session };
      case "agent-meta":
        return { is: "part-of", session: source.session };
      default:
        if (named.kind === "unnamed") {
          paths.set(path, { is: "silent", ino: info.ino ?? 0, size: info.size, changed: changedAt(info) });
        }
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
    isSilent: (path) => paths.get(path)?.is === "silent",
    sessionOf(path) {
      const known = paths.get(path);
      return known?.is === "log" ? known.session : null;
    },
    isKnown: (path) => paths.has(path) || ["agent", "agent-meta"].includes(sourceOf(path)?.kind ?? ""),
    reads(path) {
      if (formOf(path) === "document") return true;
      if (sourceOf(path)?.kind !== "unnamed") return false;
      const info = lstat(path);
      return info !== null && info.isFile && mustAsk(path, info);
    },
    halfWritten: () =>
      [...paths].filter(([path, { is }]) => is === "silent" && formOf(path) === "document")
        .map(([path]) => path),
    files(session) {
      const parts = chain(session);
      const [first] = parts;
      if (first === undefined) return null;
      return {
        parts,
        agents: () => agents.joined(session, findAgentsBeside(provider, session, first.path)),
      };
    },
  };
}

const changedAt = ({ ctime }: Deno.FileInfo): number => ctime?.getTime() ?? 0;

/** Orders two logs with the same content: the one that sorts last counts. */
function compare(a: Log, b: Log): number {
  return a.rank - b.rank || a.modified - b.modified;
}

/** Whether a log that says this is still the log that was known. */
function isOf(source: Source | null, known: Log | AgentLog | SilentLog): boolean {
  if (source === null || source.kind === "unnamed") return known.is === "silent";
  if (known.is === "silent" || source.session !== known.session) return false;
  const agent = source.kind === "session" ? null : source.agent;
  return agent === (known.is === "log" ? null : known.agent);
}

function callerOf({ caller }: AgentLog): { readonly caller?: string } {
  return caller === undefined ? {} : { caller };
}
