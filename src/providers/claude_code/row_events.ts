/** The events of one row, with their ids and their time. Pure. */
import type { EventDraft, NoticeKind } from "../../protocol/event.ts";
import type { Origin, Out, Reading } from "../provider.ts";
import { type Row, timeOf, typeName, uuidOf } from "./records.ts";

type WithoutRow<T> = T extends unknown ? Omit<T, "id" | "time"> : never;
type EventBody = WithoutRow<EventDraft>;

export interface RowEvents {
  add(body: EventBody): void;
  /** What the person typed; `typed` is the part of it from which commands are taken. */
  addUser(text: string, typed: string): void;
  addNotice(kind: NoticeKind, text: string): void;
  addUnknown(type: string): void;
  reading(origin: Origin): Reading;
}

/** `agent`: whose row it is, where a sub-agent's rows stand in the main log; null for the log's own agent. */
export function createRowEvents(row: Row, agent: string | null): RowEvents {
  const outs: Out[] = [];
  const uuid = uuidOf(row);
  const time = timeOf(row["timestamp"]);
  let count = 0;

  function push(body: EventBody, typed: string | null): void {
    if (uuid === null) {
      // No client writes one; without an id it could not be told from a copy of itself.
      outs.push({ out: "unknown", type: `${typeName(row["type"])}/no-uuid` });
      return;
    }
    const id = count === 0 ? uuid : `${uuid}#${count}`;
    count += 1;
    const event = { id, time, ...body } as EventDraft;
    outs.push({
      out: "event",
      event,
      ...(typed === null ? {} : { typed }),
      ...(agent === null ? {} : { agent }),
    });
  }

  return {
    add: (body) => push(body, null),
    addUser: (text, typed) => push({ type: "user", text }, typed),
    addNotice(kind, text) {
      if (text.trim() !== "") push({ type: "notice", kind, text }, null);
    },
    addUnknown: (type) => outs.push({ out: "unknown", type }),
    reading: (origin) => ({ outs, origin: agent === null ? origin : "sub-agent" }),
  };
}

const NO_OUTS: readonly Out[] = [];

/** The reading of a row that says nothing of the conversation. */
export function silent(origin: Origin): Reading {
  return { outs: NO_OUTS, origin };
}

export function unknownRecord(type: string): Reading {
  return { outs: [{ out: "unknown", type }], origin: "injected" };
}
