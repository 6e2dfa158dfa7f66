/** The events of one line, with their ids and their time. Pure. */
import type { EventDraft, NoticeKind } from "../../protocol/event.ts";
import { type Row, timeOf } from "../unknown_value.ts";
import type { Origin, Out, Reading, Said } from "../provider.ts";
import type { Fold, Waiting } from "./fold.ts";
import { placeId } from "./ids.ts";

type WithoutPlace<T> = T extends unknown ? Omit<T, "id" | "time"> : never;
export type EventBody = WithoutPlace<EventDraft>;

export interface LineEvents {
  readonly fold: Fold;
  readonly line: number;
  readonly time: string | null;
  /** The line in its envelope. */
  readonly row: Row;
  /** Whether the line names its type. A line without a type proves nothing. */
  readonly says: boolean;
  /** Whether the reader keeps images. */
  readonly images: boolean;
  add(id: string, body: EventBody): void;
  /** An event of an earlier line, with its time. `said`: the author of a message in the person's place. */
  addAt(id: string, time: string | null, body: EventBody, said?: Said): void;
  addNotice(kind: NoticeKind, text: string, id?: string): void;
  /** `undoes`: the first event that is undone. */
  addRewind(text: string, undoes: string | undefined, id?: string): void;
  /** Reports the first `count` waiting entries; all of them without a number. */
  settle(count?: number): void;
  addMeta(meta: Omit<Extract<Out, { out: "meta" }>, "out">): void;
  addUnknown(type: string): void;
  reading(origin: Origin): Reading;
}

/** `report`: adds the event of an entry that has waited. */
export function createLineEvents(
  fold: Fold,
  { line, row, says, images }: Pick<LineEvents, "line" | "row" | "says" | "images">,
  report: (entry: Waiting, events: LineEvents) => void,
): LineEvents {
  const outs: Out[] = [];
  const time = timeOf(row["timestamp"]);
  let places = 0;
  let settling = false;

  function push(id: string, at: string | null, body: EventBody, said?: Said): void {
    if (!settling) settle();
    if (body.type !== "user") fold.turn.said = true;
    const event = { id, time: at, ...body } as EventDraft;
    outs.push(said === undefined ? { out: "event", event } : { out: "event", event, said });
  }

  function settle(count = fold.waiting.length): void {
    settling = true;
    for (const entry of fold.waiting.splice(0, count)) report(entry, events);
    settling = false;
  }

  function nextPlace(): string {
    places += 1;
    const place = placeId(fold, line);
    return places === 1 ? place : `${place}#${places - 1}`;
  }

  const events: LineEvents = {
    fold,
    line,
    time,
    row,
    says,
    images,
    add: (id, body) => push(id, time, body),
    addAt: push,
    addNotice(kind, text, id) {
      if (text.trim() !== "") push(id ?? nextPlace(), time, { type: "notice", kind, text });
    },
    addRewind(text, undoes, id) {
      const place = undoes === undefined ? {} : { undoes };
      push(id ?? nextPlace(), time, { type: "notice", kind: "rewind", text, ...place });
    },
    settle,
    addMeta: (meta) => outs.push({ out: "meta", ...meta }),
    addUnknown: (type) => outs.push({ out: "unknown", type }),
    reading: (origin) => ({ outs, origin }),
  };
  return events;
}
