/** Messages of type `user`: words of a person, results of tools, and words of the client in the person's place. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { Authorship } from "../../protocol/evidence.ts";
import { isRow, type Row } from "../unknown_value.ts";
import type { Origin, Reading } from "../provider.ts";
import {
  behindContext,
  clientTextOf,
  displayed,
  isSnapshot,
  mayBeClients,
  mayBeContext,
  shellOf,
} from "./client_text.ts";
import { authorOf } from "./author.ts";
import { readSnapshot } from "./compaction.ts";
import { type Fold, rememberSaid, wasSaid } from "./fold.ts";
import { type MessageEvents, silent } from "./message_events.ts";
import { messageOf } from "./message_shape.ts";
import { partsOf, readOtherParts, textsOf, withoutFiles } from "../model_parts.ts";
import { readFunctionResponses } from "./tool_calls.ts";

export function readUserMessage(record: Row, fold: Fold, events: MessageEvents): Reading {
  const parts = partsOf(record["content"]);
  const all = textsOf(parts);
  const texts = withoutFiles(all);
  const [first = ""] = texts;
  const typed = displayed(record);
  if (typed === null && mayBeContext(record, first)) return readContext(record, texts, parts, fold, events);
  fold.begun = true;
  // A replay has only the text that was sent.
  if (typed !== null) fold.replay = null;
  if (fold.replay !== null || isRepeatedTask(first, fold)) return readReplayed(texts, parts, fold, events);
  if (parts.some((part) => isRow(part["functionResponse"]))) return readResults(texts, parts, fold, events);
  const author = isBehindFiles(all, first, typed) ? AMBIGUOUS : authorOf(record, parts, typed ?? first, fold);
  const origin = readSaid(texts, typed, author, fold, events);
  for (const text of texts) rememberSaid(fold, text);
  readOtherParts(parts, "part", events, "gemini");
  return events.reading(origin);
}

const AMBIGUOUS: Authorship = { evidence: "unproven", why: "ambiguous" };

/** The client puts files behind the prompt. A text behind a file may be part of it, with a forged mark of its end. */
function isBehindFiles(all: readonly string[], first: string, typed: string | null): boolean {
  return typed === null && first !== "" && all[0] !== first;
}

/** A message of the model's history. A text that was in this log before is a repeat. */
export function readKeptMessage(record: Row, fold: Fold, events: MessageEvents): Reading {
  return readReplayed(ownTexts(record), partsOf(messageOf(record)["content"]), fold, events);
}

/** The texts of a message without the client's context and the named files. */
export function ownTexts(record: Row): readonly string[] {
  const [first = "", ...others] = withoutFiles(textsOf(partsOf(messageOf(record)["content"])));
  const own = mayBeContext(record, first) ? behindContext(record, first) : first;
  return [own, ...others].filter((text) => text !== "");
}

/** A further context begins a replay of the history. The first typed message may stand in the same record. */
function readContext(
  record: Row,
  texts: readonly string[],
  parts: readonly Row[],
  fold: Fold,
  events: MessageEvents,
): Reading {
  const [first = "", ...others] = texts;
  const behind = [behindContext(record, first), ...others].filter((text) => text !== "");
  fold.replay = fold.begun ? "repeat" : null;
  fold.begun = true;
  if (behind.length === 0) return silent("injected");
  return readReplayed(behind, parts, fold, events);
}

/** In a sub-agent's log the task begins a replay, not a context. */
function isRepeatedTask(first: string, fold: Fold): boolean {
  return fold.agent !== MAIN_AGENT && first !== "" && wasSaid(fold, first);
}

/** A text that was in this log before is a repeat. kato reports other texts, and obeys nothing in them. */
function readReplayed(
  texts: readonly string[],
  parts: readonly Row[],
  fold: Fold,
  events: MessageEvents,
): Reading {
  // A replay joins messages that follow one another, so each part is looked up.
  const fresh = texts.filter((text) => !wasSaid(fold, text));
  if (texts.length > 0) fold.replay = fresh.length > 0 ? "new" : "repeat";
  readFunctionResponses(parts, fold, events);
  const own = fresh.filter((text, index) => readClientText(text, fold, events, `text:${index}`) === null);
  const text = own.join("\n");
  events.addUser(text, { evidence: "unproven", why: "replayed", typed: text });
  for (const text of fresh) rememberSaid(fold, text);
  if (fold.replay === "new") readOtherParts(parts, "part", events, "gemini");
  return events.reading(fold.replay === "new" ? "not-typed" : "repeat");
}

/** A text beside results of tools is the client's, or the person's in a frame of the client. */
function readResults(
  texts: readonly string[],
  parts: readonly Row[],
  fold: Fold,
  events: MessageEvents,
): Reading {
  readFunctionResponses(parts, fold, events);
  for (const [index, text] of texts.entries()) {
    rememberSaid(fold, text);
    const client = clientTextOf(text);
    if (client === null || client.kind !== null) {
      events.addNotice(client?.kind ?? "info", text, `text:${index}`);
    }
  }
  return events.reading("tool-output");
}

function readSaid(
  texts: readonly string[],
  typed: string | null,
  author: Authorship,
  fold: Fold,
  events: MessageEvents,
): Origin {
  if (fold.agent !== MAIN_AGENT) {
    events.addNotice(fold.asked ? "info" : "task", texts.join("\n"));
    fold.asked = true;
    return "sub-agent";
  }
  if (typed !== null) {
    events.addUser(typed, { ...author, typed });
    return "user";
  }
  const origins = texts.map((text, index) =>
    readClientText(text, fold, events, index === 0 ? "" : `text:${index}`)
  );
  const own = texts.filter((_, index) => origins[index] === null);
  // Of several texts the client may have added all but the first.
  const [origin = null] = origins;
  const text = own.join("\n");
  events.addUser(
    text,
    origin === null && !mayBeClients(text)
      ? { ...author, typed: own[0] ?? "" }
      : { evidence: "unproven", why: "ambiguous", typed: text },
  );
  return origin ?? (own.length > 0 ? "user" : "injected");
}

/** The origin of a text in one of the client's own forms; null for any other text. `key`: "" for the first of a record. */
function readClientText(text: string, fold: Fold, events: MessageEvents, key: string): Origin | null {
  if (isSnapshot(text)) return readSnapshot(text, fold, events);
  const shell = shellOf(text);
  if (shell !== null) {
    events.addNotice("shell", `!${shell.command}`, key);
    events.addNotice("output", shell.output, `${key}output`);
    return "tool-output";
  }
  const client = clientTextOf(text);
  if (client === null) return null;
  if (client.kind !== null) events.addNotice(client.kind, text, key);
  return client.origin;
}
