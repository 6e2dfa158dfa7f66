/** Describes images in a few words. Pure. */
import { describeBase64 } from "../media.ts";
import { type Row, textOf } from "../unknown_value.ts";
import { cutText } from "../prompt_title.ts";

const NAME_CHARS = 200;
const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,/;

/** Such as `image/png, 2.1 kB`. A link or a path is named instead. */
export function describeImage(source: string): string {
  const data = DATA_URL.exec(source);
  if (data === null) return cutText(source, NAME_CHARS) || "image";
  const type = data[1] ?? "image";
  // Data that was cut off has lost its size.
  if (source.endsWith("]")) return type;
  return `${type}, ${describeBase64(source, source.length - data[0].length)}`;
}

/** An image part, in the form of any of the client's interfaces. */
export function imageOf(part: Row): string {
  return describeImage(textOf(part["image_url"]) || textOf(part["path"]) || textOf(part["url"]));
}
