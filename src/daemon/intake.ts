/**
 * Takes the messages of a parser. A change of the state is a step in its lane: it is tried again and shown when it fails.
 * The parser learns that a message was handled only when it was.
 */
import { LOGGED_TROUBLES } from "../protocol/limits.ts";
import { feedLost } from "../audit/events.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { FromParser, SeenSession } from "../protocol/parser_messages.ts";
import type { SessionRef } from "../protocol/session.ts";
import type { Log } from "./log.ts";
import type { AutoRules } from "./auto_rules.ts";
import { type ObeyContext, obeyMessage } from "./obey_commands.ts";
import type { RequestedCommands } from "./requested_commands.ts";
import type { Recorders } from "./recorders.ts";
import type { FollowedProvider } from "./followed_provider.ts";
import type { StatusFile } from "./status_file.ts";
import type { StepQueue } from "./step_queue.ts";

export interface IntakeOptions {
  readonly steps: StepQueue;
  readonly context: ObeyContext;
  readonly requested: RequestedCommands;
  readonly rules: Pick<AutoRules, "wasRead">;
  readonly recorders: Recorders;
  readonly status: StatusFile;
  readonly log: Log;
  /** The provider's first scan is over. */
  readonly ready: (provider: ProviderId) => void;
}

interface Intake {
  readonly options: IntakeOptions;
  /** Troubles that the log has. */
  readonly noted: Set<string>;
  /** Sights that wait for their step. Each session is there once, however long that takes. */
  readonly waiting: Map<ProviderId, Map<string, SeenSession>>;
}

export function createIntake(options: IntakeOptions) {
  const { steps, context, requested, rules, recorders, status, log } = options;
  const intake: Intake = { options, noted: new Set(), waiting: new Map() };
  return function take(
    followed: FollowedProvider,
    message: FromParser,
    payload: Uint8Array<ArrayBuffer> | null,
  ): void {
    const { provider } = followed.plan;
    switch (message.type) {
      case "seen":
        return takeSeen(intake, followed, message.sessions);
      case "ready":
        return takeReady(intake, followed, message);
      case "watching":
        followed.state = message.how === "inotify" ? "watching" : "polling";
        followed.missing = [];
        if (message.how === "poll") log.report("polling", { provider, why: message.why });
        return status.touch();
      case "found": {
        const { session, seq } = message;
        const own = { ...context, recorded: new Set<string>() };
        // A later try must judge its age by the time when it came.
        const came = Date.now();
        return steps.take({ provider, session }, async () => {
          const handled = () => followed.client.send({ type: "handled", session, seq });
          await obeyMessage(own, { provider, session }, message, came, handled);
          status.touch();
        });
      }
      case "rewritten":
        return steps.take(
          { provider, session: message.session },
          () => followed.follow.rewritten(message.session),
        );
      case "watched":
        return steps.take({ provider, session: message.session }, async () => {
          // Refused lines before this checkpoint are not found again.
          context.refusals.flush({ provider, session: message.session });
          await rules.wasRead(message, provider);
          followed.follow.watched(message);
          requested.isCaughtUp({ provider, session: message.session });
        }, "watched");
      case "batch":
        return recorders.take(message, payload);
      case "absent":
        return followed.absent.answered(message);
      case "lost":
        return recorders.lost(message);
      case "trouble":
        if (message.kind === "gone" && message.session !== null) {
          noteGone(intake, followed, { provider, session: message.session });
        }
        return noteTrouble(intake, provider, message);
      case "mark":
      case "pong":
      case "stopped":
        throw new Error(`internal error: ${message.type} is the parser client's`);
    }
  };
}

function takeSeen(
  { options, waiting }: Intake,
  followed: FollowedProvider,
  sessions: readonly SeenSession[],
): void {
  const { steps, context, recorders, status } = options;
  const { provider } = followed.plan;
  const before = waiting.get(provider);
  const seen = before ?? new Map<string, SeenSession>();
  for (const session of sessions) seen.set(session.session, session);
  if (before !== undefined) return;
  waiting.set(provider, seen);
  steps.take({ provider, session: null }, () => {
    if (waiting.get(provider) === seen) waiting.delete(provider);
    followed.follow.seen([...seen.values()]);
    context.moves.goOn(provider);
    for (const session of seen.keys()) recorders.found({ provider, session });
    status.touch();
  });
}

function takeReady(
  { options, waiting }: Intake,
  followed: FollowedProvider,
  message: Extract<FromParser, { type: "ready" }>,
): void {
  const { steps, log, status } = options;
  const { provider } = followed.plan;
  // Later sights are news and must not join those that came before.
  waiting.delete(provider);
  steps.take({ provider, session: null }, () => {
    followed.follow.ready(message.looked);
    followed.state = message.watching === "inotify" ? "watching" : "polling";
    followed.missing = message.missing;
    options.ready(provider);
    log.report("watching", { provider, sessions: message.sessions, by: message.watching });
    // The command that started the daemon waits for this.
    status.write();
  });
}

/** What was read goes into the recordings all the same. */
function noteGone(
  { options: { steps, context } }: Intake,
  { follow }: FollowedProvider,
  ref: SessionRef,
): void {
  follow.gone(ref.session);
  steps.take(
    ref,
    () => context.audit(...context.recordings.ofSession(ref).map((recording) => feedLost(recording))),
  );
}

/** The log reports each trouble once a session, up to a bound. The status counts them. */
function noteTrouble(
  { options: { log, status }, noted }: Intake,
  provider: ProviderId,
  trouble: Extract<FromParser, { type: "trouble" }>,
): void {
  const { session, kind, what, count } = trouble;
  const key = `${provider}/${session} ${kind} ${what}`;
  if (!noted.has(key) && noted.size < LOGGED_TROUBLES) {
    // The type comes from the log. A type that does not look like a name may be conversation text.
    const isName = kind !== "unknown-record" || /^[\w./:+-]{1,130}$/.test(what);
    log.report("log-trouble", { provider, session, kind, what: isName ? what : "a type that is no name" });
    noted.add(key);
  }
  status.trouble(provider, kind, what, count);
}
