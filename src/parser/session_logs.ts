/**
 * The logs that were found, by path and by session, as one record. Each function is a step on it. session_index.ts looks
 * at the files.
 */
import type { Source } from "../providers/provider.ts";
import { type DeclaredAgents, rememberDeclaredAgents } from "./declared_agents.ts";

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

/**
 * A log of a session. It stands for the whole session where there is no other log: there may be tens of thousands, and
 * each costs one object.
 */
export interface Log extends SessionOnDisk {
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

export interface SessionLogs {
  /** The logs of each session; a single log without an array. */
  readonly bySession: Map<string, Log | readonly Log[]>;
  readonly agents: DeclaredAgents;
  /** What each path was at the last look. */
  readonly byPath: Map<string, Log | AgentLog | SilentLog>;
}

export function beginLogs(): SessionLogs {
  return { bySession: new Map(), agents: rememberDeclaredAgents(), byPath: new Map() };
}

/** Whether an unnamed log must be opened: it was not asked yet, or it is another file. */
export function mustAsk({ byPath }: SessionLogs, path: string, info: Deno.FileInfo): boolean {
  const known = byPath.get(path);
  if (known === undefined || known.ino !== info.ino) return true;
  // A change of its mode changes no size.
  return known.is === "silent" && (known.size !== info.size || known.changed !== changedAt(info));
}

const changedAt = ({ ctime }: Deno.FileInfo): number => ctime?.getTime() ?? 0;

/** What the log said of itself when it was asked; null for nothing. */
export function saidOf({ byPath }: SessionLogs, path: string): Source | null {
  const known = byPath.get(path);
  switch (known?.is) {
    case "log":
      return { kind: "session", session: known.session, part: known.part, rank: known.rank };
    case "agent": {
      const { session, agent, caller } = known;
      return { kind: "agent", session, agent, ...(caller === undefined ? {} : { caller }) };
    }
    default:
      return null;
  }
}

function logsOf({ bySession }: SessionLogs, session: string): readonly Log[] {
  const known = bySession.get(session) ?? [];
  return "is" in known ? [known] : known;
}

function setLogs({ bySession }: SessionLogs, session: string, all: readonly Log[]): void {
  const [first] = all;
  if (first === undefined) bySession.delete(session);
  else bySession.set(session, all.length === 1 ? first : all);
}

/** Forgets a path. Answers with the session that it belonged to. */
export function forget(state: SessionLogs, path: string): string | null {
  const known = state.byPath.get(path);
  state.byPath.delete(path);
  switch (known?.is) {
    case "log":
      setLogs(state, known.session, logsOf(state, known.session).filter((log) => log.path !== path));
      return known.session;
    case "agent":
      state.agents.remove(known.session, known.agent, path);
      return known.session;
    default:
      return null;
  }
}

/** Forgets what the path was, where another log has taken its place. */
export function makeWay(state: SessionLogs, path: string, source: Source | null): void {
  const known = state.byPath.get(path);
  if (known !== undefined && !isOf(source, known)) forget(state, path);
}

/** Whether a log that says this is still the log that was known. */
function isOf(source: Source | null, known: Log | AgentLog | SilentLog): boolean {
  if (source === null || source.kind === "unnamed") return known.is === "silent";
  if (known.is === "silent" || source.session !== known.session) return false;
  const agent = source.kind === "session" ? null : source.agent;
  return agent === (known.is === "log" ? null : known.agent);
}

export function logAt(state: SessionLogs, session: string, path: string): Log | undefined {
  return logsOf(state, session).find((log) => log.path === path);
}

/** The latest look comes last: of two equal logs, the one that was moved here counts. */
export function keepLog(state: SessionLogs, log: Log): void {
  const others = logsOf(state, log.session).filter(({ path }) => path !== log.path);
  setLogs(state, log.session, [...others, log]);
  state.byPath.set(log.path, log);
}

export function keepAgent(
  { agents, byPath }: SessionLogs,
  { session, agent, caller }: Extract<Source, { kind: "agent" }>,
  path: string,
  { ino }: Deno.FileInfo,
): void {
  agents.add(session, agent, caller, path);
  byPath.set(path, { is: "agent", session, agent, caller, ino: ino ?? 0 });
}

export function keepSilent({ byPath }: SessionLogs, path: string, info: Deno.FileInfo): void {
  byPath.set(path, { is: "silent", ino: info.ino ?? 0, size: info.size, changed: changedAt(info) });
}

/** The log that counts for each part, in order. */
export function chain(state: SessionLogs, session: string): Log[] {
  const best = new Map<string, Log>();
  for (const log of logsOf(state, session)) {
    const other = best.get(log.part);
    if (other === undefined || compare(log, other) >= 0) best.set(log.part, log);
  }
  return [...best.values()].sort((a, b) => (a.part < b.part ? -1 : 1));
}

/** Orders two logs with the same content: the one that sorts last counts. */
function compare(a: Log, b: Log): number {
  return a.rank - b.rank || a.modified - b.modified;
}

/** The session, as all its logs show it; null when it has none. */
export function sessionOnDisk(state: SessionLogs, session: string): SessionOnDisk | null {
  const parts = chain(state, session);
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return null;
  if (parts.length === 1) return first;
  const { path, dev, ino } = first;
  const size = parts.reduce((sum, log) => sum + log.size, 0);
  const modified = Math.max(...parts.map((log) => log.modified));
  return { session, path, dev, ino, latest: last.path, size, modified };
}
