/** Images that a log names by a URL, most often one that holds their bytes. Pure. */
import type { LoggedImage } from "../protocol/event.ts";
import { describeBase64 } from "./media.ts";
import { cutText } from "./prompt_title.ts";

const NAME_CHARS = 200;
const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,/;

/** Its words are such as `image/png, 2.1 kB`. A link or a path is named instead. `kind`: where nothing names it. */
export function readImage(source: string, kind = "image"): LoggedImage {
  const url = DATA_URL.exec(source);
  if (url === null) return { words: cutText(source, NAME_CHARS) || kind, data: "" };
  const type = url[1] ?? kind;
  // Data that was cut off has lost its size.
  if (source.endsWith("]")) return { words: type, data: "" };
  const data = source.slice(url[0].length);
  return { words: `${type}, ${describeBase64(data)}`, data };
}
