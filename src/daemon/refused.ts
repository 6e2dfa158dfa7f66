/** Lines that look like commands and are not obeyed: why not, and where that is told. Room: daemon; no authority of its own. */
import type { AuditBody } from "../protocol/audit_record.ts";
import type { RefusedLine } from "../protocol/command.ts";
import { mayCommand } from "../protocol/evidence.ts";
import type { SessionRef } from "../protocol/session.ts";
import { isNews, isTooOld } from "../session/news.ts";
import { sayRefused } from "../session/say_refused.ts";
import { type OnRecord, settle } from "./carry_out.ts";
import type { Found, ObeyContext } from "./obey.ts";
import type { Arrival } from "./sessions_store.ts";

/** Why nothing in a message may be obeyed; null when it may. */
export function whyBarred(
  { commands, maxCommandAge, started }: Pick<ObeyContext, "commands" | "maxCommandAge" | "started">,
  arrival: Arrival | null,
  { barred, author, time }: Pick<Found, "barred" | "author" | "time">,
  now: number,
): RefusedLine["reason"] | null {
  if (barred !== null || author === null) return barred;
  const acquaintance = {
    lookedBefore: arrival === null ? null : arrival.looked,
    known: arrival === null || arrival.added < started,
  };
  if (!isNews(acquaintance, time, now)) return "history";
  if (isTooOld(maxCommandAge, time, now)) return "too-old";
  return mayCommand(commands, author.evidence) ? null : author.why;
}

/** Claims lines that are not obeyed and puts them on record. One that somebody may have meant as a command is also shown. */
export function refuse(
  context: OnRecord & Pick<ObeyContext, "denied">,
  ref: SessionRef,
  claim: () => boolean,
  lines: readonly RefusedLine[],
): void {
  const bodies = lines.map((line) => noteLookAlike(ref, line));
  if (!settle(context, claim, bodies)) return;
  for (const line of lines) {
    const message = sayRefused(line);
    if (message !== null) context.denied(noteLookAlike(ref, line), message);
  }
}

function noteLookAlike({ provider, session }: SessionRef, { token, reason }: RefusedLine): AuditBody {
  return {
    event: "look-alike",
    provider,
    session,
    command: token,
    requested: null,
    path: null,
    decision: "deny",
    reason,
    detail: null,
  };
}
