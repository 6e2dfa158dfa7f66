/** The events of one record, with their ids and their time. Pure. */
import type { EventDraft, NoticeKind } from "../protocol/event.ts";
import type { Authorship, NotTypedReason } from "../protocol/evidence.ts";
import type { Origin, Out, Reading, Said } from "./provider.ts";

type WithoutRecord<T> = T extends unknown ? Omit<T, "id" | "time"> : never;
export type EventBody = WithoutRecord<EventDraft>;

export interface RecordEvents {
  /** `said`: the author of a message in the person's place. */
  add(body: EventBody, said?: Said): void;
  addNotice(kind: NoticeKind, text: string, said?: Said): void;
  /** A message in the person's place: a user's, or a notice that names its author. `typed`: the author's own part. */
  addMessage(author: Authorship, text: string, typed?: string): void;
  addUnknown(type: string): void;
  reading(origin: Origin): Reading;
}

/** `id`: of the record. `agent`: the sub-agent of a record in the main log; null for the log's own agent. */
export function createRecordEvents(
  id: string,
  time: string | null,
  agent: string | null = null,
): RecordEvents {
  const outs: Out[] = [];
  let count = 0;

  function add(body: EventBody, said?: Said): void {
    const event = { id: count === 0 ? id : `${id}#${count}`, time, ...body } as EventDraft;
    count += 1;
    outs.push({
      out: "event",
      event,
      ...(said === undefined ? {} : { said }),
      ...(agent === null ? {} : { agent }),
    });
  }

  function addNotice(kind: NoticeKind, text: string, said?: Said): void {
    if (text.trim() !== "") add({ type: "notice", kind, text }, said);
  }

  return {
    add,
    addNotice,
    addMessage(author, text, typed = text) {
      if (author.evidence === "not-typed") {
        if (text.trim() !== "") addNotice("info", `${COMPOSED[author.why]}\n\n${text}`, { ...author, typed });
      } else if (text !== "") add({ type: "user", text }, { ...author, typed });
    },
    addUnknown: (type) => outs.push({ out: "unknown", type }),
    reading: (origin) => ({ outs, origin: agent === null ? origin : "sub-agent" }),
  };
}

/** The first line of a notice: it names the author of a text that nobody typed. */
const COMPOSED: Readonly<Record<NotTypedReason, string>> = {
  host: "Composed by the client or the program that holds the session; nobody typed it:",
  agent: "From another agent or session; nobody typed it here:",
  automation: "From a timer or another automation; nobody typed it:",
  connector: "Brought in from elsewhere; nobody typed it here:",
  template: "From a file; nobody typed it:",
};

const NO_OUTS: readonly Out[] = [];

/** The reading of a record without a part of the conversation. */
export function silent(origin: Origin): Reading {
  return { outs: NO_OUTS, origin };
}

export function unknownRecord(type: string): Reading {
  return { outs: [{ out: "unknown", type }], origin: "injected" };
}

/** The id of a record without one. Lines with one number in two sessions get two: a command in one was not obeyed in the other. */
export function lineId(session: string, line: number): string {
  return session === "" ? `line-${line}` : `${session}:${line}`;
}
