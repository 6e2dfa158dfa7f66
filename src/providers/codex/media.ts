/** Describes images in a few words. Pure. */
import type { LoggedImage } from "../../protocol/event.ts";
import { readImage } from "../image_url.ts";
import { type Row, textOf } from "../unknown_value.ts";

/** An image part, in the form of any of the client's interfaces. */
export function imageOf(part: Row): LoggedImage {
  return readImage(textOf(part["image_url"]) || textOf(part["path"]) || textOf(part["url"]));
}
