/** Where a session's logs are. Requires read on the folder of its sub-agents. Room: parser; edge. */
import { relative } from "@std/path";
import { PATH_BYTES } from "../protocol/limits.ts";
import type { Provider } from "../providers/provider.ts";
import { readJson, readSmall, walkFiles } from "./disk.ts";

/** One of the logs that make up a session. */
export interface SessionPart {
  /** Parts follow one another in the order of their names. */
  readonly part: string;
  readonly path: string;
}

export interface LocatedAgents {
  /** Logs of sub-agents, by id. */
  readonly logs: ReadonlyMap<string, string>;
  /** Which call, or whatever else a hand-back names, stands for which sub-agents. */
  readonly callers: ReadonlyMap<string, readonly string[]>;
}

export interface SessionFiles {
  /** In order; one at least. */
  readonly parts: readonly SessionPart[];
  /** Looked for anew at each call. */
  agents(): LocatedAgents;
}

/** The files of a session of which there is one log, and what lies beside it. */
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

/** The folder that a session was held in, from a file beside its log: for logs that do not say. */
export function readProjectBeside(provider: Provider, main: string): string | null {
  const file = provider.projectFile?.(main) ?? null;
  const text = file === null ? null : readSmall(file, PATH_BYTES);
  return text !== null && /^\/[^\0\n]*$/.test(text.trim()) ? text.trim() : null;
}

function addCaller(callers: Map<string, string[]>, caller: string, agent: string): void {
  const known = callers.get(caller);
  if (known === undefined) callers.set(caller, [agent]);
  else if (!known.includes(agent)) known.push(agent);
}
