/**
 * Commands of the request spool. They are carried out like those of the chat, at the end of the session's log.
 */
import { after } from "../hosts/timers.ts";
import { commandDecided } from "../audit/events.ts";
import type { Answer, RecordingRequest } from "../protocol/request.ts";
import { sessionKey, type SessionRef } from "../protocol/session.ts";
import { describeFailure } from "./failure.ts";
import { obeyCommand, type ObeyContext, type Verdict } from "./obey_commands.ts";
import { refuse } from "./requests.ts";
import { HeldBack, type StepQueue } from "./step_queue.ts";

/** How long a request may wait for its session to be read. Milliseconds. */
const WAIT_MS = 4_000;

export interface RequestedCommandsOptions {
  readonly context: ObeyContext;
  readonly steps: StepQueue;
  /** Has the session watched. False when it cannot be. */
  readonly watch: (ref: SessionRef) => boolean;
  /** Bytes of its log on disk. */
  readonly sizeOf: (ref: SessionRef) => number;
  /** A test has its own. */
  readonly after?: typeof after;
}

export interface RequestedCommands {
  obey(request: RecordingRequest): Promise<Answer>;
  /** Has the session watched and waits until it is read. False: it cannot be read. */
  catchUp(ref: SessionRef): Promise<boolean>;
  /** The session's log was read to its end, and the checkpoint is kept. */
  isCaughtUp(ref: SessionRef): void;
}

export function createRequestedCommands(
  { context, steps, watch, sizeOf, after: limit = after }: RequestedCommandsOptions,
): RequestedCommands {
  const { sessions, recorders } = context;
  const waiting = new Map<string, (() => void)[]>();

  async function catchUp(ref: SessionRef): Promise<boolean> {
    const stored = sessions.find(ref);
    if (stored === null) return false;
    const isRead = stored.checkpoint !== null && stored.size === sizeOf(ref);
    const key = sessionKey(ref);
    const read = new Promise<void>((resolve) => {
      if (isRead) return resolve();
      waiting.set(key, [...waiting.get(key) ?? [], resolve]);
      limit(WAIT_MS, resolve);
    });
    if (!watch(ref)) return false;
    await read;
    // A cleaning may have removed it meanwhile.
    return (sessions.find(ref)?.checkpoint ?? null) !== null;
  }

  async function carryOut({ verb, provider, session, destination }: RecordingRequest): Promise<Verdict> {
    const ref = { provider, session };
    const { meta = null, checkpoint = null } = sessions.find(ref) ?? {};
    if (meta === null || checkpoint === null) throw new Error("internal error: the session was not read");
    if (verb === "stop" && context.moves.giveUp(ref) > 0) {
      const message = "stopped; the session in which it would go on never came";
      return { result: "done", reason: "gave-up", message, destination: null };
    }
    return await obeyCommand({ ...context, recorded: new Set() }, {
      ref,
      meta,
      asker: "spool",
      verb,
      destination,
      token: `kato ${verb}`,
      place: "leading",
      seq: checkpoint.seq,
      before: checkpoint,
      claim: () => true,
    });
  }

  /** It keeps nothing to go on from. A command in the chat has it all from the parser. */
  function refuseForgotten({ id, verb, provider, session, destination }: RecordingRequest): Answer {
    const asked = { command: `kato ${verb}`, requested: destination };
    const body = commandDecided({ provider, session }, asked, null, "deny", "forgotten");
    const message = "kato was told to forget this session. A ::record in its chat has kato keep it again.";
    context.audit(body);
    context.denied(body, message);
    return { v: 1, id, result: "denied", reason: "forgotten", message, destination: null };
  }

  return {
    async obey(request) {
      const { id, verb, provider, session } = request;
      const ref = { provider, session };
      if (sessions.isForgotten(ref)) return refuseForgotten(request);
      // A second stop means that the person does not want to wait for the rest.
      if (verb === "stop" && await recorders.giveUp(ref) > 0) {
        const message = "stopped; the events that could not be written were given up";
        return { v: 1, id, result: "done", reason: "given-up", message, destination: null };
      }
      const isRead = await catchUp(ref);
      // Stopping needs no log, only a session that was read once.
      if (!isRead && !(verb === "stop" && sessions.find(ref)?.checkpoint)) {
        const message = `There is no session ${session} of ${provider} that kato can read.`;
        return refuse(id, "no-such-session", message);
      }
      try {
        return { v: 1, id, ...await steps.ask(ref, () => carryOut(request)) };
      } catch (error) {
        return sayFailed(id, error);
      }
    },
    catchUp,
    isCaughtUp(ref) {
      const key = sessionKey(ref);
      for (const resolve of waiting.get(key) ?? []) resolve();
      waiting.delete(key);
    },
  };
}

/** The answer to a request that failed. The person can ask again. */
export function sayFailed(id: string, error: unknown): Answer {
  const { why, bug } = error instanceof HeldBack
    ? { why: error.message, bug: false }
    : describeFailure(error);
  if (bug) throw error;
  return refuse(id, "not-now", `That cannot be done now: ${why}. Try again when it can.`);
}
