/** Messages of types `info`, `error` and `warning`: the client's messages to the person. Pure. */
import type { Row } from "../unknown_value.ts";
import type { Reading } from "../provider.ts";
import { isCompressionInfo, readCompressionInfo } from "./compaction.ts";
import type { Fold } from "./fold.ts";
import type { MessageEvents } from "./message_events.ts";
import { partsOf, readOtherParts, textsOf } from "../model_parts.ts";

const CANCELLED = "Request cancelled.";
const API_ERROR = "[API Error:";

export function readClientMessage(record: Row, fold: Fold, events: MessageEvents): Reading {
  const parts = partsOf(record["content"]);
  const text = textsOf(parts).join("\n");
  if (text.trim() === CANCELLED) events.addNotice("interruption", text);
  else if (record["type"] === "error" || text.startsWith(API_ERROR)) events.addNotice("api-error", text);
  else if (isCompressionInfo(text)) readCompressionInfo(text, fold, events);
  else events.addNotice("info", text);
  readOtherParts(parts, "part", events, "gemini");
  return events.reading("injected");
}
