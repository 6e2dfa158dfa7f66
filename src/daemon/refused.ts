/**
 * Lines that look like commands and are not obeyed. A log may hold a hundred thousand of them, put there to fill the audit
 * log or to keep kato busy. So each message makes one record, records are flushed together, and only so many messages of a
 * session are listed in a minute. The number of the others is recorded, too.
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
import { isMistyped, sayRefused } from "../session/say_refused.ts";
import type { Audit } from "./audit.ts";
import type { Found, ObeyContext } from "./obey_commands.ts";
import type { Arrival, SessionsStore } from "./sessions_store.ts";
import type { Database } from "./state.ts";
import type { Step } from "./step_queue.ts";

export interface RefusalsOptions {
  readonly database: Database;
  readonly sessions: SessionsStore;
  readonly audit: Audit;
  /** Shows the person a line that may have been meant as a command. Its record is on the disk. */
  readonly show: (body: AuditBody, message: string) => void;
  /** Does `step` in the session's lane, which tries it again if it fails. */
  readonly take: (ref: SessionRef, step: Step, replaces?: string) => void;
  /** Milliseconds; separates the minutes. */
  readonly now?: () => number;
}

export interface Refusals {
  /**
   * Records the refused lines of a message with the next flush, and calls `done` then. Lines that were claimed before
   * are left out.
   */
  note(ref: SessionRef, found: Pick<Found, "event" | "scan">, barred: Reason | null, done: () => void): void;
  /** Records what waits of this session. Throws the error of the disk, and it waits on. */
  flush(ref: SessionRef): void;
  /** Records how many messages were not listed in past minutes. */
  tend(): void;
  /** Has everything recorded that waits. */
  close(): void;
}

type Reason = RefusedLine["reason"];

/** The refused lines of one message. */
interface Waiting {
  readonly ref: SessionRef;
  readonly event: string;
  /** The claims of its lines. */
  readonly places: readonly number[];
  readonly lines: readonly RefusedLine[];
  readonly isListed: boolean;
  /** The record is on the disk, and the claim is not. */
  isRecorded: boolean;
  readonly done: (() => void)[];
}

/** One claim for all lines of a message that are no commands. */
const REFUSED_PLACE = -1;

export function createRefusals(options: RefusalsOptions): Refusals {
  const { database, sessions, audit, now = () => performance.now() } = options;
  let waiting = new Map<string, Waiting>();
  let cancel: (() => void) | null = null;
  /** Messages listed in this minute, by session. */
  const listed = new Map<string, { readonly since: number; count: number }>();
  /** Sessions with messages that were not listed. The state has them, too. */
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
      ...describeRefused(message.ref, message.lines, sayRefused),
    }));
    const unrecorded = refused.filter(({ message }) => !message.isRecorded);
    audit(...unrecorded.map(({ body }) => body));
    for (const { message } of unrecorded) message.isRecorded = true;
    // A crash before this records some of them twice. A claim before its record would lose them.
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

  /** In the lane of a session with waiting lines. */
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
        // The writer of the line is a better reason than its spelling.
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

/** Why a message may not command; null when it may. */
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

/** Whether a barred message may stop a recording all the same: a person's stop is safe at any age. */
export function mayStop(
  { commands }: Pick<ObeyContext, "commands">,
  { author }: Pick<Found, "author">,
  barred: Reason | null,
): boolean {
  return barred === "too-old" && author !== null && mayCommand(commands, author.evidence);
}
