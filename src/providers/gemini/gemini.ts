/** Gemini CLI (0.20 to 0.61): `~/.gemini/tmp/<project>/chats/session-<minute>-<id>.jsonl`, until 0.38 one `.json` document. */
import { dirname, join } from "@std/path";
import { CLIENTS } from "../../protocol/clients.ts";
import { MAIN_AGENT } from "../../protocol/event.ts";
import { isRow, type Row, textOf, timeOf, typeName } from "../unknown_value.ts";
import { readClientMessage } from "./client_messages.ts";
import { classifyAgentFile, classifyFile, introduceLog, isInPlace, recordsOf } from "./files.ts";
import { messageOf, speakerOf } from "./message_shape.ts";
import { addWaiting, createFold, type Fold } from "./fold.ts";
import { createMessageEvents } from "./message_events.ts";
import { isLive, readModelMessage } from "./model_messages.ts";
import { reportMeta } from "./session_meta.ts";
import { readMetadata, readRewind, readSettings } from "./state_records.ts";
import { endedAgents } from "./tool_calls.ts";
import { readUserMessage } from "./user_messages.ts";
import type { Provider, Reading } from "../provider.ts";

/** The beginning of a record that follows nearly every message. A longer record holds more. */
const LAST_UPDATED = '{"$set":{"lastUpdated":"';
const LAST_UPDATED_CHARS = 60;

export const gemini: Provider = {
  id: "gemini",

  classify: classifyFile,
  introduce: introduceLog,
  recordsOf,
  sideFile(main) {
    if (!isInPlace(main)) return null;
    const path = join(dirname(dirname(main)), CLIENTS.gemini.sideFiles.project);
    return { path, says: "project", read: (text) => ({ project: text.trim() }) };
  },
  agentFolder(main, session) {
    // A log in another place has none beside it. kato does not search a whole folder of a person.
    if (!isInPlace(main)) return null;
    return session === null ? dirname(main) : join(dirname(main), session);
  },
  classifyAgent: classifyAgentFile,
  begin: (agent) => createFold(agent),

  isState: (text, from, to) => to - from <= LAST_UPDATED_CHARS && text.startsWith(LAST_UPDATED, from),

  passesState(state) {
    const { told, waiting } = state as Fold;
    return told.client && waiting.length === 0;
  },

  isRecord: (value) =>
    isRow(value) && (typeof value["sessionId"] === "string" || isRow(value["$set"]) || "$rewindTo" in value ||
      (typeof value["id"] === "string" && typeof value["type"] === "string")),

  mayName: (text) => text.includes('"summary"') || text.includes('"startTime"'),

  handBack(state, { value, line }) {
    if (!isRow(value)) return null;
    const ended = [...(state as Fold).waiting, ...agentsOf(value, line, state as Fold)][0];
    return ended === undefined ? null : { agent: ended.agent, call: null, time: ended.time };
  },

  read(state, { value, line }) {
    const fold = state as Fold;
    if (!isRow(value)) return { outs: [{ out: "unknown", type: "gemini/(no object)" }], origin: "injected" };
    // `handBack` gave the first one with this record: the reader takes one at a time.
    const agents = [...fold.waiting, ...agentsOf(value, line, fold)].slice(1);
    fold.waiting.length = 0;
    addWaiting(fold, agents);
    const reading = readRecord(value, line, fold);
    return fold.agent === MAIN_AGENT
      ? reportMeta(value, fold, reading)
      : { outs: reading.outs, origin: "sub-agent" };
  },

  // The client writes a sub-agent's last record before the hand-back.
  endsRun: () => true,
  timeOf: ({ value }) => isRow(value) ? timeOf(value["timestamp"]) : null,
  // A copied session has another id in its metadata, and no client copies logs.
  identity: () => null,
  startingCall: () => null,
};

function agentsOf(record: Row, line: number, fold: Fold): Fold["waiting"] {
  if (record["type"] !== "gemini" || (fold.replay === "repeat" && !isLive(record))) return [];
  return endedAgents(record, line, fold);
}

/** The client recognises its records in this order. */
function readRecord(record: Row, line: number, fold: Fold): Reading {
  const events = createMessageEvents(record, `${line}`, fold);
  if (typeof record["$rewindTo"] === "string") return readRewind(textOf(record["$rewindTo"]), fold, events);
  if (typeof record["id"] !== "string" && record["type"] === undefined) {
    if (isRow(record["$set"])) return readSettings(record["$set"], `${line}`, fold, events);
    if (typeof record["sessionId"] === "string") return readMetadata(record, fold, events);
  }
  switch (speakerOf(record)) {
    case "user":
      return readUserMessage(messageOf(record), fold, events);
    case "gemini":
      return readModelMessage(messageOf(record), fold, events);
    case "info":
    case "error":
    case "warning":
      return readClientMessage(record, fold, events);
  }
  const type = record["type"] === undefined ? "(no type)" : typeName(record["type"]);
  events.addUnknown(`gemini/${type}`);
  return events.reading("injected");
}
