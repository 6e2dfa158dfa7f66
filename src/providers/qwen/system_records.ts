/** Records of type `system`: commands of the client, compactions, rewinds, titles, and the client's own state. Pure. */
import { partsOf, textsOf } from "../model_parts.ts";
import type { Reading } from "../provider.ts";
import type { RecordEvents } from "../record_events.ts";
import { firstOf, WENT_BACK } from "../turns.ts";
import { listOf, type Row, rowOf, textOf, typeName } from "../unknown_value.ts";
import { authorOfCommand } from "./author.ts";
import type { Fold } from "./fold.ts";

/** The client's own state. Where it holds a text of the conversation, that text has a record of its own. */
const STATE: ReadonlySet<unknown> = new Set([
  "agent_bootstrap",
  "agent_launch_prompt",
  "agent_retry",
  "agent_session_ready",
  "at_command",
  "attribution_snapshot",
  "background_task_completed",
  "branch_checkpoint",
  "custom_title",
  "file_history_snapshot",
  "goal_runtime",
  "goal_state",
  "goal_turn_end",
  "omni_recall",
  "session_approval_mode",
  "session_artifact_event",
  "session_artifact_snapshot",
  "session_execution_engine",
  "session_model",
  "session_notes",
  "session_sources_snapshot",
  "turn_result",
  "user_text_elements",
]);

export function readSystemRecord(record: Row, fold: Fold, events: RecordEvents): Reading {
  const payload = rowOf(record["systemPayload"]);
  const { subtype } = record;
  switch (subtype) {
    case "slash_command":
      return readCommand(record, payload, fold, events);
    case "chat_compression":
      return readCompression(payload, events);
    case "rewind":
      return readRewind(record, fold, events);
    case "ui_telemetry":
      return readTelemetry(rowOf(payload["uiEvent"]), events);
    case "parent_session":
      fold.begunBy = "agent";
      return events.reading("repeat");
    case "session_source":
      fold.begunBy ??= "host";
      return events.reading("repeat");
  }
  if (!STATE.has(subtype)) events.addUnknown(`qwen/system/${typeName(subtype)}`);
  return events.reading("repeat");
}

/** A command comes twice: as it was typed, and with what it printed. Its text for the model is a message of its own. */
function readCommand(record: Row, payload: Row, fold: Fold, events: RecordEvents): Reading {
  if (payload["phase"] === "result") {
    if (fold.template === "called") fold.template = "sent";
    const lines = listOf(payload["outputHistoryItems"]).map((item) => textOf(rowOf(item)["text"]));
    events.addNotice("output", lines.filter((line) => line !== "").join("\n"));
    return events.reading("tool-output");
  }
  const typed = textOf(payload["rawCommand"]).trim();
  if (payload["sentToModel"] === true) fold.template = "called";
  else delete fold.template;
  events.addNotice("command", typed, { ...authorOfCommand(record, fold), typed });
  return events.reading("user");
}

/** The history that the model keeps. Its first text is the summary, the rest repeats the conversation. */
function readCompression(payload: Row, events: RecordEvents): Reading {
  const [first] = listOf(payload["compressedHistory"]);
  const [summary = ""] = textsOf(partsOf(rowOf(first)["parts"]));
  events.addNotice("compaction", summary.trim() === "" ? "The client compacted the conversation." : summary);
  return events.reading("summary");
}

/** The undone part stays in the recording. The record before this one is the one before the first turn that is undone. */
function readRewind(record: Row, fold: Fold, events: RecordEvents): Reading {
  const { turns = [] } = fold;
  const parent = textOf(record["parentUuid"]);
  const undone = parent === "" ? firstOf(turns) : turns.findLast((turn) => turn.parent === parent);
  events.add({
    type: "notice",
    kind: "rewind",
    text: WENT_BACK,
    ...(undone === undefined ? {} : { undoes: undone.id }),
  });
  return events.reading("injected");
}

const API_ERROR = "qwen-code.api_error";

/** Nothing else in a log says that the service failed. The client's own agents have no log, so nothing misses their answers. */
function readTelemetry(event: Row, events: RecordEvents): Reading {
  if (event["event.name"] === API_ERROR && event["subagent_name"] === undefined) {
    events.addNotice("api-error", textOf(event["error_message"]));
  }
  return events.reading("repeat");
}

/** The beginning of a record up to its subtype. The client writes its fields in this order. */
const STATE_RECORD =
  /\{"uuid":"[^"\\]*","parentUuid":(?:null|"[^"\\]*"),"sessionId":"[^"\\]*","timestamp":"[^"\\]*","type":"system","provenance":"system","cwd":"(?:[^"\\]|\\.)*","version":"[^"\\]*",(?:"gitBranch":"(?:[^"\\]|\\.)*",)?"subtype":"(?:(?:attribution|file_history)_snapshot"|ui_telemetry","systemPayload":\{"uiEvent":\{"event\.name":"qwen-code\.(?!api_error"))/y;

/** Whether a line is state that says nothing: most of a log's lines are. */
export function isStateLine(text: string, from: number): boolean {
  STATE_RECORD.lastIndex = from;
  return STATE_RECORD.test(text);
}
