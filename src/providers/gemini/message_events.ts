/** The events of one record, with their ids and their time. An event is reported once. Pure. */
import { type EventDraft, imageNotice, type LoggedImage, type NoticeKind } from "../../protocol/event.ts";
import { type Row, rowOf, textOf, timeOf } from "../unknown_value.ts";
import type { Origin, Out, Reading, Said } from "../provider.ts";
import { type Fold, newText, rememberEmitted, shortId } from "./fold.ts";

type WithoutPlace<T> = T extends unknown ? Omit<T, "id" | "time"> : never;
type EventBody = WithoutPlace<EventDraft>;

export interface MessageEvents {
  /** The record's id. */
  readonly id: string;
  readonly time: string | null;
  /** `key`: recognises the call when the record comes again. It is the id, unless a service gave that. */
  add(id: string, time: string | null, body: EventBody, key?: string): void;
  /** A text. It may have been reported before, or its beginning may have. */
  addText(body: { type: "assistant"; text: string; model: string | null; phase: null }): void;
  /** Words of the person. */
  addUser(text: string, said: Said): void;
  /** `key`: differs between the events of a record. `said`: the author of a message in the person's place. */
  addNotice(kind: NoticeKind, text: string, key?: string, said?: Said): void;
  addImage(image: LoggedImage, key: string): void;
  addUnknown(type: string): void;
  reading(origin: Origin): Reading;
}

export function createMessageEvents(record: Row, place: string, fold: Fold): MessageEvents {
  const outs: Out[] = [];
  const id = recordId(record, place);
  const time = timeOf(record["timestamp"]) ?? timeOf(rowOf(record["$set"])["lastUpdated"]);

  function push(
    eventId: string,
    eventTime: string | null,
    body: EventBody,
    said?: Said,
    key = eventId,
  ): void {
    if (!rememberEmitted(fold, key)) return;
    const event = { id: eventId, time: eventTime, ...body } as EventDraft;
    outs.push(said === undefined ? { out: "event", event } : { out: "event", event, said });
  }

  return {
    id,
    time,
    add: (eventId, eventTime, body, key) => push(eventId, eventTime, body, undefined, key),
    addText(body) {
      const fresh = body.text.trim() === "" ? null : newText(fold, id, body.text);
      if (fresh !== null) push(fresh.id, time, { ...body, text: fresh.text });
    },
    addUser(text, said) {
      const fresh = text.trim() === "" ? null : newText(fold, id, text);
      // kato obeys nothing in a text that came again: the client does not repeat typed texts.
      if (fresh === null) return;
      const author = fresh.id === id
        ? said
        : { evidence: "unproven", why: "replayed", typed: said.typed } as const;
      push(fresh.id, time, { type: "user", text: fresh.text }, author);
    },
    addNotice(kind, text, key, said) {
      if (text.trim() === "") return;
      push(key === undefined || key === "" ? id : `${id}:${key}`, time, { type: "notice", kind, text }, said);
    },
    addImage: (image, key) => push(`${id}:${key}`, time, imageNotice(image)),
    addUnknown: (type) => outs.push({ out: "unknown", type }),
    reading: (origin) => ({ outs, origin }),
  };
}

/** `place`: the id of a record without one. */
export function recordId(record: Row, place: string): string {
  return shortId(textOf(record["id"])) || `line:${place}`;
}

const NO_OUTS: readonly Out[] = [];

/** The reading of a record without a part of the conversation. */
export function silent(origin: Origin): Reading {
  return { outs: NO_OUTS, origin };
}
