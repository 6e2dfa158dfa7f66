/** The content of a message: a string, or parts. Pure. */
import type { LoggedImage } from "../../protocol/event.ts";
import { loggedImage } from "../media.ts";
import { isRow, listOf, textOf } from "../unknown_value.ts";

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
