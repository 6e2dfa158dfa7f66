/** Records of what happens to a session, and the client's own state. Pure. */
import { forkNotice } from "../fork_notice.ts";
import type { Reading } from "../provider.ts";
import { type RecordEvents, silent } from "../record_events.ts";
import { firstOf, WENT_BACK } from "../turns.ts";
import { type Row, rowOf, textOf, typeName } from "../unknown_value.ts";
import { partsOf, textsOf } from "./content.ts";
import type { Fold } from "./fold.ts";

/** State that says nothing to a person, or whose content stands in a message, a call or a result. */
const STATE = new RegExp(
  `^(?:${
    [
      "metadata",
      "agent\\.switched",
      "config\\.update",
      "context\\.undone",
      "cron\\.\\w+",
      "file_history\\.\\w+",
      "full_compaction\\.\\w+",
      "goal\\.\\w+",
      "interaction\\.\\w+",
      "interruptionReminder\\.\\w+",
      "llm\\.\\w+",
      "mcp\\.tools_discovered",
      "micro_compaction\\.\\w+",
      "permission\\.\\w+",
      "plan\\.revision",
      "plan_mode\\.\\w+",
      "plugin\\.session_start",
      "profile\\.bind",
      "prompt\\.\\w+",
      "runtime\\.set_binding",
      "staleGuard\\.\\w+",
      "subagent\\.\\w+",
      "swarm_mode\\.\\w+",
      "task\\.\\w+",
      "token_counting\\.\\w+",
      "tools\\.\\w+",
      "tower_mode\\.\\w+",
      "turn\\.cancel",
      "turn\\.step\\.interrupted",
      "usage\\.record",
    ].join("|")
  })$`,
);

export function readStateRecord(record: Row, fold: Fold, events: RecordEvents): Reading {
  switch (record["type"]) {
    case "context.apply_compaction":
      events.addNotice("compaction", summaryOf(record) || "The client compacted the model's context.");
      return events.reading("summary");
    case "context.clear":
      events.addNotice("info", "The model's context was cleared.");
      return events.reading("injected");
    case "context.undo":
      return readUndo(record["count"], fold, events);
    case "forked":
      events.add(forkNotice("another session"));
      return events.reading("injected");
    case "turn.ended":
      return readEnd(record, events);
    case "turn.step.retrying":
      events.addNotice("api-error", textOf(record["errorMessage"]));
      return events.reading("injected");
    case "llm.request":
      if (record["kind"] === "loop") fold.model = textOf(record["model"]);
      return silent("injected");
  }
  const { type } = record;
  if (typeof type === "string" && STATE.test(type)) return silent("repeat");
  events.addUnknown(`kimi/${type === undefined ? "(no type)" : typeName(type)}`);
  return events.reading("injected");
}

function summaryOf({ summary, contextSummary }: Row): string {
  const text = typeof summary === "string"
    ? textOf(summary)
    : textsOf(partsOf(rowOf(summary)["content"])).join("\n");
  return text.trim() || textOf(contextSummary).trim();
}

/** What was undone stays in the log. */
function readUndo(count: unknown, fold: Fold, events: RecordEvents): Reading {
  const { turns = [] } = fold;
  const back = typeof count === "number" && Number.isSafeInteger(count) && count > 0 ? count : 1;
  const undone = back === turns.length ? firstOf(turns) : turns.at(-back);
  if (fold.turns !== undefined) fold.turns = turns.slice(0, -back);
  events.add({
    type: "notice",
    kind: "rewind",
    text: WENT_BACK,
    ...(undone === undefined || undone === "" ? {} : { undoes: undone }),
  });
  return events.reading("injected");
}

function readEnd({ reason, error }: Row, events: RecordEvents): Reading {
  if (reason === "cancelled") events.addNotice("interruption", "The person interrupted the model.");
  if (reason === "failed") events.addNotice("api-error", textOf(rowOf(error)["message"]));
  if (reason === "blocked") events.addNotice("info", "A hook of the client blocked the prompt.");
  return events.reading("injected");
}

/** Fields come in this order. These lines are most of a log, and change nothing that is told. */
const STATE_STARTS = ['{"type":"llm.tools_snapshot"', '{"type":"token_counting.', '{"type":"usage.record"'];
/** A message that was told before: its type stands at the end of the line. */
const COPY_START = '{"message":{"message":{';
const COPY_END = /,"type":"agent\.message\.appended","time":\d{1,16},"kind":"event"\}\s*$/;
const END_CHARS = 96;

/** Whether a line is state that says nothing, or the client's own second copy of a message. */
export function isStateLine(text: string, from: number, to: number): boolean {
  if (STATE_STARTS.some((start) => text.startsWith(start, from))) return true;
  return text.startsWith(COPY_START, from) && COPY_END.test(text.slice(Math.max(from, to - END_CHARS), to));
}
