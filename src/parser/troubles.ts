/**
 * Counts what a person should know of. A poisoned log has millions of bad lines, so troubles are reported once a
 * slice, and under few names.
 */
import { keepFew } from "../protocol/few_names.ts";
import { SESSION_TROUBLE_NAMES, TROUBLE_NAME_CHARS, TROUBLE_NAMES } from "../protocol/limits.ts";
import type { FromParser } from "../protocol/parser_messages.ts";

type Message = Extract<FromParser, { type: "trouble" }>;

export interface Troubles {
  /** `session`: null where none is known. */
  count(session: string | null, trouble: Pick<Message, "kind" | "what">): void;
  send(): void;
}

export function countTroubles(report: (message: Message) => void): Troubles {
  const waiting = new Map<string, Message>();
  /** Known names of each session that had troubles, and of all sessions. */
  const ofSessions = new Map<string | null, (name: string) => string>();
  const ofAll = keepFew(TROUBLE_NAMES);
  return {
    count(session, { kind, what }) {
      const ofSession = ofSessions.get(session) ?? keepFew(SESSION_TROUBLE_NAMES);
      ofSessions.set(session, ofSession);
      const name = ofAll(ofSession(what.slice(0, TROUBLE_NAME_CHARS)));
      const key = `${session} ${kind} ${name}`;
      const count = (waiting.get(key)?.count ?? 0) + 1;
      waiting.set(key, { type: "trouble", session, kind, what: name, count });
    },
    send() {
      for (const message of waiting.values()) report(message);
      waiting.clear();
    },
  };
}
