/** Messages of type `user.message`: `content` is as it was typed. Pure. */
import { describeSize } from "../media.ts";
import { cutText } from "../prompt_title.ts";
import type { Reading } from "../provider.ts";
import { isRow, listOf, numberOf, type Row, textOf } from "../unknown_value.ts";
import { authorOf } from "./author.ts";
import type { Fold } from "./fold.ts";
import type { RecordEvents } from "../record_events.ts";

export function readUserMessage(record: Row, data: Row, fold: Fold, events: RecordEvents): Reading {
  const text = textOf(data["content"]);
  if (record["agentId"] !== undefined) {
    events.addNotice("task", text);
    addAttachments(data, events);
    return events.reading("sub-agent");
  }
  const author = authorOf(record, data, fold);
  if (text.trim() !== "") events.addMessage(author, text);
  addAttachments(data, events);
  return events.reading(author.evidence === "not-typed" ? "not-typed" : "user");
}

const NAME_CHARS = 120;

function addAttachments(data: Row, events: RecordEvents): void {
  for (const attachment of listOf(data["attachments"])) {
    if (!isRow(attachment)) continue;
    const mime = textOf(attachment["mimeType"]);
    const kind = mime.startsWith("image/") ? "image" : "attachment";
    events.addNotice(kind, describeAsset(attachment) || textOf(attachment["type"]));
  }
}

/** Such as `image/png, 100 bytes, red.png`. */
export function describeAsset(asset: Row): string {
  const name = textOf(asset["displayName"]) || textOf(asset["title"]) || textOf(asset["path"]) ||
    textOf(asset["url"]);
  const bytes = numberOf(asset["byteLength"]);
  const parts = [textOf(asset["mimeType"]), bytes < 0 ? "" : describeSize(bytes), name];
  return parts.filter((part) => part !== "").map((part) => cutText(part, NAME_CHARS)).join(", ");
}
