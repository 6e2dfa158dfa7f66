/** The logs of a session's sub-agents. Each is opened when it is first needed. */
import type { LogState } from "../protocol/cursor.ts";
import type { HandBack, Provider } from "../providers/provider.ts";
import { type LogWalker, moveWalker, walkLog } from "./log_walker.ts";
import type { LineSearcher } from "./search_lines.ts";
import type { LocatedAgents } from "./session_files.ts";

export interface AgentLogs {
  /** Null for a sub-agent that has no log yet. */
  walker(agent: string): LogWalker | null;
  /** Whether the sub-agent's log was opened. */
  isOpen(agent: string): boolean;
  /** The sub-agents that a hand-back names, by id or by caller. */
  named(handBack: HandBack): readonly string[];
  /** All sub-agents that have a log now, sorted by id. */
  all(): string[];
  /** Reads the log anew, because it was rewritten. */
  restart(walker: LogWalker): LogWalker;
  /** Finds a log that cannot be read at its new path; null when there is no other path. */
  follow(walker: LogWalker): LogWalker | null;
  states(): Record<string, LogState>;
}

/** Continues from the states of a checkpoint. `locate` looks for the logs again at each call. */
export function openAgentLogs(
  provider: Provider,
  locate: () => LocatedAgents,
  from: Readonly<Record<string, LogState>>,
  search: LineSearcher,
): AgentLogs {
  let located: LocatedAgents = { logs: new Map(), callers: new Map() };
  const walkers = new Map<string, LogWalker>();
  const unread = new Map(Object.entries(from));

  function keep(walker: LogWalker): LogWalker {
    walkers.set(walker.agent, walker);
    return walker;
  }

  return {
    walker(agent) {
      const known = walkers.get(agent);
      if (known !== undefined) return known;
      if (!located.logs.has(agent)) located = locate();
      const path = located.logs.get(agent);
      if (path === undefined) return null;
      const state = unread.get(agent) ?? null;
      unread.delete(agent);
      return keep(walkLog(provider, agent, path, state, { search }));
    },
    isOpen: (agent) => walkers.has(agent),
    named({ agent, call }) {
      if (agent !== null) return [agent];
      located = locate();
      return located.callers.get(call ?? "") ?? [];
    },
    all() {
      located = locate();
      return [...located.logs.keys()].sort();
    },
    restart(walker) {
      const fresh = walkLog(provider, walker.agent, walker.path, null, { search });
      fresh.isAnew = true;
      return keep(fresh);
    },
    follow(walker) {
      located = locate();
      const path = located.logs.get(walker.agent) ?? walker.path;
      return path === walker.path ? null : keep(moveWalker(provider, walker, path, { search }));
    },
    states() {
      const states = new Map(unread);
      for (const [agent, walker] of walkers) states.set(agent, walker.state());
      return Object.fromEntries(states);
    },
  };
}
