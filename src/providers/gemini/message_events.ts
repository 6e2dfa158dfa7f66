/** The events of one record, with their ids and their time; what was told already is not told again. Pure. */
import type { EventDraft, NoticeKind } from "../../protocol/event.ts";
import { type Row, rowOf, textOf, timeOf } from "../narrow.ts";
import type { Origin, Out, Reading } from "../provider.ts";
import { type Fold, newText, rememberEmitted, shortId } from "./fold.ts";

type WithoutPlace<T> = T extends unknown ? Omit<T, "id" | "time"> : never;
type EventBody = WithoutPlace<EventDraft>;

export interface MessageEvents {
  /** The record's id. */
  readonly id: string;
  readonly time: string | null;
  add(id: string, time: string | null, body: EventBody): void;
  /** A text that may have been told already, or the beginning of it. */
  addText(body: { type: "assistant"; text: string; model: string | null; phase: null }): void;
  /** `typed`: the part of it from which commands are taken; null for none of it. */
  addUser(text: string, typed: string | null): void;
  /** `key` tells it from the record's other events. */
  addNotice(kind: NoticeKind, text: string, key?: string): void;
  addUnknown(type: string): void;
  reading(origin: Origin): Reading;
}

export function createMessageEvents(record: Row, line: number, fold: Fold): MessageEvents {
  const outs: Out[] = [];
  const id = shortId(textOf(record["id"])) || `line:${line}`;
  const time = timeOf(record["timestamp"]) ?? timeOf(rowOf(record["$set"])["lastUpdated"]);

  function push(eventId: string, eventTime: string | null, body: EventBody, typed: string | null): void {
    if (!rememberEmitted(fold, eventId)) return;
    const event = { id: eventId, time: eventTime, ...body } as EventDraft;
    outs.push(typed === null ? { out: "event", event } : { out: "event", event, typed });
  }

  return {
    id,
    time,
    add: (eventId, eventTime, body) => push(eventId, eventTime, body, null),
    addText(body) {
      const fresh = body.text.trim() === "" ? null : newText(fold, id, body.text);
      if (fresh !== null) push(fresh.id, time, { ...body, text: fresh.text }, null);
    },
    addUser(text, typed) {
      const fresh = text.trim() === "" ? null : newText(fold, id, text);
      // Of a text that was written again, nothing is obeyed: the client does not do that with what is typed.
      if (fresh !== null) {
        push(fresh.id, time, { type: "user", text: fresh.text }, fresh.id === id ? typed : null);
      }
    },
    addNotice(kind, text, key = "") {
      if (text.trim() === "") return;
      push(key === "" ? id : `${id}:${key}`, time, { type: "notice", kind, text }, null);
    },
    addUnknown: (type) => outs.push({ out: "unknown", type }),
    reading: (origin) => ({ outs, origin }),
  };
}

const NO_OUTS: readonly Out[] = [];

/** The reading of a record that says nothing of the conversation. */
export function silent(origin: Origin): Reading {
  return { outs: NO_OUTS, origin };
}
