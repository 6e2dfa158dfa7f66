/**
 * Commands that come from outside the chat: from the request spool, and from policy. They are carried out like those
 * of the chat, at the end of what the session's log holds. Room: daemon; no authority of its own.
 */
import { after } from "../hosts/timers.ts";
import { isInside } from "../policy/folders.ts";
import type { Answer, Request } from "../protocol/request.ts";
import { sessionKey, type SessionRef } from "../protocol/session.ts";
import { type Command, obeyCommand, type ObeyContext } from "./obey.ts";
import { refuse } from "./requests.ts";
import type { StoredSession } from "./sessions_store.ts";
import type { Turns } from "./turns.ts";

/** How long a request may wait for its session to be read. Milliseconds. */
const WAIT_MS = 4_000;

export interface OutsideOptions {
  readonly context: ObeyContext;
  readonly turns: Turns;
  /** Projects whose sessions are captured without a command. */
  readonly automatic: readonly string[];
  /** Has the session watched; false when it cannot be. */
  readonly watch: (ref: SessionRef) => boolean;
  /** Bytes of its log on disk. */
  readonly sizeOf: (ref: SessionRef) => number;
}

export interface Outside {
  obey(request: Request): Promise<Answer>;
  /** The session's log was read to its end. In the session's turn. */
  wasRead(ref: SessionRef): Promise<void>;
}

export function createOutside({ context, turns, automatic, watch, sizeOf }: OutsideOptions): Outside {
  const { sessions, recordings } = context;
  const waiting = new Map<string, (() => void)[]>();

  /** The session is watched, and was read to its end. */
  async function catchUp(ref: SessionRef): Promise<boolean> {
    const stored = sessions.find(ref);
    if (stored === null) return false;
    const isRead = stored.checkpoint !== null && stored.size === sizeOf(ref);
    const key = sessionKey(ref);
    const read = new Promise<void>((resolve) => {
      if (isRead) return resolve();
      waiting.set(key, [...waiting.get(key) ?? [], resolve]);
      after(WAIT_MS, resolve);
    });
    if (!watch(ref)) return false;
    await read;
    return sessions.find(ref)?.checkpoint !== null;
  }

  function commandAt(stored: StoredSession): Pick<Command, "ref" | "meta" | "place" | "seq" | "before"> {
    const { provider, session, meta, checkpoint } = stored;
    if (meta === null || checkpoint === null) throw new Error("internal error: the session was not read");
    return { ref: { provider, session }, meta, place: "leading", seq: checkpoint.seq, before: checkpoint };
  }

  async function captureAutomatically(stored: StoredSession): Promise<void> {
    const project = stored.meta?.project ?? null;
    if (project === null || !automatic.some((folder) => isInside(project, folder))) return;
    if (recordings.knows(stored)) return;
    await obeyCommand(context, {
      ...commandAt(stored),
      asker: "automatic",
      verb: "capture",
      destination: null,
      token: "recording.automatic",
      claim: () => sessions.claimCommand(stored.provider, `automatic:${stored.session}`, 0),
    });
  }

  return {
    async obey({ id, verb, provider, session, destination }) {
      const ref = { provider, session };
      if (!await catchUp(ref)) {
        return refuse(
          id,
          "no-such-session",
          `There is no session ${session} of ${provider} that kato can read.`,
        );
      }
      const verdict = await turns.take(ref, () => {
        const stored = sessions.find(ref);
        if (stored === null) throw new Error("internal error: the session is gone from the state");
        return obeyCommand(context, {
          ...commandAt(stored),
          asker: "spool",
          verb,
          destination,
          token: `kato ${verb}`,
          claim: () => true,
        });
      });
      return { v: 1, id, ...verdict };
    },
    async wasRead(ref) {
      const key = sessionKey(ref);
      for (const resolve of waiting.get(key) ?? []) resolve();
      waiting.delete(key);
      const stored = sessions.find(ref);
      if (stored !== null) await captureAutomatically(stored);
    },
  };
}
