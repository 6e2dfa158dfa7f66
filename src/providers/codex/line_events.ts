/** The events of one line, with their ids and their time. Pure. */
import type { EventDraft, NoticeKind } from "../../protocol/event.ts";
import { timeOf } from "../narrow.ts";
import type { Origin, Out, Reading } from "../provider.ts";
import { type Fold, placeId, uniqueId } from "./fold.ts";

type WithoutPlace<T> = T extends unknown ? Omit<T, "id" | "time"> : never;
export type EventBody = WithoutPlace<EventDraft>;

export interface LineEvents {
  readonly fold: Fold;
  readonly line: number;
  readonly time: string | null;
  add(id: string, body: EventBody): void;
  /** What was said before this line. */
  addAt(id: string, time: string | null, body: EventBody): void;
  /** `typed`: the part of it from which commands are taken; null for none of it. */
  addUser(id: string, text: string, typed: string | null): void;
  addNotice(kind: NoticeKind, text: string, id?: string): void;
  addMeta(meta: Omit<Extract<Out, { out: "meta" }>, "out">): void;
  addUnknown(type: string): void;
  reading(origin: Origin): Reading;
}

export function createLineEvents(fold: Fold, line: number, timestamp: unknown): LineEvents {
  const outs: Out[] = [];
  const time = timeOf(timestamp);
  let places = 0;

  function addAt(id: string, at: string | null, body: EventBody): void {
    outs.push({ out: "event", event: { id: uniqueId(fold, id, line), time: at, ...body } as EventDraft });
  }

  function nextPlace(): string {
    places += 1;
    const place = placeId(fold, line);
    return places === 1 ? place : `${place}#${places - 1}`;
  }

  return {
    fold,
    line,
    time,
    add: (id, body) => addAt(id, time, body),
    addAt,
    addUser(id, text, typed) {
      const event = { id: uniqueId(fold, id, line), time, type: "user", text } as EventDraft;
      outs.push({ out: "event", event, ...(typed === null ? {} : { typed }) });
    },
    addNotice(kind, text, id) {
      if (text.trim() !== "") addAt(id ?? nextPlace(), time, { type: "notice", kind, text });
    },
    addMeta: (meta) => outs.push({ out: "meta", ...meta }),
    addUnknown: (type) => outs.push({ out: "unknown", type }),
    reading: (origin) => ({ outs, origin }),
  };
}
