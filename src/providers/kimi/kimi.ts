/** Kimi Code (2.1): `~/.kimi-code/sessions/<folder>/<session>/agents/main/wire.jsonl`, sub-agents beside `main`. */
import { dirname } from "@std/path";
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { HandBack, Provider, Reading } from "../provider.ts";
import { createRecordEvents, lineId, silent, unknownRecord } from "../record_events.ts";
import { tellFacts } from "../session_facts.ts";
import { isRow, type Row, rowOf, textOf, timeOfMilliseconds } from "../unknown_value.ts";
import { createFold, type Fold } from "./fold.ts";
import { loopEventId, readLoopEvent } from "./loop_events.ts";
import { readAppended, readInput } from "./messages.ts";
import { agentsOf, stateFile } from "./state_file.ts";
import { isStateLine, readStateRecord } from "./state_records.ts";

const NAME = "[A-Za-z0-9][\\w-]{0,127}";
const LOG = new RegExp(`^[^/.][^/]*/(${NAME})/agents/(${NAME})/wire\\.jsonl$`);
const AGENT_LOG = new RegExp(`^(${NAME})/wire\\.jsonl$`);
const AGENT_ID = new RegExp(`^${NAME}$`);

const ID_CHARS = 128;

/** No log names the version that wrote it. */
const CLIENT = "Kimi Code";

export const kimi: Provider = {
  id: "kimi",

  classify(relative) {
    const [, session, agent] = LOG.exec(relative) ?? [];
    if (session === undefined || agent === undefined) return null;
    return agent === MAIN_AGENT ? { kind: "session", session } : { kind: "agent", session, agent };
  },

  agentFolder: agentsOf,
  sideFile: stateFile,
  // All sessions of a folder of the person: a fork is a session of its own there.
  forkFolder: (main) => dirname(dirname(dirname(dirname(main)))),

  classifyAgent(relative) {
    const agent = AGENT_LOG.exec(relative)?.[1];
    return agent === undefined || agent === MAIN_AGENT ? null : { kind: "log", agent };
  },

  begin: createFold,
  isState: isStateLine,
  mayName: (text) => text.includes('"turn.prompt"'),

  isRecord: (value) =>
    isRow(value) && typeof value["type"] === "string" &&
    (typeof value["time"] === "number" || value["type"] === "metadata"),

  handBack: (_, { value }) => isRow(value) ? handBackOf(value) : null,

  read(state, { value, line }) {
    const fold = state as Fold;
    if (!isRow(value)) return unknownRecord("kimi/(no object)");
    const reading = readRecord(value, line, fold);
    if (fold.agent !== MAIN_AGENT) return { outs: reading.outs, origin: "sub-agent" };
    return tellFacts(fold.told, {
      project: textOf(rowOf(value["environmentDisclosure"])["cwd"]),
      started: timeOfMilliseconds(value["created_at"]) ?? timeOfMilliseconds(value["time"]),
      client: CLIENT,
      isCopy: value["type"] === "forked",
    }, reading);
  },

  endsRun: ({ value }) => isRow(value) && value["type"] === "turn.ended",
  timeOf: ({ value }) => isRow(value) ? timeOfMilliseconds(value["time"]) : null,
  identity: ({ value }) => isRow(value) && value["type"] === "turn.prompt" ? idOf(value) || null : null,
  startingCall: () => null,
};

function readRecord(record: Row, line: number, fold: Fold): Reading {
  // The client writes its events beside the records of what they were.
  if (record["kind"] === "event") return silent("repeat");
  const id = idOf(record);
  const events = createRecordEvents(id || lineId("", line), timeOfMilliseconds(record["time"]));
  switch (record["type"]) {
    case "turn.prompt":
    case "turn.steer":
      return readInput(record, id, fold, events);
    case "context.append_message":
      return readAppended(record, id, fold, events);
    case "context.append_loop_event":
      return readLoopEvent(rowOf(record["event"]), fold, events);
  }
  return readStateRecord(record, fold, events);
}

/** The record's own id; "" for none. A copy in a fork has it, too. */
function idOf(record: Row): string {
  const id = loopEventId(rowOf(record["event"])) || textOf(rowOf(record["message"])["id"]) ||
    textOf(record["promptId"]) || textOf(record["messageId"]);
  return id.length > ID_CHARS ? "" : id;
}

/** A sub-agent hands back when its run has ended, in whatever way. */
function handBackOf(record: Row): HandBack | null {
  const agent = textOf(record["subagentId"]);
  if (!ENDS.has(record["type"]) || !AGENT_ID.test(agent) || agent === MAIN_AGENT) return null;
  return { agent, call: null, time: timeOfMilliseconds(record["time"]), certain: true };
}

const ENDS: ReadonlySet<unknown> = new Set(["subagent.completed", "subagent.failed", "subagent.cancelled"]);
