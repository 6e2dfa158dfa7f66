/**
 * Recordings whose session goes on in another one. The recording of the old session ends with the notice that says so, and
 * another one takes over its file, the renderer's state with it, and goes on with the new session. Both are decided in
 * one transaction; the file changes hands in another, when the old recording is over and the new session is there.
 * Either can be done again after a crash. Policy is not asked: file and person are the same, and opening the file
 * decides about it again anyway. Room: daemon; no authority of its own.
 */
import { recordingMoved } from "../audit/events.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { SessionRef } from "../protocol/session.ts";
import { type Continuation, decideContinuation } from "../session/continuation.ts";
import { type OnRecord, settle } from "./carry_out.ts";
import type { Log } from "./log.ts";
import type { Found } from "./obey_commands.ts";
import type { Recorders } from "./recorders.ts";
import type { Recording, RecordingSummary } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import type { SessionsStore, StoredSession } from "./sessions_store.ts";

export interface MovesOptions extends Pick<OnRecord, "database" | "audit"> {
  readonly sessions: SessionsStore;
  readonly recordings: RecordingsStore;
  readonly recorders: Pick<Recorders, "start" | "ended">;
  /** The root that a log of this provider lies below. */
  readonly rootOf: (provider: ProviderId, path: string) => string | null;
  readonly log: Pick<Log, "report">;
}

export interface Moves {
  /** Deals with a record that says where the session goes on, which came at `came`. */
  take(context: OnRecord, ref: SessionRef, found: Pick<Found, "continues" | "seq">, came: number): void;
  /** Has recordings go on whose file is free, and whose session is there. */
  goOn(provider: ProviderId): void;
  /** Ends those that would go on with this session's recordings, and whose own session never came; how many. */
  giveUp(ref: SessionRef): number;
}

export function createMoves(options: MovesOptions): Moves {
  const { database, audit, sessions, recordings, recorders, rootOf, log } = options;

  function isBeside({ provider, path }: StoredSession, other: SessionRef): boolean {
    const stored = sessions.find(other);
    return stored !== null && rootOf(provider, stored.path) === rootOf(provider, path);
  }

  function decide(ref: SessionRef, into: SessionRef, came: number): Continuation {
    const stored = sessions.find(into);
    return decideContinuation({
      isTaken: recordings.hasMoved(into),
      seen: stored === null ? null : {
        isBeside: isBeside(stored, ref),
        added: stored.arrival?.added ?? null,
        letGo: stored.letGo,
      },
    }, came);
  }

  function announce(recording: RecordingSummary, into: string, reason: string): void {
    const { provider, session, destination } = recording;
    const event = reason === "moved" ? "recording-moved" : "recording-left-behind";
    log.report(event, { provider, session, into, destination, reason });
  }

  /** Ends one that waits for what `before` left it. */
  function drop(waiting: RecordingSummary, before: RecordingSummary, reason: "other-root" | "gave-up"): void {
    database.transact(() => {
      audit(recordingMoved(before, waiting.session, reason));
      recordings.giveUp(waiting.id);
    });
    announce(before, waiting.session, reason);
  }

  /** Those that wait, each with the one that it goes on with. */
  function waitingOf(provider: ProviderId): { waiting: RecordingSummary; before: Recording }[] {
    return recordings.following(provider).map((waiting) => {
      if (waiting.follows === null) throw new Error("internal error: it follows nothing");
      return { waiting, before: recordings.get(waiting.follows) };
    });
  }

  return {
    take(context, ref, { continues, seq }, came) {
      if (continues === null || continues === ref.session) return;
      const claim = () => sessions.claimCommand(ref.provider, `continues:${ref.session}:${continues}`, 0);
      const active = recordings.activeOfSession(ref).find(({ until }) => until === null);
      // Said once: a recording that is begun when the person comes back to this session is another matter.
      if (active === undefined) return void database.transact(claim);
      const into = { provider: ref.provider, session: continues };
      const continuation = decide(ref, into, came);
      const reason = continuation.goes === "on" ? "moved" : continuation.reason;
      const isNew = settle(context, claim, [recordingMoved(active, continues, reason)], () => {
        // The notice is the last of it.
        recordings.end(active.id, seq + 1);
        recordings.leave(active.id, continues, continuation.goes === "on");
        if (continuation.goes === "on") recordings.follow(active.id, into, continuation.until);
      });
      if (!isNew) return;
      recorders.ended(recordings.get(active.id));
      announce(active, continues, reason);
    },
    goOn(provider) {
      for (const { waiting, before } of waitingOf(provider)) {
        const stored = sessions.find(waiting);
        if (before.active || stored === null) continue;
        if (!isBeside(stored, before)) {
          drop(waiting, before, "other-root");
          continue;
        }
        database.transact(() => {
          recordings.takeOver(waiting.id, before.id);
          if (stored.destination === null) sessions.point(waiting, waiting.destination);
        });
        recorders.start(recordings.get(waiting.id));
      }
    },
    giveUp({ provider, session }) {
      const given = waitingOf(provider).filter(({ waiting, before }) =>
        before.session === session && !before.active && sessions.find(waiting) === null
      );
      for (const { waiting, before } of given) drop(waiting, before, "gave-up");
      return given.length;
    },
  };
}
