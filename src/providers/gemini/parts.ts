/** The content of a message: a string, or parts of the model's interface. Pure. */
import { isRow, listOf, type Row, rowOf, textOf, typeName } from "../unknown_value.ts";
import { describeMedia, loggedImage } from "../media.ts";
import type { MessageEvents } from "./message_events.ts";

/** Strings become text parts. */
export function partsOf(content: unknown): readonly Row[] {
  if (typeof content === "string") return content === "" ? [] : [{ text: content }];
  if (isRow(content)) return [content];
  return listOf(content).map((part) => typeof part === "string" ? { text: part } : rowOf(part));
}

export function isThought(part: Row): boolean {
  return part["thought"] === true;
}

/** The texts of a message without thoughts, one for each part. Blank texts are left out. */
export function textsOf(parts: readonly Row[]): string[] {
  return parts.filter((part) => !isThought(part)).map((part) => textOf(part["text"]))
    .filter((text) => text.trim() !== "");
}

/** Fields with content of a part that is read elsewhere or needs no report. */
const READ = ["text", "thought", "functionCall", "functionResponse"];
/** Fields beside others. */
const EXTRAS: ReadonlySet<string> = new Set(["thoughtSignature", "videoMetadata", "mediaResolution"]);

/** Reports the other parts: images, files and unknown ones. */
export function readOtherParts(parts: readonly Row[], prefix: string, events: MessageEvents): void {
  for (const [index, part] of parts.entries()) {
    if (READ.some((field) => field in part)) continue;
    const key = `${prefix}:${index}`;
    const inline = rowOf(part["inlineData"]);
    const file = rowOf(part["fileData"]);
    if ("inlineData" in part) {
      const source = { type: "base64", media_type: textOf(inline["mimeType"]), data: inline["data"] };
      const media = { type: "media", source };
      if (mediaKind(inline) === "image") events.addImage(loggedImage(media), key);
      else events.addNotice("attachment", describeMedia(media), key);
    } else if ("fileData" in part) {
      const source = { media_type: textOf(file["mimeType"]), url: textOf(file["fileUri"]) };
      events.addNotice(mediaKind(file), describeMedia({ type: "file", source }), key);
    } else if ("executableCode" in part) {
      events.addNotice("info", textOf(rowOf(part["executableCode"])["code"]), key);
    } else if ("codeExecutionResult" in part) {
      events.addNotice("output", textOf(rowOf(part["codeExecutionResult"])["output"]), key);
    } else {
      const unknown = Object.keys(part).filter((field) => !EXTRAS.has(field));
      const [first] = unknown;
      if (first !== undefined) events.addUnknown(`gemini/part/${typeName(first)}`);
      else if (Object.keys(part).length === 0) events.addUnknown("gemini/part/(empty)");
    }
  }
}

function mediaKind(media: Row): "image" | "attachment" {
  return textOf(media["mimeType"]).startsWith("image/") ? "image" : "attachment";
}
