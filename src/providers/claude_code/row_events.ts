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
  /** `said`: the author of a message in the person's place. */
  addNotice(kind: NoticeKind, text: string, said?: Said): void;
  /**
   * A message in the person's place: a user's, or a notice that names its author. `inResult`: the result before it has
   * the words, too.
   */
  addMessage(author: Authorship, text: string, inResult?: boolean): void;
  addUnknown(type: string): void;
  reading(origin: Origin): Reading;
}

/** `line`: makes the id of a row without one. `agent`: the sub-agent of a row in the main log; null for the log's own agent. */
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
    addMessage(author, text, inResult = false) {
      if (text === "") return;
      if (author.evidence !== "not-typed") {
        const page = inResult ? { page: { inResult: true } } as const : {};
        push({ type: "user", text: withoutFrames(text), ...page }, { ...author, typed: typedPart(text) });
      } else if (text.trim() !== "") {
        const said: Said = { ...author, typed: text };
        push({ type: "notice", kind: "info", text: `${COMPOSED[author.why]}\n\n${text}` }, said);
      }
    },
    addUnknown: (type) => outs.push({ out: "unknown", type }),
    reading: (origin) => ({ outs, origin: agent === null ? origin : "sub-agent" }),
  };
}

/** Lines with one number in two sessions get two ids: a command in one was not obeyed in the other. */
function lineId(row: Row, line: number): string {
  const session = textOf(row["sessionId"]);
  return session === "" ? `line-${line}` : `${session}:${line}`;
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

/** The reading of a row without a part of the conversation. */
export function silent(origin: Origin): Reading {
  return { outs: NO_OUTS, origin };
}

export function unknownRecord(type: string): Reading {
  return { outs: [{ out: "unknown", type }], origin: "injected" };
}
