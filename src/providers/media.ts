/** Describes images and files in a few words. Pure. */
import type { LoggedImage } from "../protocol/event.ts";
import { type Row, rowOf, textOf } from "./unknown_value.ts";
import { cutText } from "./prompt_title.ts";

const NAME_CHARS = 120;

/** Such as `image/png, 2.1 kB`. The size comes from base64 data; a link is named instead. */
export function describeMedia(block: Row): string {
  const source = rowOf(block["source"]);
  const type = textOf(source["media_type"]) || textOf(block["type"]);
  const name = textOf(block["title"]) || textOf(source["url"]) || textOf(source["file_id"]);
  const parts = [type, name].filter((part) => part !== "").map((part) => cutText(part, NAME_CHARS));
  const data = dataOf(source);
  if (data !== null) parts.push(describeBase64(data));
  return parts.join(", ");
}

/** An image in the form of the model's interface: its words as `describeMedia` says them. */
export function loggedImage(block: Row): LoggedImage {
  return { words: describeMedia(block), data: dataOf(rowOf(block["source"])) ?? "" };
}

/** Null where there is none, and for data that was cut off: then even its size is lost. */
function dataOf(source: Row): string | null {
  const data = source["data"];
  return source["type"] === "base64" && typeof data === "string" && !data.endsWith("]") ? data : null;
}

/** The size of a file in base64. `data`: the text, or its end; `length`: of the whole text. */
export function describeBase64(data: string, length = data.length): string {
  const padding = data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0;
  return describeSize(Math.floor(length * 3 / 4) - padding);
}

export function describeSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
