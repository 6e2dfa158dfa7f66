/**
 * Carries out a decision about a command. Its claim, its audit record and the change of the state stand in one
 * transaction, the record first: there is no effect without a record. All of it can be done again after a failure.
 */
import { commandDecided, sessionRemembered } from "../audit/events.ts";
import type { ReasonOf } from "../audit/reasons.ts";
import type { AuditBody } from "../audit/record.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { Format, RenderHead } from "../protocol/render.ts";
import type { Decision } from "../destination/decision.ts";
import { letsGo } from "../session/continuation.ts";
import type { Effect } from "../session/machine.ts";
import type { Command, ObeyContext, Verdict } from "./obey_commands.ts";
import type { RecordingKind } from "./recording.ts";

export type OnRecord = Pick<ObeyContext, "audit" | "recorded"> & {
  readonly database: Pick<ObeyContext["database"], "transact">;
};

/** Inside the caller's transaction. A second try with the same `context` records nothing twice. */
export function putOnRecord(
  { audit, recorded }: Pick<OnRecord, "audit" | "recorded">,
  body: AuditBody,
): void {
  const key = JSON.stringify(body);
  if (recorded.has(key)) return;
  audit(body);
  recorded.add(key);
}

/** Claims a line, records the decision about it and makes the change, all or nothing. False: the line was claimed before. */
export function settle(
  context: OnRecord,
  claim: () => boolean,
  body: AuditBody,
  change: () => void = () => {},
): boolean {
  return context.database.transact(() => {
    if (!claim()) return false;
    putOnRecord(context, body);
    change();
    return true;
  });
}

export function accept(
  context: ObeyContext,
  command: Command,
  path: string | null,
  reason: ReasonOf<"command">,
  effects: readonly Effect[],
  decision: Decision | null = null,
): Verdict {
  const { asker } = command;
  const changed: (() => void)[] = [];
  const body = commandDecided(command.ref, asked(command), path, "allow", reason);
  const isNew = settle(context, command.claim, body, () => {
    if (effects.length > 0 && remember(context, command)) changed.push(context.remembered);
    for (const effect of effects) changed.push(applyEffect(context, command, effect, decision));
    const until = reason === "already-recording"
      ? null
      : letsGo({ ...command, isAutomatic: asker === "automatic" });
    if (until !== null) context.sessions.letGo(command.ref, until);
  });
  if (isNew) {
    for (const start of changed) start();
    context.obeyed(body);
  }
  return { result: "done", reason, message: describe(reason, path), destination: path };
}

export function deny(
  context: ObeyContext,
  command: Command,
  path: string | null,
  reason: ReasonOf<"command">,
  message: string,
): Verdict {
  const body = commandDecided(command.ref, asked(command), path, "deny", reason);
  if (settle(context, command.claim, body)) context.denied(body, message);
  return { result: "denied", reason, message, destination: path };
}

/** A person who records a forgotten session in its chat wants kato to keep it again. */
function remember(context: ObeyContext, { ref, verb, asker }: Command): boolean {
  if (asker !== "chat" || (verb !== "record" && verb !== "capture")) return false;
  if (!context.sessions.isForgotten(ref)) return false;
  putOnRecord(context, sessionRemembered(ref));
  context.sessions.remember(ref);
  return true;
}

/** Changes the state. Once that is on the disk, the caller calls the result, which cannot fail. */
function applyEffect(
  { recordings, sessions, recorders, timeZone, include, images }: ObeyContext,
  command: Command,
  effect: Effect,
  decision: Decision | null,
): () => void {
  switch (effect.effect) {
    case "end": {
      recordings.end(effect.recording, effect.until);
      const ended = recordings.get(effect.recording);
      return () => recorders.ended(ended);
    }
    case "resume": {
      const recording = recordings.get(effect.recording);
      if (recording.active || effect.from === recording.next) recordings.goOn(effect.recording);
      else recordings.resume(effect.recording, command.before, effect.from, false);
      return () => recorders.start(recording);
    }
    case "start": {
      const existing = decision?.allow === true ? decision.existing : null;
      const format = formatOf(effect.destination);
      const head: RenderHead = {
        format,
        meta: effect.from === 0 ? command.meta : withoutWords(command.meta),
        timeZone,
        include: [...include],
        ...(images && format !== "jsonl" ? { images: format === "md" ? "files" : "inline" } : {}),
      };
      const id = recordings.add({
        ref: command.ref,
        kind: kindOf(command),
        rule: command.rule ?? null,
        destination: effect.destination,
        whole: effect.from === 0,
        head,
        checkpoint: effect.from === 0 ? null : command.before,
        next: effect.from,
        until: effect.until,
        file: existing,
      });
      const started = recordings.get(id);
      return () => recorders.start(started);
    }
    case "point":
      sessions.point(command.ref, effect.destination);
      return () => {};
  }
}

/** A recording that begins later holds no words from before it, not even as its title. */
function withoutWords(meta: SessionMeta): SessionMeta {
  return meta.named === true ? meta : { ...meta, title: null };
}

function asked({ token, destination }: Command) {
  return { command: token, requested: destination };
}

function kindOf({ asker, verb }: Command): RecordingKind {
  if (asker === "automatic") return "automatic";
  return verb === "capture" || verb === "export" ? verb : "record";
}

/** The grammar admits no other extension. */
function formatOf(path: string): Format {
  return path.slice(path.lastIndexOf(".") + 1) as Format;
}

function describe(reason: string, path: string | null): string {
  return path === null ? reason.replaceAll("-", " ") : `${reason.replaceAll("-", " ")}: ${path}`;
}
