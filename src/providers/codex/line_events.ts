/** The events of one line, with their ids and their time. Pure. */
import type { EventDraft, NoticeKind } from "../../protocol/event.ts";
import { timeOf } from "../narrow.ts";
import type { Origin, Out, Reading, Said } from "../provider.ts";
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
  /** What the person said. */
  addUser(id: string, text: string, said: Said): void;
  /** `said`: of a message in the person's place, who wrote it. */
  addNotice(kind: NoticeKind, text: string, id?: string, said?: Said): void;
  addMeta(meta: Omit<Extract<Out, { out: "meta" }>, "out">): void;
  addUnknown(type: string): void;
  reading(origin: Origin): Reading;
}

export function createLineEvents(fold: Fold, line: number, timestamp: unknown): LineEvents {
  const outs: Out[] = [];
  const time = timeOf(timestamp);
  let places = 0;

  function push(id: string, at: string | null, body: EventBody, said?: Said): void {
    const event = { id: uniqueId(fold, id, line), time: at, ...body } as EventDraft;
    outs.push(said === undefined ? { out: "event", event } : { out: "event", event, said });
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
    add: (id, body) => push(id, time, body),
    addAt: (id, at, body) => push(id, at, body),
    addUser: (id, text, said) => push(id, time, { type: "user", text }, said),
    addNotice(kind, text, id, said) {
      if (text.trim() !== "") push(id ?? nextPlace(), time, { type: "notice", kind, text }, said);
    },
    addMeta: (meta) => outs.push({ out: "meta", ...meta }),
    addUnknown: (type) => outs.push({ out: "unknown", type }),
    reading: (origin) => ({ outs, origin }),
  };
}
