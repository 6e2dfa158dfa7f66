/** The content of messages, answers and results: a string, or parts. Pure. */
import { imageNotice, type LoggedImage } from "../../protocol/event.ts";
import { readImage } from "../image_url.ts";
import type { RecordEvents } from "../record_events.ts";
import { listOf, type Row, rowOf, textOf, typeName } from "../unknown_value.ts";

export function partsOf(content: unknown): readonly Row[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : listOf(content).map(rowOf);
}

export function textsOf(parts: readonly Row[]): readonly string[] {
  return parts.filter(({ type }) => type === "text").map((part) => textOf(part["text"]));
}

export function imagesOf(parts: readonly Row[]): readonly LoggedImage[] {
  return parts.flatMap((part) => part["type"] === "image_url" ? [mediaOf(part, "imageUrl", "image")] : []);
}

/** Reports the parts that are neither texts nor thoughts. `inResult`: the page of a result before it has the images. */
export function readOthers(parts: readonly Row[], events: RecordEvents, inResult = false): void {
  for (const part of parts) {
    switch (part["type"]) {
      case "text":
      case "think":
        break;
      case "image_url":
        events.add(imageNotice(mediaOf(part, "imageUrl", "image"), inResult));
        break;
      case "audio_url":
        events.addNotice("attachment", mediaOf(part, "audioUrl", "audio").words);
        break;
      case "video_url":
        events.addNotice("attachment", mediaOf(part, "videoUrl", "video").words);
        break;
      default:
        events.addUnknown(`kimi/part/${part["type"] === undefined ? "(no type)" : typeName(part["type"])}`);
    }
  }
}

function mediaOf(part: Row, field: string, kind: string): LoggedImage {
  const { url, name } = rowOf(part[field]);
  const media = readImage(textOf(url), kind);
  return textOf(name) === "" || media.data !== "" ? media : readImage(textOf(name), kind);
}
