/** What the client tells the person: errors, rewinds, compactions, work in the background. Pure. */
import type { NoticeKind } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { numberOf, type Row, tagged, textOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";
import { type RecordEvents, silent } from "../record_events.ts";
import { noteModelChange } from "./starts.ts";

const INFO_KINDS: ReadonlyMap<unknown, NoticeKind> = new Map([["rewind", "rewind"]]);

const ABORTS: ReadonlyMap<unknown, string> = new Map([
  ["remote_command", "A remote command interrupted the model."],
  ["autopilot_credit_limit", "The limit of credits interrupted the model."],
]);

/** Null for a type that is no notice. */
export function readNotice(
  type: string,
  data: Row,
  record: Row,
  fold: Fold,
  events: RecordEvents,
): Reading | null {
  const message = textOf(data["message"]);
  switch (type) {
    case "session.info":
      events.addNotice(INFO_KINDS.get(data["infoType"]) ?? "info", message);
      break;
    case "session.warning":
      events.addNotice("info", message);
      break;
    case "session.error":
      events.addNotice("api-error", message);
      break;
    case "session.model_change":
      noteModelChange(data["source"], record, fold);
      return readModelChange(data, events);
    case "session.mode_changed":
      events.addNotice("info", `The mode is ${textOf(data["newMode"]) || "another one"} now.`);
      break;
    case "session.compaction_complete":
      return readCompaction(data, events);
    case "session.truncation":
      events.addNotice("compaction", "The client took the oldest messages out of the model's context.");
      break;
    case "session.context_cleared":
      events.addNotice("info", "The model's context was cleared.");
      break;
    case "session.handoff":
      events.addNotice("info", ["The session was handed over.", textOf(data["summary"])].join("\n\n").trim());
      break;
    case "skill.invoked":
      events.addNotice("info", `The skill ${textOf(data["name"])} was loaded.`);
      break;
    case "system.notification": {
      const text = textOf(data["content"]);
      events.addNotice("background", (tagged(text, "system_notification") ?? text).trim());
      return events.reading("tool-output");
    }
    case "abort":
      events.addNotice("interruption", ABORTS.get(data["reason"]) ?? "The person interrupted the model.");
      break;
    default:
      return null;
  }
  return events.reading("injected");
}

/** At its start the client says its model, and a sub-agent its own: each answer has it, too. */
function readModelChange(data: Row, events: RecordEvents): Reading {
  const model = textOf(data["newModel"]);
  const isStart = data["source"] === "startup" || data["source"] === "agent";
  if (isStart || model === "" || model === data["previousModel"]) return silent("injected");
  events.addNotice("info", `The model is ${model} now.`);
  return events.reading("injected");
}

function readCompaction(data: Row, events: RecordEvents): Reading {
  if (data["success"] === false) {
    const { statusCode } = data;
    const status = numberOf(statusCode) < 0 ? "" : ` (${statusCode})`;
    events.addNotice("info", `The compaction failed${status}: ${textOf(data["error"])}`);
    return events.reading("injected");
  }
  events.addNotice(
    "compaction",
    textOf(data["summaryContent"]) || "The client compacted the model's context.",
  );
  return events.reading("summary");
}
