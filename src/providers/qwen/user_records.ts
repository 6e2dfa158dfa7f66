/** Records of type `user`: words of a person, and words of the client in the person's place. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import { FILES_START, partsOf, textsOf, withoutFiles } from "../model_parts.ts";
import type { Reading } from "../provider.ts";
import { readOthers } from "./other_parts.ts";
import type { RecordEvents } from "../record_events.ts";
import { rememberTurn } from "../turns.ts";
import { firstTagged, type Row, rowOf, textOf } from "../unknown_value.ts";
import { authorOf } from "./author.ts";
import type { Fold } from "./fold.ts";

/** Messages that the client does not count as turns of the person, to which one can go back. */
const NO_TURNS: ReadonlySet<unknown> = new Set([
  "goal_runtime",
  "notification",
  "cron",
  "mid_turn_user_message",
  "realtime_message",
]);

export function readUserRecord(record: Row, id: string, fold: Fold, events: RecordEvents): Reading {
  const content = rowOf(record["message"])["parts"];
  if (content === undefined) events.addUnknown("qwen/user/no-parts");
  const parts = partsOf(content);
  if (fold.agent !== MAIN_AGENT) return readTask(record, parts, fold, events);
  if (record["subtype"] === "notification") return readNotification(record, parts, events);
  const all = textsOf(parts);
  const own = withoutFiles(all);
  const { text, isCut } = displayed(record);
  // The client puts named files behind the prompt. A text behind a file may be part of it, with a forged mark of its end.
  const isCertain = !isCut && (text !== null || own[0] === undefined || own[0] === all[0]);
  const typed = text ?? own[0] ?? "";
  const author = authorOf(record, parts, typed, fold);
  delete fold.template;
  if (!NO_TURNS.has(record["subtype"])) {
    rememberTurn(fold, { id, parent: textOf(record["parentUuid"]) });
  }
  const isOpen = author.evidence === "typed" || author.evidence === "prompt";
  events.addMessage(
    isOpen && !isCertain ? { evidence: "unproven", why: "ambiguous" } : author,
    text ?? own.join("\n"),
    typed,
  );
  readOthers(parts, events);
  return events.reading(author.evidence === "not-typed" ? "not-typed" : "user");
}

/** The text as typed, where the client keeps it beside the one that it sent. With hooks it may hold the named files. */
function displayed(record: Row): { readonly text: string | null; readonly isCut: boolean } {
  const text = textOf(rowOf(record["systemPayload"])["displayText"]);
  if (text.trim() === "") return { text: null, isCut: false };
  const files = text.indexOf(`\n${FILES_START}`);
  return files === -1 ? { text, isCut: false } : { text: text.slice(0, files).trimEnd(), isCut: true };
}

/** The first message of a sub-agent's log is its task. */
function readTask(record: Row, parts: readonly Row[], fold: Fold, events: RecordEvents): Reading {
  const isNotification = record["subtype"] === "notification" || record["externalInputKind"] !== undefined;
  events.addNotice(fold.asked || isNotification ? "info" : "task", textsOf(parts).join("\n"));
  fold.asked = true;
  readOthers(parts, events);
  return events.reading("sub-agent");
}

/** A command or a sub-agent in the background reports. Its result stands in the conversation already, or in its log. */
function readNotification(record: Row, parts: readonly Row[], events: RecordEvents): Reading {
  const text = textsOf(parts).join("\n");
  const shown = textOf(rowOf(record["systemPayload"])["displayText"]) || firstTagged(text, "summary") || text;
  events.addNotice("background", shown);
  return events.reading("tool-output");
}
