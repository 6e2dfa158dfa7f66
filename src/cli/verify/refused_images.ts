/** Images that a file has as lines alone, because they were refused. Requires read on the audit log. */
import { findRecords } from "../../audit/search.ts";
import { imageFolderOf } from "../../destination/image_folder.ts";
import { IMAGES_KEPT } from "../../protocol/render_limits.ts";
import { basename } from "@std/path";
import { imageLink } from "../../render/image.ts";
import type { CheckedFile } from "./checked_file.ts";

/** More links than these to the folder of a file's images are none that kato made. */
const LINKS = 4 * IMAGES_KEPT;

/** Longer than the name of an image. */
const NAME_BYTES = 64;

/**
 * Each by its name, with the reason. The file alone proves nothing: the audit log must have the refusal, and the file must
 * not link the image, as an export that refused it may have been followed by one that did not.
 */
export function findRefused(file: CheckedFile, path: string, logs: string): ReadonlyMap<string, string> {
  const refused = new Map<string, string>();
  if (file.find(0, "(not kept: ") === file.size) return refused;
  const folder = `${imageFolderOf(path)}/`;
  for (const record of findRecords(logs, [JSON.stringify(folder).slice(0, -1)])) {
    if (record.path?.startsWith(folder) !== true) continue;
    const name = record.path.slice(folder.length);
    if (record.decision === "deny") refused.set(name, record.reason);
    else refused.delete(name);
  }
  if (refused.size > 0) { for (const name of linkedIn(file, path)) refused.delete(name); }
  return refused;
}

function* linkedIn(file: CheckedFile, path: string): Generator<string> {
  const words = `](${imageLink(basename(imageFolderOf(path)), "")}`;
  let at = file.find(0, words);
  for (let links = 0; at < file.size && links < LINKS; links += 1) {
    yield file.textAt(at + words.length, NAME_BYTES).split(")", 1)[0] ?? "";
    at = file.find(at + words.length, words);
  }
}
