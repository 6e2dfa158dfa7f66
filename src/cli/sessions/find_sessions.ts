/**
 * Which sessions are on this machine. Requires list on the provider roots; reads no log. Room: cli; edge through
 * the parser's discovery.
 */
import { type FoundLog, scanFolder } from "../../parser/discover.ts";
import type { ProviderId } from "../../protocol/event.ts";
import type { Provider } from "../../providers/provider.ts";
import { count, plain } from "../style.ts";
import type { Rooted } from "../settings.ts";

export interface FoundSession extends FoundLog {
  readonly provider: Provider;
}

/** All sessions, the ones that changed last first. A session whose log was copied is found once, where it grew last. */
export function findSessions(rooted: readonly Rooted[], only: ProviderId | null): FoundSession[] {
  const found: FoundSession[] = [];
  for (const { provider, roots } of rooted) {
    if (only !== null && provider.id !== only) continue;
    for (const root of roots) {
      for (const log of scanFolder(provider, roots, root)) found.push({ provider, ...log });
    }
  }
  found.sort((a, b) => b.modified - a.modified || (a.session < b.session ? -1 : 1));
  const seen = new Set<string>();
  return found.filter(({ provider, session }) => {
    const key = `${provider.id}/${session}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

export type Chosen =
  | { readonly chosen: FoundSession }
  /** A sentence, and what to do. */
  | { readonly message: string };

/** Candidates that are named when a prefix is ambiguous. */
const NAMED = 8;

/** The session that `typed` names: a full id, or the beginning of exactly one. */
export function chooseSession(sessions: readonly FoundSession[], typed: string): Chosen {
  const exact = sessions.filter(({ session }) => session === typed);
  const matches = exact.length > 0 ? exact : sessions.filter(({ session }) => session.startsWith(typed));
  const [only] = matches;
  if (only === undefined || typed === "") {
    return { message: `No session's id begins with '${plain(typed)}'. 'kato sessions' lists them.` };
  }
  if (matches.length === 1) return { chosen: only };
  const named = matches.slice(0, NAMED).map(({ provider, session }) =>
    `\n  ${plain(session)}  ${provider.id}`
  );
  const more = matches.length > NAMED ? `\n  … and ${count(matches.length - NAMED, "other")}` : "";
  const mend = exact.length > 0 ? "Add --provider" : "Type more of the id";
  return {
    message: `'${plain(typed)}' is the beginning of ${count(matches.length, "session")}. ${mend}:${
      named.join("")
    }${more}`,
  };
}
