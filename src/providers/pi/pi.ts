/** pi (0.73 to 1.6): `~/.pi/agent/sessions/--<folder>--/<time>_<session>.jsonl`, a tree of entries in one file. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { Provider, Reading } from "../provider.ts";
import { createRecordEvents, lineId, silent, unknownRecord } from "../record_events.ts";
import { isRow, type Row, rowOf, textOf, timeOf, typeName } from "../unknown_value.ts";
import { noteHeader } from "./author.ts";
import { reportBranch } from "./branches.ts";
import { readEntry } from "./entries.ts";
import { createFold, type Fold } from "./fold.ts";
import { readMessage } from "./messages.ts";
import { reportMeta } from "./session_meta.ts";

/** The time of the session's start, and its id: people may choose that. A folder of their own has no folders in it. */
const SESSION =
  /^(?:[^/]+\/)?\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z_([0-9A-Za-z](?:[\w.-]{0,126}[0-9A-Za-z])?)\.jsonl$/;

export const pi: Provider = {
  id: "pi",

  classify(relative) {
    const session = SESSION.exec(relative)?.[1];
    return session === undefined ? null : { kind: "session", session };
  },

  // A file of an old form is written anew when it is resumed, under other ids.
  keepsTimes: true,
  agentFolder: () => null,
  classifyAgent: () => null,
  begin: createFold,

  mayName: (text) => text.includes('"session'),

  isRecord: (value) => isRow(value) && typeof value["type"] === "string" && "timestamp" in value,
  handBack: () => null,

  read(state, { value, line }) {
    const fold = state as Fold;
    if (!isRow(value)) return unknownRecord("pi/(no object)");
    if (value["type"] === "session") noteHeader(value, fold);
    const reading = reportBranch(value, fold, readRecord(value, line, fold));
    return fold.agent === MAIN_AGENT ? reportMeta(value, fold, reading) : { ...reading, origin: "sub-agent" };
  },

  endsRun: () => true,
  timeOf: ({ value }) => isRow(value) ? timeOf(value["timestamp"]) : null,
  // A fork marks its copied entries by itself: they are older than its header.
  identity: () => null,
  startingCall: () => null,
};

function readRecord(entry: Row, line: number, fold: Fold): Reading {
  const { type } = entry;
  if (type === "session") return silent("injected");
  const events = createRecordEvents(textOf(entry["id"]) || lineId("", line), timeOf(entry["timestamp"]));
  const reading = type === "message"
    ? readMessage(entry, rowOf(entry["message"]), fold, events)
    : readEntry(entry, events);
  if (reading !== null) return reading;
  const role = type === "message" ? `message/${typeName(rowOf(entry["message"])["role"])}` : typeName(type);
  events.addUnknown(`pi/${type === undefined ? "(no type)" : role}`);
  return events.reading("injected");
}
