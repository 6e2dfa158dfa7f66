/** Finds the files of a session. Requires read on the folder of its sub-agents. */
import { relative } from "@std/path";
import { PATH_BYTES, SMALL_JSON_BYTES } from "../protocol/limits.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { Provider, SideFacts } from "../providers/provider.ts";
import { readJson, readSmall, walkFiles } from "./disk.ts";

/** One of a session's logs. */
export interface SessionPart {
  /** Parts follow one another in the order of their names. */
  readonly part: string;
  readonly path: string;
}

export interface LocatedAgents {
  readonly logs: ReadonlyMap<string, string>;
  /** The sub-agents that each call, or other name in a hand-back, stands for. */
  readonly callers: ReadonlyMap<string, readonly string[]>;
}

export interface SessionFiles {
  /** In order; at least one. */
  readonly parts: readonly SessionPart[];
  /** Looks again at each call. */
  agents(): LocatedAgents;
}

/** The files of a session with one log, and those beside it. */
export function locateLog(provider: Provider, session: string, log: SessionPart): SessionFiles {
  return { parts: [log], agents: () => findAgentsBeside(provider, session, log.path) };
}

/** The sub-agents whose logs lie in a folder beside the session's log. */
export function findAgentsBeside(provider: Provider, session: string, main: string): LocatedAgents {
  const logs = new Map<string, string>();
  const callers = new Map<string, string[]>();
  const folder = provider.agentFolder(main, session);
  if (folder === null) return { logs, callers };
  for (const path of walkFiles(folder)) {
    const file = provider.classifyAgent(relative(folder, path));
    if (file?.kind === "log") logs.set(file.agent, path);
    if (file?.kind !== "meta") continue;
    const call = provider.startingCall(readJson(path));
    if (call !== null) addCaller(callers, call, file.agent);
  }
  return { logs, callers };
}

/** What the side file of a session's log says. `known`: what the log says itself. */
export function readBeside(
  provider: Provider,
  main: string,
  known: Pick<SessionMeta, "project">,
): SideFacts {
  const file = provider.sideFile?.(main) ?? null;
  if (file === null || (file.says === "project" && known.project !== null)) return {};
  const text = readSmall(file.path, SMALL_JSON_BYTES);
  if (text === null) return {};
  const { project, ...facts } = file.read(text);
  const isFolder = project !== undefined && project.length <= PATH_BYTES && /^\/[^\0\n]*$/.test(project);
  return { ...facts, ...(isFolder ? { project } : {}) };
}

function addCaller(callers: Map<string, string[]>, caller: string, agent: string): void {
  const known = callers.get(caller);
  if (known === undefined) callers.set(caller, [agent]);
  else if (!known.includes(agent)) known.push(agent);
}
