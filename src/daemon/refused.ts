/** Lines that look like commands and are not obeyed: why not, and where that is told. Room: daemon; no authority of its own. */
import type { AuditBody } from "../protocol/audit_record.ts";
import type { RefusedLine } from "../protocol/command.ts";
import { mayCommand } from "../protocol/evidence.ts";
import type { SessionRef } from "../protocol/session.ts";
import { isNews, isTooOld } from "../session/news.ts";
import { sayRefused } from "../session/say_refused.ts";
import type { Found, ObeyContext } from "./obey.ts";
import type { Arrival } from "./sessions_store.ts";

/** Why nothing in a message may be obeyed; null when it may. */
export function whyBarred(
  { commands, maxCommandAge, started }: Pick<ObeyContext, "commands" | "maxCommandAge" | "started">,
  arrival: Arrival | null,
  { barred, author, time }: Pick<Found, "barred" | "author" | "time">,
): RefusedLine["reason"] | null {
  if (barred !== null || author === null) return barred;
  const acquaintance = {
    lookedBefore: arrival === null ? null : arrival.looked,
    known: arrival === null || arrival.added < started,
  };
  const now = Date.now();
  if (!isNews(acquaintance, time, now)) return "history";
  if (isTooOld(maxCommandAge, time, now)) return "too-old";
  return mayCommand(commands, author.evidence) ? null : author.why;
}

/** Puts a line that is not obeyed on record. A line that somebody may have meant as a command is also shown. */
export function refuse(
  { audit, denied }: Pick<ObeyContext, "audit" | "denied">,
  ref: SessionRef,
  refused: RefusedLine,
): void {
  const message = sayRefused(refused);
  const body = noteLookAlike(ref, refused);
  if (message === null) audit(body);
  else denied(body, message);
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
