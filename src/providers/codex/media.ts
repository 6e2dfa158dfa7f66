/** Describes images in a few words. Pure. */
import type { LoggedImage } from "../../protocol/event.ts";
import { describeBase64 } from "../media.ts";
import { type Row, textOf } from "../unknown_value.ts";
import { cutText } from "../prompt_title.ts";

const NAME_CHARS = 200;
const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,/;

/** Its words are such as `image/png, 2.1 kB`. A link or a path is named instead. */
export function readImage(source: string): LoggedImage {
  const url = DATA_URL.exec(source);
  if (url === null) return { words: cutText(source, NAME_CHARS) || "image", data: "" };
  const type = url[1] ?? "image";
  // Data that was cut off has lost its size.
  if (source.endsWith("]")) return { words: type, data: "" };
  const data = source.slice(url[0].length);
  return { words: `${type}, ${describeBase64(data)}`, data };
}

/** An image part, in the form of any of the client's interfaces. */
export function imageOf(part: Row): LoggedImage {
  return readImage(textOf(part["image_url"]) || textOf(part["path"]) || textOf(part["url"]));
}
