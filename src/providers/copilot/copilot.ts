/** GitHub Copilot CLI (1.0): `~/.copilot/session-state/<session>/events.jsonl`, sub-agents among the session's records. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { Provider, Reading } from "../provider.ts";
import { isRow, type Row, rowOf, textOf, timeOf, typeName } from "../unknown_value.ts";
import { readAnswer, readReasoning } from "./answers.ts";
import { createFold, type Fold } from "./fold.ts";
import { IGNORED, SILENT } from "./known_types.ts";
import { createRecordEvents, lineId, silent, unknownRecord } from "../record_events.ts";
import { readNotice } from "./notices.ts";
import { reportMeta } from "./session_meta.ts";
import { noteStart } from "./starts.ts";
import { readCallStart, readResult, readShellLine } from "./tools.ts";
import { readUserMessage } from "./user_messages.ts";
import { workspaceFile } from "./workspace_file.ts";

/** Until 2025 a session was a file without a folder. */
const SESSION = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\/events)?\.jsonl$/;
/** The client begins every record with this field. */
const TYPE_FIRST = '{"type":"';

export const copilot: Provider = {
  id: "copilot",

  classify(relative) {
    const session = SESSION.exec(relative)?.[1];
    return session === undefined ? null : { kind: "session", session };
  },

  sideFile: workspaceFile,
  // A rewind replaces the file by its own beginning.
  keepsTimes: true,
  agentFolder: () => null,
  classifyAgent: () => null,
  begin: createFold,

  isState(text, from, to) {
    if (!text.startsWith(TYPE_FIRST, from)) return false;
    const start = from + TYPE_FIRST.length;
    const end = text.indexOf('"', start);
    return end !== -1 && end < to && IGNORED.has(text.slice(start, end));
  },

  mayName: (text) => text.includes('"session.'),

  isRecord: (value) => isRow(value) && typeof value["type"] === "string" && isRow(value["data"]),
  handBack: () => null,

  read(state, { value, line }) {
    const fold = state as Fold;
    if (!isRow(value)) return unknownRecord("copilot/(no object)");
    const reading = readRecord(value, line, fold);
    const isMain = fold.agent === MAIN_AGENT && value["agentId"] === undefined;
    return isMain ? reportMeta(value, fold, reading) : { ...reading, origin: "sub-agent" };
  },

  endsRun: () => true,
  timeOf: ({ value }) => isRow(value) ? timeOf(value["timestamp"]) : null,
  // A fork marks its copied records by itself: they are older than its start.
  identity: () => null,
  startingCall: () => null,
};

const AGENT_ID = /^[\w-]{1,128}$/;

/** The sub-agent of a record; null for the main agent. */
function agentOf(record: Row): string | null {
  if (record["agentId"] === undefined) return null;
  const agent = textOf(record["agentId"]);
  return AGENT_ID.test(agent) && agent !== MAIN_AGENT ? agent : "sub-agent";
}

function readRecord(record: Row, line: number, fold: Fold): Reading {
  const type = textOf(record["type"]);
  const data = rowOf(record["data"]);
  if (IGNORED.has(type) || SILENT.has(type)) return silent("injected");
  const id = textOf(record["id"]) || lineId("", line);
  const events = createRecordEvents(id, timeOf(record["timestamp"]), agentOf(record));
  switch (type) {
    case "session.start":
    case "session.resume":
      noteStart(type, record, fold);
      return silent("injected");
    case "user.message":
      return readUserMessage(record, data, fold, events);
    case "assistant.message":
      return readAnswer(data, fold, events);
    case "assistant.reasoning":
      return readReasoning(data, fold, events);
    case "tool.user_requested":
      return readShellLine(data, fold, events);
    case "tool.execution_start":
      return readCallStart(data, fold, events);
    case "tool.execution_complete":
      return readResult(data, events);
  }
  const reading = readNotice(type, data, record, fold, events);
  if (reading !== null) return reading;
  events.addUnknown(`copilot/${record["type"] === undefined ? "(no type)" : typeName(record["type"])}`);
  return events.reading("injected");
}
