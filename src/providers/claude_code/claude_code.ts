/** Claude Code (1.0 to 2.1): `~/.claude/projects/<slug>/<session>.jsonl`, sub-agents in a folder beside it. */
import { join } from "@std/path";
import { CLIENTS } from "../../protocol/clients.ts";
import { MAIN_AGENT } from "../../protocol/event.ts";
import { endsReply, readAssistantRow } from "./assistant_rows.ts";
import { reportBranch } from "./branches.ts";
import { createFold, type Fold } from "./fold.ts";
import { AGENT_ID, handBackOf } from "./hand_back.ts";
import { IGNORED_ROWS, STATE_ROW_PREFIX, STATE_ROWS } from "./known_types.ts";
import { parseWithoutCopy } from "./second_copy.ts";
import { isInterruption, messageText } from "./person.ts";
import { isRow, messageOf, type Row, rowOf, textOf, timeOf, typeName, typeOf, uuidOf } from "./records.ts";
import { silent, unknownRecord } from "./row_events.ts";
import { needsQueue } from "./queue.ts";
import { hasReportedAll, mayName, reportMeta } from "./session_meta.ts";
import { readAttachmentRow, readContinuation, readQueueRow, readSystemRow } from "./system_rows.ts";
import { readUserRow } from "./user_rows.ts";
import type { Provider, Reading } from "../provider.ts";
import { cutText } from "../prompt_title.ts";

const SESSION = /^[^/]+\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/;
const AGENT_FOLDER =
  /^[^/]+\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/subagents\/(.+)$/;
const AGENT_FILE = /^(?:[^/]+\/)?agent-([^/.]+)(\..+)$/;
/** A longer version is cut. */
const VERSION_CHARS = 40;
/** The client begins its state rows with this field, and rows of the conversation with others. */
const TYPE_FIRST = '{"type":"';
const TRANSCRIPT_TYPES: ReadonlySet<unknown> = new Set(["user", "assistant", "system", "attachment"]);

export const claudeCode: Provider = {
  id: "claude-code",

  classify(relative) {
    const session = SESSION.exec(relative)?.[1];
    if (session !== undefined) return { kind: "session", session };
    const [, owner, path] = AGENT_FOLDER.exec(relative) ?? [];
    if (owner === undefined || path === undefined) return null;
    const file = classifyAgent(path);
    if (file === null) return null;
    return { kind: file.kind === "log" ? "agent" : "agent-meta", session: owner, agent: file.agent };
  },

  agentFolder: (main) => join(main.replace(/\.jsonl$/, ""), "subagents"),
  classifyAgent,
  begin: createFold,

  isState(text, from, to) {
    if (!text.startsWith(TYPE_FIRST, from)) return false;
    const start = from + TYPE_FIRST.length;
    const end = text.indexOf('"', start);
    return end !== -1 && end < to && IGNORED_ROWS.has(text.slice(start, end));
  },

  // Until all facts of the session are known, any row may hold its beginning, its folder or its client.
  passesState: (state) => hasReportedAll(state as Fold) && !needsQueue(state as Fold),

  mayName,

  parsePart(state, text) {
    // Until all facts of the session are known, the fields behind the copy may hold its folder and its client.
    return hasReportedAll(state as Fold) ? parseWithoutCopy(text) : undefined;
  },

  isRecord: (value) =>
    isRow(value) && typeof value["type"] === "string" && ("uuid" in value || "sessionId" in value),

  handBack(state, record) {
    return isRow(record.value) ? handBackOf(state as Fold, record.value) : null;
  },

  read(state, record) {
    const fold = state as Fold;
    if (!isRow(record.value)) return unknownRecord("(no object)");
    noteVersion(record.value, fold);
    const reading = readRow(record.value, record.line, fold);
    if (fold.agent !== MAIN_AGENT) return { outs: reading.outs, origin: "sub-agent" };
    const isTold = TRANSCRIPT_TYPES.has(record.value["type"]);
    return reportMeta(record.value, fold, isTold ? reportBranch(record.value, fold, reading) : reading);
  },

  endsRun({ value }) {
    if (!isRow(value)) return false;
    if (value["type"] === "assistant") return endsReply(value);
    if (value["type"] !== "user") return false;
    return isInterruption(value, messageText(messageOf(value)["content"]));
  },

  timeOf: ({ value }) => isRow(value) ? timeOf(value["timestamp"]) : null,

  identity({ value }) {
    return isRow(value) && TRANSCRIPT_TYPES.has(value["type"]) ? uuidOf(value) : null;
  },

  startingCall: (meta) => textOf(rowOf(meta)["toolUseId"]) || null,
};

/** The client also logs requests of its own (`agent-acompact-…`). They repeat the session, and are no sub-agents. */
function classifyAgent(relative: string): { kind: "log" | "meta"; agent: string } | null {
  const [, agent = "", ending] = AGENT_FILE.exec(relative) ?? [];
  const kind = ending === ".jsonl" ? "log" : ending === CLIENTS["claude-code"].sideFiles.call ? "meta" : null;
  return kind === null || !AGENT_ID.test(agent) ? null : { kind, agent };
}

function noteVersion(row: Row, fold: Fold): void {
  const version = textOf(row["version"]);
  if (version !== "" && version !== fold.version) fold.version = cutText(version, VERSION_CHARS);
}

function readRow(row: Row, line: number, fold: Fold): Reading {
  const type = typeOf(row);
  if (fold.repeating && TRANSCRIPT_TYPES.has(type) && type !== "user") return silent("sub-agent");
  switch (type) {
    case "user":
      return readUserRow(row, line, fold);
    case "assistant":
      return readAssistantRow(row, line, fold);
    case "system":
      return readSystemRow(row, line, fold);
    case "attachment":
      return readAttachmentRow(row, line, fold);
    case "queue-operation":
      return readQueueRow(row, line, fold);
    case "continued-in":
      return readContinuation(row, line, fold);
    case "fork-context-ref":
      fold.repeating = fold.agent !== MAIN_AGENT;
      return silent("repeat");
  }
  if (typeof type !== "string") return unknownRecord("(no type)");
  if (STATE_ROWS.has(type) || type.startsWith(STATE_ROW_PREFIX)) return silent("repeat");
  return unknownRecord(typeName(type));
}
