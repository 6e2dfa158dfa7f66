/** Records of state: the session's metadata, changes to it, and going back to an earlier point. Pure. */
import { isRow, listOf, type Row, rowOf, typeName } from "../narrow.ts";
import type { Reading } from "../provider.ts";
import { isSnapshot } from "./client_text.ts";
import { readSnapshot } from "./compaction.ts";
import type { Fold } from "./fold.ts";
import type { MessageEvents } from "./message_events.ts";
import { partsOf, textsOf } from "./parts.ts";

/** The client starts, or goes on after a resume. */
export function readMetadata(fold: Fold, events: MessageEvents): Reading {
  fold.replay = null;
  return events.reading("injected");
}

const KNOWN_SETTINGS: ReadonlySet<string> = new Set([
  "activeExtensionName",
  "directories",
  "kind",
  "lastUpdated",
  "memoryScratchpad",
  "messages",
  "projectHash",
  "sessionId",
  "startTime",
  "summary",
]);

/** A summary stands at the beginning of a history, behind the context. */
const LOOKS_AT = 4;

/** `messages` replaces the history of the model, not what was said: of it, only a summary is new. */
export function readSettings(settings: Row, fold: Fold, events: MessageEvents): Reading {
  for (const name of Object.keys(settings)) {
    if (!KNOWN_SETTINGS.has(name)) events.addUnknown(`gemini/set/${typeName(name)}`);
  }
  // A resume begins with the session's id, also where the client had died in a replay.
  if ("sessionId" in settings) fold.replay = null;
  if (!Array.isArray(settings["messages"])) return events.reading("injected");
  fold.replay = null;
  const messages = listOf(settings["messages"]);
  if (messages.length > 0) fold.begun = true;
  for (const message of messages.slice(0, LOOKS_AT)) {
    if (!isRow(message) || message["type"] !== "user") continue;
    const summary = textsOf(partsOf(message["content"])).find(isSnapshot);
    if (summary !== undefined) return events.reading(readSnapshot(summary, fold, events));
  }
  return events.reading("repeat");
}

/** The context among the messages of such a record; "" if there is none. */
export function firstTextOf(settings: Row): string {
  return textsOf(partsOf(rowOf(listOf(settings["messages"])[0])["content"]))[0] ?? "";
}

/** What was undone stays: it was said. */
export function readRewind(fold: Fold, events: MessageEvents): Reading {
  fold.replay = null;
  events.addNotice("info", "The conversation went back to an earlier point.", "rewind");
  return events.reading("injected");
}
