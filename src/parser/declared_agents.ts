/** Logs that say themselves which sub-agent of which session they belong to. */
import type { LocatedAgents } from "./session_files.ts";

export interface DeclaredAgents {
  add(session: string, agent: string, caller: string | undefined, path: string): void;
  remove(session: string, agent: string, path: string): void;
  /** Adds them to the sub-agents whose logs lie beside the session's log. A moved log is found at its new path. */
  joined(session: string, beside: LocatedAgents): LocatedAgents;
}

interface DeclaredInSession {
  /** Paths of each sub-agent's log; the path that was seen last comes last. */
  readonly logs: Map<string, readonly string[]>;
  readonly callers: Map<string, Set<string>>;
}

export function rememberDeclaredAgents(): DeclaredAgents {
  const sessions = new Map<string, DeclaredInSession>();
  return {
    add(session, agent, caller, path) {
      const declared: DeclaredInSession = sessions.get(session) ?? { logs: new Map(), callers: new Map() };
      sessions.set(session, declared);
      declared.logs.set(agent, [...(declared.logs.get(agent) ?? []).filter((other) => other !== path), path]);
      if (caller === undefined) return;
      const called = declared.callers.get(caller) ?? new Set();
      declared.callers.set(caller, called.add(agent));
    },
    remove(session, agent, path) {
      const logs = sessions.get(session)?.logs;
      logs?.set(agent, (logs.get(agent) ?? []).filter((other) => other !== path));
    },
    joined(session, beside) {
      const declared = sessions.get(session);
      if (declared === undefined) return beside;
      const logs = [...declared.logs].flatMap(([agent, paths]) =>
        paths.slice(-1).map((path) => [agent, path] as const)
      );
      // Sorted by id: the order of discovery must not show.
      const callers = [...declared.callers].map(([caller, agents]) => [caller, [...agents].sort()] as const);
      return {
        logs: new Map([...beside.logs, ...logs]),
        callers: new Map([...beside.callers, ...callers]),
      };
    },
  };
}
