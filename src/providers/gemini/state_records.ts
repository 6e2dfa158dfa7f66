/** Records of state: the session's metadata, changes to it, and rewinds. Pure. */
import { isRow, listOf, type Row, rowOf, typeName } from "../unknown_value.ts";
import type { Out, Reading } from "../provider.ts";
import { noteStart } from "./author.ts";
import { isSnapshot } from "./client_text.ts";
import { type Fold, shortId, wasSaid } from "./fold.ts";
import { createMessageEvents, type MessageEvents } from "./message_events.ts";
import { messageOf, speakerOf } from "./message_shape.ts";
import { readModelMessage } from "./model_messages.ts";
import { partsOf, textsOf } from "../model_parts.ts";
import { ownTexts, readKeptMessage } from "./user_messages.ts";

/** The client starts, or resumes the session. */
export function readMetadata(metadata: Row, fold: Fold, events: MessageEvents): Reading {
  fold.replay = null;
  noteStart(fold, metadata);
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

/** `messages` repeats the log: kato reads it for a summary and for texts that stand nowhere else, and obeys nothing in it. */
export function readSettings(settings: Row, place: string, fold: Fold, events: MessageEvents): Reading {
  for (const name of Object.keys(settings)) {
    if (!KNOWN_SETTINGS.has(name)) events.addUnknown(`gemini/set/${typeName(name)}`);
  }
  // A resume begins with the session's id, even where the client died in a replay before.
  if ("sessionId" in settings) fold.replay = null;
  if (!Array.isArray(settings["messages"])) return events.reading("injected");
  const messages = listOf(settings["messages"]).filter(isRow);
  const outs = readKept(messages, place, fold);
  fold.replay = null;
  if (messages.length > 0) fold.begun = true;
  const { outs: strange } = events.reading("repeat");
  const isSummary = outs.every(({ out, ...rest }) => out === "event" && !("said" in rest));
  return {
    outs: [...strange, ...outs],
    origin: outs.length === 0 ? "repeat" : isSummary ? "summary" : "not-typed",
  };
}

/** Reports the texts of a history that were not reported before. */
function readKept(messages: readonly Row[], place: string, fold: Fold): readonly Out[] {
  const eventsAt = (index: number) => createMessageEvents(rowOf(messages[index]), `${place}:${index}`, fold);
  const summary = messages.findIndex((message) => keptTexts(message).some(isSnapshot));
  // The texts beside a summary are the rest of the conversation.
  if (summary !== -1) return readKeptMessage(rowOf(messages[summary]), fold, eventsAt(summary)).outs;
  // A history joins messages that follow one another. Where a part is known, all of it is.
  const isKnown = (message: Row) => keptTexts(message).some((text) => wasSaid(fold, text));
  const known = messages.findIndex(isKnown);
  fold.replay = known === -1 ? "new" : "repeat";
  // The client wrote the texts before the first known message: a context, or a changed prompt.
  const from = Math.max(known, 0);
  return messages.slice(from).flatMap((message, index) => {
    const before = fold.replay;
    const events = eventsAt(from + index);
    if (isKnown(message)) {
      fold.replay = "repeat";
      return [];
    }
    if (speakerOf(message) === "user") return readKeptMessage(message, fold, events).outs;
    if (speakerOf(message) !== "gemini" || before === "repeat") return [];
    const { outs } = readModelMessage(messageOf(message), fold, events);
    // Even a record that looks like a fresh answer belongs to the history.
    fold.replay = before;
    return outs;
  });
}

function keptTexts(message: Row): readonly string[] {
  return speakerOf(message) === "user" ? ownTexts(message) : [];
}

/** The context among the messages of such a record; "" for none. */
export function firstTextOf(settings: Row): string {
  return textsOf(partsOf(rowOf(listOf(settings["messages"])[0])["content"]))[0] ?? "";
}

/** The undone part stays in the recording. */
export function readRewind(to: string, fold: Fold, events: MessageEvents): Reading {
  fold.replay = null;
  events.add(`${events.id}:rewind`, events.time, {
    type: "notice",
    kind: "rewind",
    text: "The conversation went back to an earlier point.",
    ...(to === "" ? {} : { undoes: shortId(to) }),
  });
  return events.reading("injected");
}
