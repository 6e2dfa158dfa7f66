/** The content of a message: a string, or parts. Pure. */
import type { LoggedImage } from "../../protocol/event.ts";
import { loggedImage } from "../media.ts";
import type { RecordEvents } from "../record_events.ts";
import { isRow, listOf, textOf, typeName } from "../unknown_value.ts";

/** The texts of a content: a string, or parts. */
export function textsOf(content: unknown): readonly string[] {
  if (typeof content === "string") return [textOf(content)];
  return listOf(content).flatMap((part) =>
    isRow(part) && part["type"] === "text" ? [textOf(part["text"])] : []
  );
}

/** The images of a content. */
export function imagesOf(content: unknown): readonly LoggedImage[] {
  return listOf(content).flatMap((part) => {
    if (!isRow(part) || part["type"] !== "image") return [];
    const source = { type: "base64", media_type: textOf(part["mimeType"]), data: part["data"] };
    return [loggedImage({ type: "image", source })];
  });
}

const READ: ReadonlySet<unknown> = new Set(["image", "text"]);

/** Reports the parts that are neither texts nor images. `speaker`: begins the name of an unknown type. */
export function readOthers(content: unknown, speaker: string, events: RecordEvents): void {
  for (const part of listOf(content)) {
    const type = isRow(part) ? part["type"] : typeof part;
    if (!isRow(part) || !READ.has(type)) events.addUnknown(`pi/${speaker}/${typeName(type)}`);
  }
}
