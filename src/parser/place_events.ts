/**
 * Events get their places in the session's sequence, and ids of their own; what was told before gets none. Room: parser;
 * this file is pure.
 */
import type { Checkpoint } from "../protocol/cursor.ts";
import { type Event, type EventDraft, MAIN_AGENT, type ProviderId } from "../protocol/event.ts";
import { ID_CHARS } from "../protocol/limits.ts";
import type { Out, Said } from "../providers/provider.ts";
import { takeEventIds } from "./event_ids.ts";
import type { LogWalker } from "./log_walker.ts";
import type { Trouble, WalkedRecord } from "./parse_line.ts";
import { nestsTooDeeply } from "./nesting.ts";
import { rememberSession, type SessionEvents } from "./recent_events.ts";

export interface ReadEvent {
  readonly event: Event;
  /** Its id as its client wrote it, which a copy of its record bears, too. */
  readonly own: string;
  /** Who wrote it, where it is a message; null for anything else, and for what a sub-agent was told. */
  readonly said: Said | null;
}

export interface PlacedEvents {
  /** Null for an event that was told before, or is none. */
  take(walker: LogWalker, record: WalkedRecord, out: Extract<Out, { out: "event" }>): ReadEvent | null;
  readonly recent: SessionEvents;
  state(): Pick<Checkpoint, "seq" | "recent" | "recentOfAgents" | "ids">;
}

/** What stands behind a torn record may be a part of it, and anybody's words. */
function unproven(said: Said | null): Said | null {
  if (said === null || said.evidence === "not-typed") return said;
  return { evidence: "unproven", why: "torn", typed: said.typed };
}

/** Of an event that was told before. */
const REPEATED: Trouble = { kind: "repeated", what: "what was there before its log was written again" };

/** Goes on from a checkpoint. */
export function placeEvents(
  provider: ProviderId,
  session: string,
  from: Checkpoint | null,
  report: (trouble: Trouble) => void,
): PlacedEvents {
  let seq = from?.seq ?? 0;
  const recent = rememberSession(from);
  const ids = takeEventIds(from?.ids ?? null, recent.ids());

  function place(draft: EventDraft, agent: string): Event {
    const { id, time } = draft;
    // The keys that are named keep their places: this is the order of the JSONL form.
    const at = { v: 1, id, provider, session, seq, time, agent };
    const event = { ...at, ...draft as object, id: ids.take(id, seq) } as Event;
    seq += 1;
    return event;
  }

  return {
    take(walker, record, { event: draft, agent, said }) {
      if (walker.skip > 0) {
        walker.skip -= 1;
        report(REPEATED);
        return null;
      }
      const remembered = recent.of(walker.agent);
      // Elsewhere in a log that only grows it is another event, whatever its id.
      if ((record.isAgain || walker.isAnew) && remembered.has(draft)) {
        report(REPEATED);
        return null;
      }
      if (draft.id.length > ID_CHARS) {
        report({ kind: "malformed-line", what: "an id that is too long" });
        return null;
      }
      if (draft.type === "tool_call" && nestsTooDeeply(draft.input)) {
        report({ kind: "malformed-line", what: "nested too deeply" });
        return null;
      }
      remembered.add(draft);
      const event = place(draft, agent ?? walker.agent);
      const message = event.agent === MAIN_AGENT ? said ?? null : null;
      return { event, own: draft.id, said: record.isBehindTear ? unproven(message) : message };
    },
    recent,
    state() {
      const state = recent.state();
      // Until more came than they remember, those say it all.
      const isMore = seq > state.recent.length + (state.recentOfAgents?.length ?? 0);
      return { seq, ...state, ...(isMore ? { ids: ids.state() } : {}) };
    },
  };
}
