/**
 * The sessions and feeds that a parser follows, as one record. A step changes the record and yields effects;
 * follower.ts carries out each at once. A feed never outruns its session's watch.
 */
import type { FromParser } from "../protocol/parser_messages.ts";
import type { FeedLimit, SessionFeed } from "./feed_session.ts";
import type { Trouble } from "./parse_line.ts";
import type { Tier } from "./schedule.ts";
import type { SessionWatch } from "./watch_session.ts";

export interface Following {
  readonly watches: Map<string, SessionWatch>;
  readonly feeds: Map<number, SessionFeed>;
  readonly quarantined: Set<string>;
  /** Sessions whose log could not be read at the last attempt. */
  readonly gone: Set<string>;
  /** Sessions that were read to their end once: anything new in them is being said now. */
  readonly live: Set<string>;
  /** Sessions that a timer will wake. */
  readonly lingering: Set<string>;
  /** Logs that a session began as a copy of, while their ids are still being read. */
  readonly inheriting: Map<string, readonly Generator<"unreadable" | undefined, void>[]>;
}

export type Effect =
  | { readonly effect: "send"; readonly message: FromParser; readonly payload?: Uint8Array<ArrayBuffer> }
  | { readonly effect: "wake"; readonly session: string; readonly tier: Tier }
  /** Wake it after AGENT_WAIT_MS, through `endLinger`. */
  | { readonly effect: "wake-later"; readonly session: string }
  | { readonly effect: "trouble"; readonly session: string; readonly trouble: Trouble };

type Work<Answer> = Generator<Effect, Answer>;

/** Records that a watch reads before the session's feeds are served. */
const RECORDS_IN_A_ROW = 64;

export function beginFollowing(): Following {
  return {
    watches: new Map(),
    feeds: new Map(),
    quarantined: new Set(),
    gone: new Set(),
    live: new Set(),
    lingering: new Set(),
    inheriting: new Map(),
  };
}

/** Nothing for a session that is not watched. A quarantined one stays alone until the orchestrator watches it again. */
export function wake({ watches, quarantined, live }: Following, session: string): Effect[] {
  if (!watches.has(session) || quarantined.has(session)) return [];
  return [{ effect: "wake", session, tier: live.has(session) ? "live" : "fresh" }];
}

/** The timer of `wake-later` has run out. */
export function endLinger(state: Following, session: string): Effect[] {
  state.lingering.delete(session);
  return wake(state, session);
}

export function endAt(state: Following, feed: SessionFeed | undefined, until: number): Effect[] {
  if (feed === undefined) return [];
  feed.until = until;
  return wake(state, feed.session);
}

export function addCredit(state: Following, feed: SessionFeed | undefined, batches: number): Effect[] {
  if (feed === undefined) return [];
  feed.credit += batches;
  return wake(state, feed.session);
}

/** The orchestrator has dealt with the message at `seq`: feeds may go past it. */
export function release(state: Following, session: string, seq: number): Effect[] {
  state.watches.get(session)?.unhandled.delete(seq);
  return wake(state, session);
}

/** Nothing of `session` is sent before `steps` have read what it inherited. */
export function inherit(
  { inheriting }: Following,
  session: string,
  steps: Generator<"unreadable" | undefined, void>,
): void {
  inheriting.set(session, [...inheriting.get(session) ?? [], steps]);
}

/** Reports the progress of each watch that moved. */
export function* reportMoved({ watches }: Following): Work<void> {
  for (const watch of watches.values()) {
    if (watch.moved()) yield { effect: "send", message: watch.progress() };
  }
}

/** Its log is gone, and so is all that is known of it. False: a feed waits for it to come back. */
export function letGo(state: Following, session: string): boolean {
  for (const feed of state.feeds.values()) if (feed.session === session) return false;
  const { watches, quarantined, gone, live, inheriting } = state;
  for (const known of [watches, quarantined, gone, live, inheriting]) known.delete(session);
  return true;
}

/** Works on one session while `hasTime`. Null when there is nothing more to read. */
export function* workOn(state: Following, session: string, hasTime: () => boolean): Work<Tier | null> {
  const watch = state.watches.get(session);
  if (watch === undefined) return null;
  const inherited = readInherited(state, session, hasTime);
  if (inherited === "more") return "busy";
  if (inherited === "unreadable") {
    yield* missLog(state, session);
    return null;
  }
  let busy = true;
  while (busy && hasTime()) {
    busy = yield* stepWatch(state, watch, hasTime);
    for (const [id, feed] of [...state.feeds]) {
      if (feed.session !== session) continue;
      const isBusy = yield* stepFeed(state, id, feed, watch.limit(), hasTime);
      busy ||= isBusy;
    }
  }
  if (!busy && watch.moved()) yield { effect: "send", message: watch.progress() };
  return busy ? "busy" : null;
}

/** Reads what the session inherited. Without all of it, what was obeyed in the original would be obeyed again. */
function readInherited(
  state: Following,
  session: string,
  hasTime: () => boolean,
): "all" | "more" | "unreadable" {
  const [first, ...others] = state.inheriting.get(session) ?? [];
  if (first === undefined) return "all";
  while (hasTime()) {
    const step = first.next();
    if (step.done !== true) {
      if (step.value === "unreadable") return step.value;
      continue;
    }
    state.inheriting.set(session, others);
    return readInherited(state, session, hasTime);
  }
  return "more";
}

function* stepWatch(state: Following, watch: SessionWatch, hasTime: () => boolean): Work<boolean> {
  const { session } = watch;
  for (let records = 0; records < RECORDS_IN_A_ROW && hasTime(); records += 1) {
    const result = watch.step();
    switch (result) {
      case "more":
        continue;
      case "linger":
        state.live.add(session);
        yield* linger(state, session);
        return false;
      case "wait":
        state.live.add(session);
        state.gone.delete(session);
        return false;
      case "gone":
        if (!state.gone.has(session)) yield { effect: "trouble", session, trouble: GONE };
        state.gone.add(session);
        return false;
      case "unreadable":
        yield* missLog(state, session);
        return false;
      default:
        yield { effect: "send", message: result };
    }
  }
  return true;
}

const GONE: Trouble = { kind: "gone", what: "its log cannot be read" };

function* stepFeed(
  state: Following,
  id: number,
  feed: SessionFeed,
  limit: FeedLimit,
  hasTime: () => boolean,
): Work<boolean> {
  while (feed.credit > 0) {
    const result = feed.step(limit);
    if (result === "linger" || result === "unreadable") yield* linger(state, feed.session);
    if (result === "wait" || result === "linger" || result === "gone" || result === "unreadable") {
      return false;
    }
    if (result === "more") {
      if (!hasTime()) return true;
      continue;
    }
    const { payload, ...batch } = result;
    feed.credit -= 1;
    yield { effect: "send", message: { type: "batch", feed: id, session: feed.session, ...batch }, payload };
    if (batch.end) {
      state.feeds.delete(id);
      return false;
    }
  }
  return false;
}

/** The log looks as it did when it can be read again, so a timer must try. */
function* missLog(state: Following, session: string): Work<void> {
  if (!state.gone.has(session)) yield { effect: "trouble", session, trouble: GONE };
  state.gone.add(session);
  yield* linger(state, session);
}

/** Nobody writes a sub-agent's log after a crash, so a timer must end the wait. */
function* linger({ lingering }: Following, session: string): Work<void> {
  if (lingering.has(session)) return;
  lingering.add(session);
  yield { effect: "wake-later", session };
}
