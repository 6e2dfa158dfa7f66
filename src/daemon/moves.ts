/**
 * Recordings whose session goes on in another one. The old recording ends with the notice that says so. A new one takes
 * over its file and the renderer's state, and goes on with the new session. One transaction decides both; another one hands
 * the file over, when the old recording is over and the new session is there. After a crash, either can be done again.
 * Logs are read in any order: where a log says it goes on before a recording comes to it, that is kept.
 * Policy is not asked here, since file and person are the same: opening the file asks it anyway.
 */
import { recordingMoved } from "../audit/events.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { SessionRef } from "../protocol/session.ts";
import { type Continuation, decideContinuation } from "../session/continuation.ts";
import { type OnRecord, putOnRecord } from "./carry_out.ts";
import type { Log } from "./log.ts";
import type { Found } from "./obey_commands.ts";
import type { Recorders } from "./recorders.ts";
import type { Recording, RecordingSummary } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import type { GoesOn, SessionsStore, StoredSession } from "./sessions_store.ts";

export interface MovesOptions extends Pick<OnRecord, "database" | "audit"> {
  readonly sessions: SessionsStore;
  readonly recordings: RecordingsStore;
  readonly recorders: Pick<Recorders, "start" | "ended">;
  /** The root above a log of this provider. */
  readonly rootOf: (provider: ProviderId, path: string) => string | null;
  readonly log: Pick<Log, "report">;
}

export interface Moves {
  /** Takes a record, which came at `came` and may say where the session goes on. */
  take(context: OnRecord, ref: SessionRef, found: Pick<Found, "continues" | "seq">, came: number): void;
  /** Starts the waiting recordings whose file is free and whose session is there. */
  goOn(provider: ProviderId): void;
  /** Ends the recordings that wait for this session's files and whose own session never came. Returns how many. */
  giveUp(ref: SessionRef): number;
}

export function createMoves(options: MovesOptions): Moves {
  const { database, sessions, recordings, recorders } = options;
  return {
    take(context, ref, { continues, seq }, came) {
      if (continues === null || continues === ref.session) return;
      // The claim makes it count once: a recording that begins later in this session stays.
      const claim = () => sessions.claimCommand(ref.provider, `continues:${ref.session}:${continues}`, 0);
      const goesOn = { into: continues, seq, came };
      const active = recordings.activeOfSession(ref).find(({ until }) => until === null);
      const moved = database.transact(() => {
        if (!claim()) return [];
        if (active !== undefined) return move(options, context, active, goesOn);
        // A recording may still come here, from a session whose log is read later. None comes to a forgotten one.
        if (!sessions.isForgotten(ref)) sessions.goOn(ref, goesOn);
        return [];
      });
      for (const show of moved) show();
    },
    goOn(provider) {
      for (const both of waitingOf(recordings, provider)) {
        const { waiting, before } = both;
        const stored = sessions.find(waiting);
        if (before.active || stored === null) continue;
        if (!isBeside(options, stored, before)) {
          drop(options, both, "other-root");
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
      const given = waitingOf(recordings, provider).filter(({ waiting, before }) =>
        before.session === session && !before.active && sessions.find(waiting) === null
      );
      for (const both of given) drop(options, both, "gave-up");
      return given.length;
    },
  };
}

function isBeside(
  { sessions, rootOf }: MovesOptions,
  { provider, path }: StoredSession,
  other: SessionRef,
): boolean {
  const stored = sessions.find(other);
  return stored !== null && rootOf(provider, stored.path) === rootOf(provider, path);
}

function decide(options: MovesOptions, ref: SessionRef, into: SessionRef, came: number): Continuation {
  const { sessions, recordings } = options;
  const stored = sessions.find(into);
  return decideContinuation({
    isTaken: recordings.hasMoved(into),
    seen: stored === null ? null : {
      isBeside: isBeside(options, stored, ref),
      added: stored.arrival?.added ?? null,
      letGo: stored.letGo,
    },
  }, came);
}

function announce({ log }: MovesOptions, recording: RecordingSummary, into: string, reason: string): void {
  const { provider, session, destination } = recording;
  const event = reason === "moved" ? "recording-moved" : "recording-left-behind";
  log.report(event, { provider, session, into, destination, reason });
}

/**
 * Ends a recording whose session goes on, and adds one that takes over, through every session whose log already says
 * that it goes on. Inside the caller's transaction; the caller calls the answer's functions afterwards.
 */
function move(
  options: MovesOptions,
  context: OnRecord,
  recording: RecordingSummary,
  { into, seq, came }: GoesOn,
): (() => void)[] {
  const { sessions, recordings, recorders } = options;
  const next = { provider: recording.provider, session: into };
  const continuation = decide(options, recording, next, came);
  const reason = continuation.goes === "on" ? "moved" : continuation.reason;
  putOnRecord(context, recordingMoved(recording, into, reason));
  // The notice is its last event.
  recordings.end(recording.id, seq + 1);
  recordings.leave(recording.id, into, continuation.goes === "on");
  const ended = recordings.get(recording.id);
  const show = () => {
    recorders.ended(ended);
    announce(options, recording, into, reason);
  };
  if (continuation.goes !== "on") return [show];
  const { until } = continuation;
  const waiting = recordings.get(recordings.follow(recording.id, next, until));
  const { goesOn = null } = sessions.find(next) ?? {};
  const isOver = goesOn === null || (until !== null && until <= goesOn.seq);
  return [show, ...isOver ? [] : move(options, context, waiting, goesOn)];
}

/** Ends a recording that waits for the file of `before`. */
function drop(
  options: MovesOptions,
  { waiting, before }: Waiting,
  reason: "other-root" | "gave-up",
): void {
  const { database, audit, recordings } = options;
  database.transact(() => {
    audit(recordingMoved(before, waiting.session, reason));
    recordings.giveUp(waiting.id);
  });
  announce(options, before, waiting.session, reason);
}

/** A waiting recording, with the one that it follows. */
interface Waiting {
  readonly waiting: RecordingSummary;
  readonly before: Recording;
}

function waitingOf(recordings: RecordingsStore, provider: ProviderId): Waiting[] {
  return recordings.following(provider).map((waiting) => {
    if (waiting.follows === null) throw new Error("internal error: it follows nothing");
    return { waiting, before: recordings.get(waiting.follows) };
  });
}
