/**
 * Lines that look like commands and are not obeyed: why not, and where that is told. A log may hold a hundred thousand
 * of them, put there by whoever wants the audit log full or kato busy. So what one message holds is one record, the
 * records of many messages are written and flushed together, and a session has only so many of them listed in a minute;
 * how many were not listed is a record as well. Room: daemon; no authority of its own.
 */
import { after } from "../hosts/timers.ts";
import type { AuditBody } from "../audit/record.ts";
import type { RefusedLine } from "../protocol/command.ts";
import { mayCommand } from "../protocol/evidence.ts";
import {
  LOOK_ALIKE_GATHER_MS,
  LOOK_ALIKE_MESSAGES,
  LOOK_ALIKE_WAITING,
  LOOK_ALIKE_WINDOW_MS,
} from "../protocol/limits.ts";
import { sessionKey, type SessionRef } from "../protocol/session.ts";
import { describeRefused, describeUnlisted } from "../audit/refused_lines.ts";
import { isNews, isTooOld } from "../session/news.ts";
import { isMistyped } from "../audit/say_refused.ts";
import type { Audit } from "./audit.ts";
import type { Found, ObeyContext } from "./obey_commands.ts";
import type { Arrival, SessionsStore } from "./sessions_store.ts";
import type { Database } from "./state.ts";
import type { Step } from "./step_queue.ts";

export interface RefusalsOptions {
  readonly database: Database;
  readonly sessions: SessionsStore;
  readonly audit: Audit;
  /** Tells the person of a line that they may have meant as a command; its record is on the disk. */
  readonly show: (body: AuditBody, message: string) => void;
  /** Does `step` in the session's line, which holds it up and tries it again should it fail. */
  readonly take: (ref: SessionRef, step: Step, replaces?: string) => void;
  /** Milliseconds, for telling one minute from the next. */
  readonly now?: () => number;
}

export interface Refusals {
  /**
   * Puts on record what of a message is refused, with the next flush, and calls `done` then. What was recorded before
   * is left out.
   */
  note(ref: SessionRef, found: Pick<Found, "event" | "scan">, barred: Reason | null, done: () => void): void;
  /** What waits of this session is on record when it returns. Throws what the disk says; it waits on, then. */
  flush(ref: SessionRef): void;
  /** Puts on record how many messages were not listed, of minutes that are over. */
  tend(): void;
  /** Has everything put on record that waits. */
  close(): void;
}

type Reason = RefusedLine["reason"];

/** What was refused in one message. */
interface Waiting {
  readonly ref: SessionRef;
  readonly event: string;
  /** Places of its lines, as they are claimed. */
  readonly places: readonly number[];
  readonly lines: readonly RefusedLine[];
  readonly isListed: boolean;
  /** Its record is on the disk, and only the claim is not. */
  isRecorded: boolean;
  readonly done: (() => void)[];
}

/** All lines of a message that are no commands at all are claimed as one. */
const REFUSED_PLACE = -1;

export function createRefusals(options: RefusalsOptions): Refusals {
  const { database, sessions, audit, now = () => performance.now() } = options;
  let waiting = new Map<string, Waiting>();
  let cancel: (() => void) | null = null;
  /** Sessions that had messages listed in this minute: how many, since when. */
  const listed = new Map<string, { readonly since: number; count: number }>();
  /** Sessions that had messages which were not listed. The state has them, too. */
  const unlisted = new Map(sessions.unlisted().map((counted) => [sessionKey(counted), counted]));

  function mayList(ref: SessionRef): boolean {
    const key = sessionKey(ref);
    const known = listed.get(key);
    if (known !== undefined && now() - known.since < LOOK_ALIKE_WINDOW_MS) {
      known.count += 1;
      return known.count <= LOOK_ALIKE_MESSAGES;
    }
    listed.set(key, { since: now(), count: 1 });
    return true;
  }

  function flushAll(): void {
    cancel?.();
    cancel = null;
    const all = [...waiting.values()];
    if (all.length === 0) return;
    const refused = all.filter(({ isListed }) => isListed).map((message) => ({
      message,
      ...describeRefused(message.ref, message.lines),
    }));
    const unrecorded = refused.filter(({ message }) => !message.isRecorded);
    audit(...unrecorded.map(({ body }) => body));
    for (const { message } of unrecorded) message.isRecorded = true;
    // A crash before this has some of them recorded twice; a claim without its record would have them lost.
    database.transact(() => {
      for (const { ref, event, places, lines, isListed } of all) {
        for (const place of places) sessions.claimCommand(ref.provider, event, place);
        if (!isListed) unlisted.set(sessionKey(ref), sessions.countUnlisted(ref, lines.length));
      }
    });
    waiting = new Map();
    for (const { body, sentence } of refused) if (sentence !== null) options.show(body, sentence);
    for (const { done } of all) for (const call of done) call();
  }

  function recordUnlisted(key: string): void {
    const counted = unlisted.get(key);
    if (counted === undefined) return;
    audit(describeUnlisted(counted));
    sessions.forgetUnlisted(counted);
    unlisted.delete(key);
  }

  /** In the line of a session that has some. */
  function takeFlush(): void {
    const [first] = waiting.values();
    if (first !== undefined) options.take(first.ref, flushAll);
  }

  return {
    note(ref, { event, scan }, barred, done) {
      const key = `${ref.provider} ${event}`;
      const known = waiting.get(key);
      if (known !== undefined) return void known.done.push(done);
      const isNew = (place: number) => !sessions.isClaimed(ref.provider, event, place);
      const commands = barred === null ? [] : [...scan.commands.entries()].filter(([place]) => isNew(place));
      const others = scan.refused.length > 0 && isNew(REFUSED_PLACE) ? scan.refused : [];
      if (commands.length + others.length === 0) return done();
      const withReason = ({ token, reason }: RefusedLine): RefusedLine => ({
        token,
        // Who wrote the line says more than its spelling.
        reason: barred !== null && isMistyped(reason) ? barred : reason,
      });
      if (waiting.size >= LOOK_ALIKE_WAITING) flushAll();
      waiting.set(key, {
        ref,
        event,
        places: [...commands.map(([place]) => place), ...(others.length > 0 ? [REFUSED_PLACE] : [])],
        lines: [
          ...(barred === null ? [] : commands.map(([, { token }]) => ({ token, reason: barred }))),
          ...others.map(withReason),
        ],
        isListed: mayList(ref),
        isRecorded: false,
        done: [done],
      });
      cancel ??= after(LOOK_ALIKE_GATHER_MS, takeFlush);
    },
    flush({ provider, session }) {
      for (const { ref } of waiting.values()) {
        if (ref.provider === provider && ref.session === session) return flushAll();
      }
    },
    tend() {
      for (const [key, counted] of unlisted) {
        const since = listed.get(key)?.since;
        if (since !== undefined && now() - since < LOOK_ALIKE_WINDOW_MS) continue;
        options.take(counted, () => recordUnlisted(key), "unlisted");
      }
      for (const [key, { since }] of listed) if (now() - since >= LOOK_ALIKE_WINDOW_MS) listed.delete(key);
    },
    close() {
      cancel?.();
      cancel = null;
      takeFlush();
    },
  };
}

/** Why nothing in a message may be obeyed; null when it may. */
export function whyBarred(
  { commands, maxCommandAge, started }: Pick<ObeyContext, "commands" | "maxCommandAge" | "started">,
  arrival: Arrival | null,
  { barred, author, time }: Pick<Found, "barred" | "author" | "time">,
  now: number,
): Reason | null {
  if (barred !== null || author === null) return barred;
  const acquaintance = {
    lookedBefore: arrival === null ? null : arrival.looked,
    known: arrival === null || arrival.added < started,
  };
  if (!isNews(acquaintance, time, now)) return "history";
  if (isTooOld(maxCommandAge, time, now)) return "too-old";
  return mayCommand(commands, author.evidence) ? null : author.why;
}
