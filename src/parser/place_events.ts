/** Gives events their places in the session's sequence, and their ids. An event that was read before gets neither. */
import type { Checkpoint } from "../protocol/cursor.ts";
import {
  type Event,
  type EventDraft,
  MAIN_AGENT,
  type ProviderId,
  withoutImageData,
} from "../protocol/event.ts";
import { ID_CHARS } from "../protocol/limits.ts";
import type { Out, Said } from "../providers/provider.ts";
import { takeEventIds } from "./event_ids.ts";
import type { LogWalker } from "./log_walker.ts";
import type { Trouble, WalkedRecord } from "./parse_line.ts";
import { nestsTooDeeply } from "./nesting.ts";
import { rememberSession, type SessionEvents } from "./recent_events.ts";

export interface ReadEvent {
  readonly event: Event;
  /** The id that its client wrote. A copy of the record has the same one. */
  readonly own: string;
  /** Who wrote the message; null for anything else, and for messages to sub-agents. */
  readonly said: Said | null;
}

export interface PlacedEvents {
  /** Null for an event that was read before, or that cannot be shown. */
  take(walker: LogWalker, record: WalkedRecord, out: Extract<Out, { out: "event" }>): ReadEvent | null;
  readonly recent: SessionEvents;
  state(): Pick<Checkpoint, "seq" | "recent" | "recentOfAgents" | "ids">;
}

/** Text behind a torn record may be a part of that record, written by anybody. */
function unproven(said: Said | null): Said | null {
  if (said === null || said.evidence === "not-typed") return said;
  return { evidence: "unproven", why: "torn", typed: said.typed };
}

/** For an event that was read before. */
const REPEATED: Trouble = {
  kind: "repeated",
  what: "an event that was already read before its log was rewritten",
};

/** Continues from a checkpoint. `hasImages`: the events hold the bytes of images. */
export function placeEvents(
  provider: ProviderId,
  session: string,
  from: Checkpoint | null,
  report: (trouble: Trouble) => void,
  hasImages: boolean,
): PlacedEvents {
  let seq = from?.seq ?? 0;
  const recent = rememberSession(from);
  const ids = takeEventIds(from?.ids ?? null, recent.ids());

  function place(draft: EventDraft, agent: string): Event {
    const { id, time } = draft;
    // The order of the keys is the order of the JSONL form.
    const body = hasImages ? draft : withoutImageData(draft);
    const event = { v: 1, id, provider, session, seq, time, agent, ...body as object };
    event.id = ids.take(id, seq);
    seq += 1;
    return event as Event;
  }

  return {
    take(walker, record, { event: draft, agent, said }) {
      if (walker.skip > 0) {
        walker.skip -= 1;
        report(REPEATED);
        return null;
      }
      if (walker.until !== null && (draft.time === null || draft.time <= walker.until)) {
        report(REPEATED);
        return null;
      }
      walker.until = null;
      const remembered = recent.of(walker.agent);
      // In a log that only grows, an event with a known id is another event.
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
      // As long as `recent` holds every event, it holds every id.
      const isMore = seq > state.recent.length + (state.recentOfAgents?.length ?? 0);
      return { seq, ...state, ...(isMore ? { ids: ids.state() } : {}) };
    },
  };
}
