/** Qwen Code (0.24): `~/.qwen/projects/<slug>/chats/<session>.jsonl`, sub-agents in `subagents/<session>/` beside `chats`. */
import { basename, dirname, join } from "@std/path";
import { CLIENTS } from "../../protocol/clients.ts";
import { MAIN_AGENT } from "../../protocol/event.ts";
import { endCopies } from "../fork_notice.ts";
import type { Provider, Reading } from "../provider.ts";
import { createRecordEvents, lineId, unknownRecord } from "../record_events.ts";
import { hasToldAll, tellFacts } from "../session_facts.ts";
import { isRow, type Row, rowOf, textOf, timeOf, typeName } from "../unknown_value.ts";
import { cutText } from "../prompt_title.ts";
import { isAnswer, readAssistantRecord } from "./assistant_records.ts";
import { noteMarks } from "./author.ts";
import { parseCompression, REPEATED_HISTORY, repeatsHistory } from "./compression.ts";
import { createFold, type Fold } from "./fold.ts";
import { handBackOf, readToolResult } from "./results.ts";
import { isStateLine, readSystemRecord } from "./system_records.ts";
import { readUserRecord } from "./user_records.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const SESSION_ID = new RegExp(`^${UUID}$`);
const SESSION = new RegExp(`^[^/]+/chats/(${UUID})\\.jsonl$`);
const AGENT = new RegExp(`^[^/]+/subagents/(${UUID})/([^/]+)$`);
/** The id holds the type of the sub-agent and the id of the call, which the service chose. */
const AGENT_FILE = /^agent-([A-Za-z0-9][\w.:-]{0,199}?)(\.jsonl|\.meta\.json)$/;

const ID_CHARS = 128;
/** The fields in front of a record's content are shorter. */
const HEAD_CHARS = 1000;
/** A longer version is cut. */
const VERSION_CHARS = 40;
/** A title that a person chose, and one that the client made. */
const CHOSEN_RANK = 2;
const MADE_RANK = 1;

export const qwen: Provider = {
  id: "qwen",

  classify(relative) {
    const session = SESSION.exec(relative)?.[1];
    if (session !== undefined) return { kind: "session", session };
    const [, owner, name] = AGENT.exec(relative) ?? [];
    const file = name === undefined ? null : classifyAgent(name);
    if (owner === undefined || file === null) return null;
    return { kind: file.kind === "log" ? "agent" : "agent-meta", session: owner, agent: file.agent };
  },

  agentFolder(main) {
    // A log in another place has none near it. kato does not search a whole folder of a person.
    const chats = dirname(main);
    if (basename(chats) !== "chats") return null;
    return join(dirname(chats), "subagents", basename(main, ".jsonl"));
  },
  classifyAgent,
  begin: createFold,

  isState: (text, from) => isStateLine(text, from),
  passesState(state) {
    const { agent, told, marks, forkedFrom } = state as Fold;
    return agent !== MAIN_AGENT || (hasToldAll(told) && marks === true && forkedFrom === undefined);
  },

  unread: (state, head) => holdsHistory(state, head) ? REPEATED_HISTORY : null,

  parsePart: (state, text) =>
    holdsHistory(state, text.slice(0, HEAD_CHARS)) ? parseCompression(text) : undefined,

  isRecord: (value) => isRow(value) && typeof value["type"] === "string" && "uuid" in value,

  handBack: (_, { value }) => isRow(value) ? handBackOf(value) : null,

  read(state, { value, line }) {
    const fold = state as Fold;
    if (!isRow(value)) return unknownRecord("qwen/(no object)");
    noteMarks(value, fold);
    const reading = readRecord(value, line, fold);
    if (fold.agent !== MAIN_AGENT) return { outs: reading.outs, origin: "sub-agent" };
    const version = textOf(value["version"]);
    return tellFacts(fold.told, {
      project: textOf(value["cwd"]),
      started: timeOf(value["timestamp"]),
      client: version === "" ? "" : `Qwen Code ${cutText(version, VERSION_CHARS)}`,
      isCopy: fold.forkedFrom !== undefined,
      ...titleOf(value),
    }, reading);
  },

  endsRun: ({ value }) => isRow(value) && value["type"] === "assistant" && isAnswer(value),
  timeOf: ({ value }) => isRow(value) ? timeOf(value["timestamp"]) : null,
  identity: ({ value }) => isRow(value) ? uuidOf(value) : null,
  startingCall: (meta) => textOf(rowOf(meta)["toolUseId"]) || null,
};

/** Of a copied record, the fields behind the history may be needed: they name the session that it was copied from. */
function holdsHistory(state: unknown, head: string): boolean {
  return (state as Fold).forkedFrom === undefined && repeatsHistory(head);
}

function classifyAgent(relative: string): { kind: "log" | "meta"; agent: string } | null {
  const [, agent, ending] = AGENT_FILE.exec(relative) ?? [];
  if (agent === undefined || agent === MAIN_AGENT) return null;
  return { kind: ending === CLIENTS.qwen.sideFiles.call ? "meta" : "log", agent };
}

function uuidOf(record: Row): string | null {
  const uuid = textOf(record["uuid"]);
  return uuid === "" || uuid.length > ID_CHARS ? null : uuid;
}

function titleOf(record: Row) {
  if (record["type"] !== "system" || record["subtype"] !== "custom_title") return {};
  const { customTitle, titleSource } = rowOf(record["systemPayload"]);
  return { title: { text: textOf(customTitle), rank: titleSource === "auto" ? MADE_RANK : CHOSEN_RANK } };
}

/** `reading` of a record behind the notice that copies end before it, if they do. */
function readRecord(record: Row, line: number, fold: Fold): Reading {
  const id = uuidOf(record) ?? lineId(cutText(textOf(record["sessionId"]), ID_CHARS), line);
  const time = timeOf(record["timestamp"]);
  const from = textOf(rowOf(record["forkedFrom"])["sessionId"]);
  const fork = endCopies(fold, SESSION_ID.test(from) ? from : null, id, time);
  const reading = readByType(record, id, time, fold);
  return fork === null ? reading : { ...reading, outs: [{ out: "event", event: fork }, ...reading.outs] };
}

function readByType(record: Row, id: string, time: string | null, fold: Fold): Reading {
  const events = createRecordEvents(id, time);
  switch (record["type"] ?? TYPES.get(rowOf(record["message"])["role"])) {
    case "user":
      return readUserRecord(record, id, fold, events);
    case "assistant":
      return readAssistantRecord(record, fold, events);
    case "tool_result":
      return readToolResult(record, events);
    case "system":
      return readSystemRecord(record, fold, events);
  }
  return unknownRecord(`qwen/${record["type"] === undefined ? "(no type)" : typeName(record["type"])}`);
}

/** The type of a record without one, by the role of its message. */
const TYPES: ReadonlyMap<unknown, string> = new Map([["user", "user"], ["model", "assistant"]]);
