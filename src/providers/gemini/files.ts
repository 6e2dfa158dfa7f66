/** Recognises logs in the client's temporary folder by their names and first records. Pure. */
import { isRow, listOf, type Row, textOf } from "../unknown_value.ts";
import type { Source } from "../provider.ts";
import { messageOf, speakerOf } from "./message_shape.ts";
import { behindContext, mayBeContext } from "./client_text.ts";
import { partsOf, textsOf } from "../model_parts.ts";
import { AGENT_ID } from "./tool_calls.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const SESSION_LOG = /^([^/]+)\/chats\/(session-[^/]+)\.(jsonl|json)$/;
const AGENT_LOG = new RegExp(`^[^/]+/chats/(${UUID})/([^/]+\\.jsonl)$`);
const AGENT_FILE = /^([^/]+)\.jsonl$/;
/** Until 0.2x a hash named a project's folder. It stays when the client copies its files to the new folder. */
const HASHED = /^[0-9a-f]{64}$/;

/** Whether a session's log lies in the client's own folder. */
export function isInPlace(path: string): boolean {
  return SESSION_LOG.test(path.split("/").slice(-3).join("/"));
}

export function classifyFile(relative: string): Source | null {
  if (SESSION_LOG.test(relative)) return { kind: "unnamed" };
  const [, session, file] = AGENT_LOG.exec(relative) ?? [];
  if (session === undefined || file === undefined) return null;
  const agent = classifyAgentFile(file)?.agent;
  return agent === undefined ? null : { kind: "agent", session, agent };
}

export function classifyAgentFile(relative: string): { kind: "log"; agent: string } | null {
  const agent = AGENT_FILE.exec(relative)?.[1];
  return agent === undefined || !AGENT_ID.test(agent) || agent === "main" ? null : { kind: "log", agent };
}

/** The records of a session in one document: the metadata, then the messages. */
export function recordsOf(document: unknown): readonly unknown[] {
  // `/chat save` writes a history in the model's form.
  if (Array.isArray(document)) return document;
  if (!isRow(document)) return [];
  const { messages, ...metadata } = document;
  return [metadata, ...listOf(messages)];
}

/** A log without a message is no session: a resume leaves such files behind. */
export function introduceLog(relative: string, head: readonly unknown[]): Source | null {
  const [, folder, part, extension] = SESSION_LOG.exec(relative) ?? [];
  if (folder === undefined || part === undefined) return null;
  const records = head.flatMap((record) => isDocument(record) ? recordsOf(record) : [record]).filter(isRow);
  const metadata = records.find((record) =>
    record["type"] === undefined && textOf(record["sessionId"]) !== ""
  );
  if (metadata === undefined || metadata["kind"] === "subagent" || !records.some(saysSomething)) return null;
  const rank = (extension === "jsonl" ? 2 : 0) + (HASHED.test(folder) ? 0 : 1);
  return { kind: "session", session: textOf(metadata["sessionId"]), part, rank };
}

function isDocument(record: unknown): boolean {
  return isRow(record) && textOf(record["sessionId"]) !== "" && Array.isArray(record["messages"]);
}

/** The log that a resume leaves behind may still hold messages of the client. */
const SPEAKERS: ReadonlySet<unknown> = new Set(["user", "gemini"]);

function saysSomething(record: Row): boolean {
  const speaker = speakerOf(record);
  if (!SPEAKERS.has(speaker)) return false;
  if (speaker !== "user") return true;
  const texts = textsOf(partsOf(messageOf(record)["content"]));
  const [first] = texts;
  return first === undefined || texts.length > 1 || !mayBeContext(record, first) ||
    behindContext(record, first) !== "";
}
