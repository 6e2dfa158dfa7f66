/** What concerns one session happens one thing after another. Room: daemon; no authority of its own. */
import { sessionKey, type SessionRef } from "../protocol/session.ts";

export interface Turns {
  /** Runs `step` after everything else that was asked of this session. */
  take<Result>(ref: SessionRef, step: () => Promise<Result>): Promise<Result>;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    take(ref, step) {
      const key = sessionKey(ref);
      const done = (last.get(key) ?? Promise.resolve()).then(step);
      // The next in turn does not care how this one ended; whoever asked for it does.
      const settled = done.catch(() => {}).finally(() => {
        if (last.get(key) === settled) last.delete(key);
      });
      last.set(key, settled);
      return done;
    },
    async settled() {
      await Promise.all(last.values());
    },
  };
}
