/** The events of one row, with their ids and their time. Pure. */
import type { Authorship } from "../../protocol/evidence.ts";
import { createRecordEvents, lineId, type RecordEvents } from "../record_events.ts";
import { type Row, textOf, timeOf, uuidOf } from "./records.ts";
import { typedPart, withoutFrames } from "./typed.ts";

export { silent, unknownRecord } from "../record_events.ts";

export interface RowEvents extends Omit<RecordEvents, "addMessage"> {
  /**
   * A message in the person's place: a user's, or a notice that names its author. `inResult`: the result before it has
   * the words, too.
   */
  addMessage(author: Authorship, text: string, inResult?: boolean): void;
}

/** `line`: makes the id of a row without one. `agent`: the sub-agent of a row in the main log; null for the log's own agent. */
export function createRowEvents(row: Row, line: number, agent: string | null): RowEvents {
  const events = createRecordEvents(
    uuidOf(row) ?? lineId(textOf(row["sessionId"]), line),
    timeOf(row["timestamp"]),
    agent,
  );
  return {
    ...events,
    addMessage(author, text, inResult = false) {
      if (author.evidence === "not-typed") events.addMessage(author, text);
      else if (text !== "") {
        const page = inResult ? { page: { inResult: true } } as const : {};
        const said = { ...author, typed: typedPart(text) };
        events.add({ type: "user", text: withoutFrames(text), ...page }, said);
      }
    },
  };
}
