/**
 * Obeys commands: asks policy about their destination, and has the decision carried out. The commands of a session run one
 * after another, and each sees the effect of the one before. After a failure, a message is obeyed again from its first
 * line that is not claimed.
 */
import type { ReasonOf } from "../audit/reasons.ts";
import type { AuditBody } from "../audit/record.ts";
import type { Verb } from "../protocol/command.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import type { Commands } from "../protocol/evidence.ts";
import type { FromParser } from "../protocol/parser_messages.ts";
import type { Include } from "../protocol/render.ts";
import { type SessionMeta, type SessionRef } from "../protocol/session.ts";
import type { Asker, Decision } from "../destination/decision.ts";
import { type DeniedPlace, type MendContext, mendPlace } from "../destination/mend_place.ts";
import { terminalLine } from "../session/command_line.ts";
import { applyCommand, type Effect } from "../session/machine.ts";
import type { Audit } from "./audit.ts";
import { accept, deny } from "./carry_out.ts";
import { NotNow } from "./failure.ts";
import { mendCommand } from "./mend_denial.ts";
import type { Moves } from "./moves.ts";
import { knownRecordings, type Recorders } from "./recorders.ts";
import type { RecordingSummary } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import { mayStop, type Refusals, whyBarred } from "./refused.ts";
import type { SessionsStore } from "./sessions_store.ts";
import type { Database } from "./state.ts";

export type Found = Extract<FromParser, { type: "found" }>;

export interface ObeyContext {
  readonly database: Database;
  readonly sessions: SessionsStore;
  readonly recordings: RecordingsStore;
  readonly recorders: Pick<Recorders, "start" | "ended" | "settled" | "giveUp">;
  readonly decide: (asker: Asker, destination: string | null, meta: SessionMeta) => Decision;
  /** For the end of what is said of a denial. */
  readonly mends: MendContext;
  readonly allowShared: boolean;
  readonly commands: Commands;
  /** Minutes; 0 for any age. */
  readonly maxCommandAge: number;
  /** The beginning of this run, in milliseconds since 1970. */
  readonly started: number;
  /** The records are on the disk when it returns. */
  readonly audit: Audit;
  /** Records of this message that are on the disk already, in case it is tried again. */
  readonly recorded: Set<string>;
  /** Shows people a command whose record is on the disk. */
  readonly obeyed: (body: AuditBody) => void;
  readonly denied: (body: AuditBody, message: string) => void;
  /** A forgotten session is recorded again. Cannot fail. */
  readonly remembered: () => void;
  readonly refusals: Refusals;
  readonly moves: Moves;
  readonly timeZone: string;
  readonly include: readonly Include[];
  /** Whether recordings keep images: Markdown in files, HTML in the page. */
  readonly images: boolean;
}

/** A command of the chat, of the spool or of policy. */
export interface Command {
  readonly ref: SessionRef;
  readonly meta: SessionMeta;
  readonly asker: Asker;
  /** The number of the rule that asks, of those in `recording.auto`. */
  readonly rule?: number | null;
  readonly verb: Verb;
  readonly destination: string | null;
  /** The line as typed, or words in its place. */
  readonly token: string;
  readonly place: "leading" | "trailing";
  /** `seq` of the message; for a command that is not of the chat, of the next event. */
  readonly seq: number;
  /** At or before `seq`. */
  readonly before: Checkpoint | null;
  /** Claims the command inside the transaction. False: it was claimed before. */
  readonly claim: () => boolean;
}

export interface Verdict {
  readonly result: "done" | "denied";
  readonly reason: string;
  readonly message: string;
  readonly destination: string | null;
}

/** Handles one message, which came at `came`. Calls `done` when feeds may go past it. */
export async function obeyMessage(
  context: ObeyContext,
  ref: SessionRef,
  found: Found,
  came: number,
  done: () => void,
): Promise<void> {
  const stored = context.sessions.find(ref);
  // Nobody knows what is news in a session that the state does not have.
  const barred = stored === null ? "history" : whyBarred(context, stored.arrival, found, came);
  const isObeyed = (verb: Verb) => barred === null || (verb === "stop" && mayStop(context, found, barred));
  if (found.scan.commands.some(({ verb }) => isObeyed(verb))) {
    // Earlier refused lines stand before it in the audit log.
    context.refusals.flush(ref);
    for (const [index, command] of found.scan.commands.entries()) {
      if (!isObeyed(command.verb)) continue;
      // A message that is read again after a crash must not wait: the recording may itself wait for this message.
      if (context.sessions.isClaimed(ref.provider, found.event, index)) continue;
      await obeyCommand(context, {
        ref,
        meta: found.meta,
        asker: "chat",
        verb: command.verb,
        destination: command.destination,
        token: command.token,
        place: command.place,
        seq: found.seq,
        before: found.before,
        claim: () => context.sessions.claimCommand(ref.provider, found.event, index),
      });
    }
  }
  if (barred === null) context.moves.take(context, ref, found, came);
  context.refusals.note(ref, found, barred, done);
}

/**
 * Carries out one command, or says why not. Where a command of the chat must wait, it throws NotNow. Any other asker
 * gets an answer and can ask again.
 */
export async function obeyCommand(context: ObeyContext, command: Command): Promise<Verdict> {
  const { ref, verb, asker } = command;
  if (asker === "chat" && context.commands === false) {
    const message = "In-chat commands are switched off by policy.";
    return refuse(context, command, { reason: "commands-off", path: null, message });
  }
  await finishStopping(context, ref, command.seq);
  let decision: Decision | null = null;
  if (verb !== "stop") {
    const active = knownRecordings(context.recordings, ref, null).find((recording) => recording.active);
    if (command.destination === null && active !== undefined) {
      return accept(context, command, active.destination, "already-recording", []);
    }
    const wanted = command.destination ?? context.sessions.find(ref)?.destination ?? null;
    decision = context.decide(asker, wanted, command.meta);
    if (!decision.allow) return refuse(context, command, decision);
    if (!context.allowShared && isTaken(context.recordings.ofDestination(decision.path), ref, verb)) {
      const message = `${decision.path} holds another recording. Name another file.`;
      return refuse(context, command, { reason: "destination-in-use", path: decision.path, message });
    }
  }
  const destination = decision?.path ?? null;
  const outcome = applyCommand(
    { recordings: knownRecordings(context.recordings, ref, destination) },
    { verb, destination, seq: command.seq, place: command.place },
  );
  switch (outcome.outcome) {
    case "denied":
      return refuse(context, command, { ...outcome, path: destination });
    case "nothing":
      return accept(context, command, decision?.path ?? null, outcome.reason, []);
    case "done":
      if (outcome.effects.some((effect) => isCut(context, effect))) {
        const message =
          "The recording must first be written up to where you stopped it, and cannot be written now";
        if (asker === "chat") throw new NotNow(`${message}: ${verb} waits for it`);
        const again = `${message}: 'kato status' says why. Try again when it can, or give that up: ${
          terminalLine("stop", ref.session, null)
        }`;
        return deny(context, command, decision?.path ?? null, "still-ending", again);
      }
      return accept(context, command, decision?.path ?? null, outcome.reason, outcome.effects, decision);
  }
}

/** Denies the command. Its message ends with the line that mends it. */
function refuse(
  context: ObeyContext,
  command: Command,
  denied: DeniedPlace & { readonly reason: ReasonOf<"command">; readonly message: string },
): Verdict {
  const { path, reason, message } = denied;
  const mend = mendOf(context, command, denied);
  return deny(context, command, path, reason, mend === null ? message : `${message} ${mend}`);
}

function mendOf(
  { decide, recordings, sessions, mends }: ObeyContext,
  { ref, meta, asker, verb, destination }: Command,
  denied: DeniedPlace,
): string | null {
  if (asker !== "chat" && asker !== "spool") return mendPlace(denied, mends);
  const { session } = ref;
  const typed = destination ?? sessions.find(ref)?.destination ?? null;
  const isAllowed = (other: string | null) => {
    const decision = decide(asker, other, meta);
    return decision.allow && recordings.ofDestination(decision.path).length === 0;
  };
  return mendCommand(denied, { session, verb, asker, destination: typed, isAllowed }, mends);
}

/** Whether a recording would go on over a gap that it has not reached yet: it would record what was said in the gap. */
function isCut({ recordings }: ObeyContext, effect: Effect): boolean {
  if (effect.effect !== "resume") return false;
  const { active, until } = recordings.get(effect.recording);
  return active && until !== null && until < effect.from;
}

/**
 * Waits for recordings that are to end and are not over: only then can they get another command. A recording that ends
 * after the message at `seq` is not awaited, since it waits for this message itself.
 */
async function finishStopping(
  { recordings, recorders }: ObeyContext,
  ref: SessionRef,
  seq: number,
): Promise<void> {
  for (const { id, until, kind } of recordings.activeOfSession(ref)) {
    if (until !== null && until <= seq && kind !== "export") await recorders.settled(id);
  }
}

/** A file serves one session; an export, once. */
function isTaken(holders: readonly RecordingSummary[], ref: SessionRef, verb: Verb): boolean {
  return holders.some(({ provider, session, kind, isFollowed }) =>
    // Its follower holds the file now.
    !isFollowed &&
    (provider !== ref.provider || session !== ref.session || kind === "export" || verb === "export")
  );
}
