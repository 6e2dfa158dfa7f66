/** The events of one row, with their ids and their time. Pure. */
import type { EventDraft, NoticeKind } from "../../protocol/event.ts";
import type { Authorship, NotTypedReason } from "../../protocol/evidence.ts";
import type { Origin, Out, Reading, Said } from "../provider.ts";
import { type Row, textOf, timeOf, uuidOf } from "./records.ts";
import { typedPart, withoutFrames } from "./typed.ts";

type WithoutRow<T> = T extends unknown ? Omit<T, "id" | "time"> : never;
type EventBody = WithoutRow<EventDraft>;

export interface RowEvents {
  add(body: EventBody): void;
  /** `said`: of a message in the person's place, who wrote it. */
  addNotice(kind: NoticeKind, text: string, said?: Said): void;
  /** A message that stands in the person's place: the user's, or a notice that says who composed it. */
  addMessage(author: Authorship, text: string): void;
  addUnknown(type: string): void;
  reading(origin: Origin): Reading;
}

/**
 * `line`: its number in the log, by which a row without an id of its own is called. `agent`: whose row it is, where a
 * sub-agent's rows stand in the main log; null for the log's own agent.
 */
export function createRowEvents(row: Row, line: number, agent: string | null): RowEvents {
  const outs: Out[] = [];
  const own = uuidOf(row) ?? lineId(row, line);
  const time = timeOf(row["timestamp"]);
  let count = 0;

  function push(body: EventBody, said?: Said): void {
    const id = count === 0 ? own : `${own}#${count}`;
    count += 1;
    const event = { id, time, ...body } as EventDraft;
    outs.push({
      out: "event",
      event,
      ...(said === undefined ? {} : { said }),
      ...(agent === null ? {} : { agent }),
    });
  }

  return {
    add: (body) => push(body),
    addNotice(kind, text, said) {
      if (text.trim() !== "") push({ type: "notice", kind, text }, said);
    },
    addMessage(author, text) {
      if (text === "") return;
      if (author.evidence !== "not-typed") {
        push({ type: "user", text: withoutFrames(text) }, { ...author, typed: typedPart(text) });
      } else if (text.trim() !== "") {
        const said: Said = { ...author, typed: text };
        push({ type: "notice", kind: "info", text: `${COMPOSED[author.why]}\n\n${text}` }, said);
      }
    },
    addUnknown: (type) => outs.push({ out: "unknown", type }),
    reading: (origin) => ({ outs, origin: agent === null ? origin : "sub-agent" }),
  };
}

/** Lines of two sessions are two: what was obeyed in one is not done in the other. */
function lineId(row: Row, line: number): string {
  const session = textOf(row["sessionId"]);
  return session === "" ? `line-${line}` : `${session}:${line}`;
}

/** What a notice says of a text that nobody typed, above it. */
const COMPOSED: Readonly<Record<NotTypedReason, string>> = {
  host: "Composed by the client or the program that holds the session; nobody typed it:",
  agent: "From another agent or session; nobody typed it here:",
  automation: "From a timer or another automation; nobody typed it:",
  connector: "Brought in from elsewhere; nobody typed it here:",
  template: "From a file; nobody typed it:",
};

const NO_OUTS: readonly Out[] = [];

/** The reading of a row that says nothing of the conversation. */
export function silent(origin: Origin): Reading {
  return { outs: NO_OUTS, origin };
}

export function unknownRecord(type: string): Reading {
  return { outs: [{ out: "unknown", type }], origin: "injected" };
}
