/** What is not text, in a few words. Pure. */
import { describeBase64 } from "../media.ts";
import { type Row, textOf } from "../unknown_value.ts";
import { cutText } from "../prompt_title.ts";

const NAME_CHARS = 200;
const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,/;

/** Such as `image/png, 2.1 kB`; a link or a path is named. */
export function describeImage(source: string): string {
  const data = DATA_URL.exec(source);
  if (data === null) return cutText(source, NAME_CHARS) || "image";
  const type = data[1] ?? "image";
  // What was too large to be kept does not tell its size.
  if (source.endsWith("]")) return type;
  return `${type}, ${describeBase64(source, source.length - data[0].length)}`;
}

/** An image part, as any of the client's interfaces has it. */
export function imageOf(part: Row): string {
  return describeImage(textOf(part["image_url"]) || textOf(part["path"]) || textOf(part["url"]));
}
