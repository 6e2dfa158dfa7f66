/** The content of a message of Google's interface, which several clients write: a string, or parts. Pure. */
import type { LoggedImage, NoticeKind } from "../protocol/event.ts";
import { describeMedia, loggedImage } from "./media.ts";
import { isRow, jsonOf, listOf, type Row, rowOf, textOf, typeName } from "./unknown_value.ts";

/** Takes the notices of a message. `key`: differs between the parts. */
export interface PartEvents {
  addNotice(kind: NoticeKind, text: string, key: string): void;
  addImage(image: LoggedImage, key: string): void;
  addUnknown(type: string): void;
}

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

/** Reports the other parts: images, files and unknown ones. `client`: begins the name of an unknown type. */
export function readOtherParts(
  parts: readonly Row[],
  prefix: string,
  events: PartEvents,
  client: string,
): void {
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
      if (first !== undefined) events.addUnknown(`${client}/part/${typeName(first)}`);
      else if (Object.keys(part).length === 0) events.addUnknown(`${client}/part/(empty)`);
    }
  }
}

function mediaKind(media: Row): "image" | "attachment" {
  return textOf(media["mimeType"]).startsWith("image/") ? "image" : "attachment";
}

/** The text of a response to the model. */
export function responseText(functionResponse: Row): string {
  const response = rowOf(functionResponse["response"]);
  const said = response["error"] ?? response["output"] ?? response["result"];
  if (typeof said === "string") return textOf(said);
  if (said === undefined && Object.keys(response).length === 0) return "";
  return jsonOf(said ?? response);
}

/** Whether the part is the response of a call that failed. */
export function isError(part: Row): boolean {
  const error = rowOf(rowOf(part["functionResponse"])["response"])["error"];
  return error !== undefined && error !== null;
}

/** Begins the files that a person named in a prompt. */
export const FILES_START = "--- Content from referenced files ---";
const FILES_END = "--- End of content ---";

/** The texts of a record without the files that the person named. The client puts these behind the prompt. */
export function withoutFiles(texts: readonly string[]): readonly string[] {
  let inFiles = false;
  return texts.filter((text) => {
    const mark = text.trim();
    if (mark === FILES_START) inFiles = true;
    const own = !inFiles;
    if (mark === FILES_END) inFiles = false;
    return own;
  });
}
