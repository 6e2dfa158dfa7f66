/** Feeds logs to a running daemon, in the same steps in which a client writes them. */
import { dirname } from "@std/path";
import { zstdCompressSync } from "node:zlib";
import type { ProviderId } from "../../../src/protocol/event.ts";
import { createRows } from "./claude_rows.ts";
import { GEMINI_DOCUMENT, write } from "./clients.ts";
import { cutAtRandom, type Random } from "./random.ts";

export type Step = () => void;

/** The final content of a log, and the steps that lead to it. */
export interface FedLog {
  readonly path: string;
  steps(pieces: number, random: Random): Step[];
}

const encoder = new TextEncoder();

/** Appends in up to `pieces` pieces. A log with the name of a compressed one is compressed at the end. */
export function feedLines(path: string, text: string): FedLog {
  const plain = path.replace(/\.zst$/, "");
  const append = (bytes: Uint8Array): Step => () => {
    Deno.mkdirSync(dirname(plain), { recursive: true });
    write(plain, { bytes, anew: false });
  };
  const compress = () => {
    Deno.writeFileSync(path, zstdCompressSync(Deno.readFileSync(plain)));
    Deno.removeSync(plain);
  };
  return {
    path,
    steps: (pieces, random) => [
      ...cutAtRandom(encoder.encode(text), pieces, random).map(append),
      ...(plain === path ? [] : [compress]),
    ],
  };
}

interface Document {
  readonly messages: readonly Readonly<Record<string, unknown>>[];
}

/** Writes the document again for each message, and once more when the calls of a message have ended. */
export function feedDocument(path: string, text: string): FedLog {
  const document: Document = JSON.parse(text);
  const versions = document.messages.flatMap((message, index) => {
    const before = document.messages.slice(0, index);
    const { toolCalls, ...early } = message;
    return toolCalls === undefined ? [[...before, message]] : [[...before, early], [...before, message]];
  });
  const texts = versions.map((messages) => JSON.stringify({ ...document, messages }, null, 2));
  const writes = texts.flatMap(GEMINI_DOCUMENT.split);
  return {
    path,
    steps: () =>
      writes.map((one) => () => {
        Deno.mkdirSync(dirname(path), { recursive: true });
        write(path, one);
      }),
  };
}

/** A message of the person. `time` is the time of the test, in milliseconds since 1970: an older command would be history. */
export interface Prompt {
  readonly text: string;
  readonly time: number;
}

/** Puts a prompt in front of a session's first log. The same prompt has the same ids. */
export function putInFront(provider: ProviderId, session: string, text: string, prompt: Prompt): string {
  if (provider === "claude-code") return createRows(session, prompt.time).user(prompt.text) + text;
  if (isDocument(text)) {
    const document: Document = JSON.parse(text);
    const messages = [geminiPrompt(session, prompt), ...document.messages];
    return JSON.stringify({ ...document, messages });
  }
  const lines = text.split(/(?<=\n)/);
  const opening = provider === "gemini"
    ? lines.findIndex((line) => !/^\{"(?:sessionId|\$set)"/.test(line))
    : provider === "codex"
    ? 1
    : typedIn(provider).opening;
  const at = opening === -1 ? lines.length : opening;
  return [...lines.slice(0, at), lineOf(provider, session, prompt, text), ...lines.slice(at)].join("");
}

/** Puts a prompt at the end of a session's last log. */
export function putBehind(provider: ProviderId, session: string, text: string, prompt: Prompt): string {
  if (provider === "claude-code") return text + createRows(session, prompt.time).user(prompt.text);
  if (isDocument(text)) {
    const document: Document = JSON.parse(text);
    const messages = [...document.messages, geminiPrompt(session, prompt)];
    return JSON.stringify({ ...document, messages });
  }
  const ended = text.endsWith("\n") ? text : `${text}\n`;
  // A log may end in the middle of a replay. The client's next start ends the replay.
  const start = provider === "gemini" ? `${JSON.stringify({ sessionId: session, kind: "main" })}\n` : "";
  return ended + start + lineOf(provider, session, prompt, text);
}

export function isDocument(text: string): boolean {
  return /^\{\s*"sessionId"[^]*"messages"/.test(text) && text.trimEnd().endsWith("}") && isJson(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A time that is later than every turn of a log. */
const TURN = "ffffffff-0000-7000-8000-000000000000";

/** The typed record of a client that this file does not play, and the number of lines before the first such record. */
interface Typed {
  readonly record: unknown;
  readonly opening: number;
}

function typedIn(provider: ProviderId): Typed {
  const places = new URL(`../../../fixtures/${provider}/place.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(places)).typed;
}

function lineOf(provider: ProviderId, session: string, prompt: Prompt, log: string): string {
  if (provider === "gemini") return `${JSON.stringify(geminiPrompt(session, prompt))}\n`;
  if (provider !== "codex") {
    const words = {
      TEXT: prompt.text,
      TIME: timeOf(prompt),
      MILLISECONDS: prompt.time,
      ID: idOf(session, prompt.text),
      SESSION: session,
    };
    const record = JSON.stringify(typedIn(provider).record);
    return record.replace(
      /"(TEXT|TIME|MILLISECONDS|ID|SESSION)"/g,
      (_, word: keyof typeof words) => JSON.stringify(words[word]),
    ) + "\n";
  }
  const { text } = prompt;
  const timestamp = timeOf(prompt);
  const event = (payload: unknown) => `${JSON.stringify({ timestamp, type: "event_msg", payload })}\n`;
  const started = event({ type: "task_started", turn_id: TURN });
  if (!log.includes('"history_mode":"paginated"')) {
    return started + event({ type: "user_message", message: text, images: [] });
  }
  const content = [{ type: "text", text, text_elements: [] }];
  const item = { type: "UserMessage", id: idOf(session, text), content };
  return started + event({ type: "item_completed", thread_id: session, turn_id: TURN, item });
}

function geminiPrompt(session: string, prompt: Prompt): Record<string, unknown> {
  const { text } = prompt;
  return { id: idOf(session, text), timestamp: timeOf(prompt), type: "user", content: [{ text }] };
}

function timeOf({ time }: Prompt): string {
  return new Date(time).toISOString();
}

function idOf(session: string, text: string): string {
  return `${session}-${text.replaceAll(/[^a-z]/g, "-")}`;
}
