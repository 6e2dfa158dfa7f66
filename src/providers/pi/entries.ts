/** Entries that are no messages: compactions, branches, words of extensions, state. Pure. */
import type { Reading } from "../provider.ts";
import { type RecordEvents, silent } from "../record_events.ts";
import { type Row, textOf } from "../unknown_value.ts";
import { readExtension } from "./messages.ts";

/** State, and changes to what goes to the model. */
const SILENT: ReadonlySet<unknown> = new Set([
  "context_edit",
  "custom",
  "label",
  "model_change",
  "session_info",
  "thinking_level_change",
  "usage",
]);

/** Null for a type that kato does not know. */
export function readEntry(entry: Row, events: RecordEvents): Reading | null {
  const { type } = entry;
  if (SILENT.has(type)) return silent("injected");
  switch (type) {
    case "compaction":
      events.addNotice("compaction", textOf(entry["summary"]) || "The client compacted the model's context.");
      return events.reading("summary");
    case "branch_summary":
      events.addNotice("info", `What was left behind, in short:\n\n${textOf(entry["summary"])}`.trim());
      return events.reading("summary");
    case "custom_message":
      return readExtension(entry, events);
  }
  return null;
}
