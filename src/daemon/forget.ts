/**
 * `kato forget`: removes what the state has of a session, and leaves a tombstone, so that nothing brings it back but a
 * command in its chat. The record comes first, and one transaction makes the change. Everything after it is done again
 * when a person asks again. Requires write on the state folder.
 */
import { dirname } from "@std/path";
import { after } from "../hosts/timers.ts";
import { sessionForgotten } from "../audit/events.ts";
import { makePrivateFolder, writeAtomically } from "../disk/atomic_file.ts";
import { entryAt } from "../disk/entry_at.ts";
import type { ForgottenList } from "../protocol/forgotten.ts";
import type { Answer, LeftFile, Request } from "../protocol/request.ts";
import { sessionKey, type SessionRef, shortId } from "../protocol/session.ts";
import type { Audit } from "./audit.ts";
import { describeFailure } from "./failure.ts";
import type { Follow } from "./follow.ts";
import type { Log } from "./log.ts";
import type { RecordingSummary } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import type { Refusals } from "./refused.ts";
import { type RequestedCommands, sayFailed } from "./requested_commands.ts";
import { refuse } from "./requests.ts";
import { scrub } from "./scrub.ts";
import type { SessionsStore } from "./sessions_store.ts";
import type { Recorders } from "./recorders.ts";
import type { Database } from "./state.ts";
import type { StatusFile } from "./status_file.ts";
import type { StepQueue } from "./step_queue.ts";

/** `state/forgotten/sessions.json`, which `kato search` reads. The state is what counts. */
export function keepForgottenList(path: string, sessions: Pick<SessionsStore, "forgotten">, log: Log) {
  /** `next`: a session that is being forgotten. */
  function keep(next?: SessionRef): void {
    const others = sessions.forgotten().filter((ref) =>
      next === undefined || sessionKey(ref) !== sessionKey(next)
    );
    const list: ForgottenList = { v: 1, sessions: next === undefined ? others : [...others, next] };
    if (list.sessions.length === 0 && entryAt(path) === null) return;
    makePrivateFolder(dirname(path));
    writeAtomically(path, JSON.stringify(list), true);
  }
  return {
    keep,
    /** A session is recorded again, or was not forgotten after all. Until the list says so, it is not searched. */
    keepLater() {
      try {
        keep();
      } catch (error) {
        log.report("list-failed", { problem: describeFailure(error).why });
      }
    },
  };
}

export interface ForgettingOptions {
  readonly database: Database;
  readonly sessions: SessionsStore;
  readonly recordings: RecordingsStore;
  readonly audit: Audit;
  readonly steps: StepQueue;
  readonly status: Pick<StatusFile, "forget">;
  readonly refusals: Pick<Refusals, "flush">;
  readonly catchUp: RequestedCommands["catchUp"];
  readonly followOf: (ref: SessionRef) => Pick<Follow, "sizeOf" | "isThere"> | null;
  readonly recorders: Pick<Recorders, "settled" | "problem">;
  readonly forgottenList: Pick<ReturnType<typeof keepForgottenList>, "keep" | "keepLater">;
  /** A test has its own. */
  readonly scrub?: typeof scrub;
  readonly after?: typeof after;
}

/** How long a request may wait for what was stopped to be written to its end. Milliseconds. */
const END_MS = 2_000;

type Verdict = Omit<Answer, "v" | "id">;

/** Answers a request to forget a session. */
export async function obeyForget(
  options: ForgettingOptions,
  { id, provider, session }: Request,
): Promise<Answer> {
  const ref = { provider, session };
  const stored = options.sessions.find(ref);
  if (stored === null) {
    return refuse(id, ...unknown(ref));
  }
  // A command that was typed before this counts as one: it must not be found after it.
  const onDisk = options.followOf(ref)?.sizeOf(session) ?? 0;
  if (stored.size < onDisk) await options.catchUp(ref);
  await waitForEnds(options, ref);
  try {
    return await options.steps.ask(ref, () => {
      // A cleaning may have removed it meanwhile.
      const isKnown = options.sessions.find(ref) !== null;
      return Promise.resolve(isKnown ? { v: 1, id, ...forget(options, ref) } : refuse(id, ...unknown(ref)));
    });
  } catch (error) {
    return sayFailed(id, error);
  }
}

function unknown({ provider, session }: SessionRef): [reason: string, message: string] {
  return ["no-such-session", `kato knows no session ${session} of ${provider}.`];
}

/** Outside the session's lane, in which the end may come. What is blocked, as by a log that is gone, is not awaited. */
async function waitForEnds(
  { recordings, recorders, after: limit = after }: ForgettingOptions,
  ref: SessionRef,
) {
  const ending = findRecorded(recordings, ref)
    .filter(({ id, until }) => until !== null && recorders.problem(id) === null);
  if (ending.length === 0) return;
  await new Promise<void>((resolve) => {
    const callOff = limit(END_MS, resolve);
    void Promise.all(ending.map(({ id }) => recorders.settled(id))).then(() => {
      callOff();
      resolve();
    });
  });
}

function forget(options: ForgettingOptions, ref: SessionRef): Verdict {
  const {
    database,
    sessions,
    recordings,
    audit,
    status,
    refusals,
    followOf,
    forgottenList,
    scrub: overwrite = scrub,
  } = options;
  refusals.flush(ref);
  const [recorded] = findRecorded(recordings, ref);
  if (recorded !== undefined) {
    const { session, destination, until } = recorded;
    audit(sessionForgotten(ref, "still-recorded", destination));
    const id = shortId(session);
    // Its rest may never come, for its log may be gone: this does not wait for it.
    const message = until === null
      ? `kato still records it into ${destination}. Stop that first: kato stop ${id}`
      : `kato has not written the end of it into ${destination} yet. Ask again; 'kato stop ${id}' ends it as it is.`;
    return { result: "denied", reason: "still-recorded", message, destination };
  }
  const follow = followOf(ref);
  const isNew = !isForgotten(options, ref);
  const remove = () => {
    const own = recordings.everOf(ref);
    const paths = [...new Set(own.map(({ destination }) => destination))];
    // Afterwards nothing else has the paths. A text of all of them could be cut.
    const named = paths.length === 0 ? [null] : paths;
    if (isNew) audit(...named.map((path) => sessionForgotten(ref, "asked-for", path)));
    // A session that is listed, and not forgotten yet, is only not searched. So the list comes first.
    forgottenList.keep(ref);
    recordings.forget(ref);
    const size = follow?.sizeOf(ref.session) ?? 0;
    sessions.forget(ref, { size, isThere: follow?.isThere(ref.session) ?? false });
    return paths.map((path) => leftAt(recordings, path, own));
  };
  const files = orUndo(() => database.transact(remove), forgottenList.keepLater);
  status.forget(ref);
  try {
    overwrite(database);
  } catch (error) {
    const { why, bug } = describeFailure(error);
    if (bug) throw error;
    const message = `The session is forgotten, but its traces are not overwritten: ${why}. Ask again.`;
    return { result: "failed", reason: "not-now", message, destination: null, files };
  }
  const reason = isNew ? "forgotten" : "already-forgotten";
  return { result: "done", reason, message: reason.replace("-", " "), destination: null, files };
}

function orUndo<Result>(work: () => Result, undo: () => void): Result {
  try {
    return work();
  } catch (error) {
    undo();
    throw error;
  }
}

/** Recordings that are under way with this session, or wait for a file of it. */
function findRecorded(recordings: RecordingsStore, ref: SessionRef): RecordingSummary[] {
  const waiting = recordings.following(ref.provider).filter(({ inherits }) => inherits === ref.session);
  return [...recordings.activeOfSession(ref), ...waiting];
}

/** Nothing came since it was forgotten, such as an `::export` or an `::init`. */
function isForgotten({ sessions, recordings }: ForgettingOptions, ref: SessionRef): boolean {
  const stored = sessions.find(ref);
  return stored?.isForgotten === true && stored.destination === null && recordings.everOf(ref).length === 0;
}

/** What kato knew of the file at `path`. The recordings `own` are gone. */
function leftAt(recordings: RecordingsStore, path: string, own: readonly RecordingSummary[]): LeftFile {
  const last = own.filter(({ destination, file }) => destination === path && file !== null).at(-1);
  const other = recordings.ofDestination(path)[0];
  return {
    path,
    file: last === undefined || last.file === null ? null : { ...last.file, size: last.size },
    holds: other?.session ?? null,
  };
}
